package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Taking one file out of archives, good and hostile. */
final class ArchiveEntryTest {
    private static final byte[] CONTENT = ModelStoreTest.bytes(100_000, 1);

    @TempDir
    private Path folder;

    private byte[] read(Path archive, String entry) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ArchiveEntry.stream(
                archive,
                entry,
                bytes -> assertThat(bytes).isNotNegative(),
                (buffer, count) -> out.write(buffer, 0, count));
        return out.toByteArray();
    }

    private Path zip(String... names) throws IOException {
        Path path = folder.resolve("a.whl");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(CONTENT);
            }
        }
        return path;
    }

    private Path tgz(byte[]... pieces) throws IOException {
        Path path = folder.resolve("a-1.0.tgz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            for (byte[] piece : pieces) {
                out.write(piece);
                out.write(new byte[Math.floorMod(-piece.length, 512)]);
            }
            out.write(new byte[1024]);
        }
        return path;
    }

    private static byte[] header(String name, String size, char type) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 124, size);
        header[156] = (byte) type;
        put(header, 257, "ustar");
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    @Test
    void takesTheNamedFileOutOfAZip() throws IOException {
        Path zip = zip("../../evil", "x/model.gguf");
        assertThat(read(zip, "x/model.gguf")).isEqualTo(CONTENT);
        assertThat(folder.resolve("../../evil")).doesNotExist();
        assertThatThrownBy(() -> read(zip, "x/other")).hasMessageContaining("no file x/other in it");
    }

    @Test
    void takesTheNamedFileOutOfATar() throws IOException {
        Path tgz = tgz(
                header("package/package.json", "00000000003", '0'),
                "{}\n".getBytes(StandardCharsets.UTF_8),
                header("package/w/model.gguf", Integer.toOctalString(CONTENT.length), '0'),
                CONTENT);
        assertThat(read(tgz, "w/model.gguf")).isEqualTo(CONTENT);
        assertThatThrownBy(() -> read(tgz, "w/other")).hasMessageContaining("no file w/other in it");
    }

    @Test
    void readsLongNamesOfBothKinds() throws IOException {
        String name = "package/" + "d".repeat(150) + "/model.gguf";
        byte[] record = ("199 path=" + name + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] gnu = (name + "\0").getBytes(StandardCharsets.UTF_8);
        String size = Integer.toOctalString(CONTENT.length);
        String entry = name.substring("package/".length());
        Path pax = tgz(
                header("x", Integer.toOctalString(record.length), 'x'), record, header("short", size, '0'), CONTENT);
        assertThat(read(pax, entry)).isEqualTo(CONTENT);
        Path withGnuName =
                tgz(header("x", Integer.toOctalString(gnu.length), 'L'), gnu, header("short", size, '0'), CONTENT);
        assertThat(read(withGnuName, entry)).isEqualTo(CONTENT);
    }

    @Test
    void refusesLinksInATar() throws IOException {
        Path tgz = tgz(header("package/model.gguf", "0", '2'));
        assertThatThrownBy(() -> read(tgz, "model.gguf")).hasMessageContaining("a link");
    }

    @Test
    void refusesATarThatIsCutOffOrLies() throws IOException {
        String size = Integer.toOctalString(CONTENT.length + 5000);
        Path cut = tgz(header("package/model.gguf", size, '0'), CONTENT);
        assertThatThrownBy(() -> read(cut, "model.gguf")).isInstanceOf(HubException.class);
        Path huge = tgz(header("package/model.gguf", "777777777777", '0'), CONTENT);
        assertThatThrownBy(() -> read(huge, "model.gguf")).isInstanceOf(HubException.class);
        Path noNumber = tgz(header("package/model.gguf", "12x", '0'), CONTENT);
        assertThatThrownBy(() -> read(noNumber, "model.gguf")).isInstanceOf(HubException.class);
        Path noHeader = tgz(ModelStoreTest.bytes(512, 8));
        assertThatThrownBy(() -> read(noHeader, "model.gguf")).isInstanceOf(HubException.class);
    }

    @Test
    void refusesAZipThatUnpacksToAnotherSizeThanDeclared() throws IOException {
        Path zip = zip("m");
        byte[] bytes = Files.readAllBytes(zip);
        int central = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
        for (int declared : new int[] {10, CONTENT.length + 1}) {
            byte[] changed = bytes.clone();
            for (int i = 0; i < 4; i++) {
                changed[central + 24 + i] = (byte) (declared >>> (8 * i));
            }
            Files.write(zip, changed);
            assertThatThrownBy(() -> read(zip, "m")).isInstanceOf(HubException.class);
        }
    }

    @Test
    void asksBeforeWritingWhetherTheSizeIsWelcome() throws IOException {
        Path zip = zip("m");
        assertThatThrownBy(() -> ArchiveEntry.stream(
                        zip,
                        "m",
                        bytes -> {
                            throw new HubException("too large: " + bytes);
                        },
                        (buffer, count) -> assertThat(count).isZero()))
                .hasMessage("too large: 100000");
    }

    @Test
    void survivesMutations() throws IOException {
        byte[] zip = Files.readAllBytes(zip("x/m"));
        byte[] tgz =
                Files.readAllBytes(tgz(header("package/x/m", Integer.toOctalString(CONTENT.length), '0'), CONTENT));
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            byte[] source = i % 2 == 0 ? zip : tgz;
            byte[] changed =
                    Arrays.copyOf(source, random.nextInt(4) == 0 ? random.nextInt(source.length) : source.length);
            for (int k = 0; k < 4 && changed.length > 0; k++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            Path path = Files.write(folder.resolve(i % 2 == 0 ? "f.whl" : "f.tgz"), changed);
            try {
                assertThat(read(path, "x/m")).hasSize(CONTENT.length);
            } catch (HubException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        throw new AssertionError("not found");
    }
}
