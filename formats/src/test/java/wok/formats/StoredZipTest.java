package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class StoredZipTest {
    private static final byte[] DATA = {1, 2, 3, 4, 5};

    private static StoredZip read(byte[] zip) {
        return StoredZip.read("m.zip", MemorySegment.ofArray(zip));
    }

    private static void rejects(byte[] zip, String... parts) {
        assertThatThrownBy(() -> read(zip))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("m.zip")
                .hasMessageContainingAll(parts);
    }

    private static byte[] entry(StoredZip zip, String name) {
        return zip.checked(name).orElseThrow().toArray(JAVA_BYTE);
    }

    @Test
    void readsWhatOthersWrite() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            zip.setComment("a comment");
            ZipEntry entry = new ZipEntry("a/b");
            CRC32 sum = new CRC32();
            sum.update(DATA);
            entry.setSize(DATA.length);
            entry.setCrc(sum.getValue());
            zip.putNextEntry(entry);
            zip.write(DATA);
        }
        StoredZip zip = read(out.toByteArray());
        assertThat(zip.names()).containsExactly("a/b");
        assertThat(entry(zip, "a/b")).isEqualTo(DATA);
        assertThat(zip.entry("c")).isEmpty();
    }

    @Test
    void readsSizesOf64Bits() {
        StoredZip zip = read(
                new ZipBytes().zip64().entry("a", DATA).entry("b", new byte[0]).bytes());
        assertThat(entry(zip, "a")).isEqualTo(DATA);
        assertThat(entry(zip, "b")).isEmpty();
        assertThat(zip.offset("a")).isEqualTo(36);
    }

    @Test
    void rejectsCompressedEntries() {
        rejects(new ZipBytes().method(8).entry("a", DATA).bytes(), "entry a", "compressed", "stored");
    }

    @Test
    void rejectsEntriesThatShareBytes() {
        rejects(new ZipBytes().sizeAddend(40).entry("a", DATA).entry("b", DATA).bytes(), "b: data", "bytes of a");
    }

    @Test
    void rejectsEntriesBehindTheDirectory() {
        rejects(new ZipBytes().sizeAddend(1000).entry("a", DATA).bytes(), "entry a", "1005 bytes");
        rejects(
                new ZipBytes()
                        .zip64()
                        .sizeAddend(Long.MAX_VALUE - 5)
                        .entry("a", DATA)
                        .bytes(),
                "entry a");
        rejects(new ZipBytes().zip64().sizeAddend(-6).entry("a", DATA).bytes(), "entry a", "-1 bytes");
    }

    @Test
    void rejectsNamesThatAreThereTwiceOrOnlyInTheDirectory() {
        rejects(new ZipBytes().entry("a", DATA).entry("a", DATA).bytes(), "entry a", "a second one");
        rejects(new ZipBytes().directoryName("b").entry("a", DATA).bytes(), "entry b", "another name");
    }

    @Test
    void rejectsAWrongSumWhereItLooks() {
        byte[] zip = new ZipBytes().entry("a", DATA).bytes();
        zip[36 + 2] ^= 1;
        StoredZip read = read(zip);
        assertThat(read.entry("a")).isPresent();
        assertThatThrownBy(() -> read.checked("a"))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("m.zip at byte 36: a", "CRC-32");
    }

    @Test
    void rejectsEveryCutOffFile() {
        byte[] zip = new ZipBytes().entry("a", DATA).bytes();
        for (int length = 0; length < zip.length; length++) {
            rejects(Arrays.copyOf(zip, length), "expected: ");
        }
    }

    @Test
    void rejectsMoreEntriesThanTheDirectoryHasRoomFor() {
        byte[] zip = new ZipBytes().entry("a", DATA).bytes();
        zip[zip.length - 12] = 2;
        rejects(zip, "entries", "found 2");
        zip[zip.length - 12] = (byte) 0xFF;
        zip[zip.length - 11] = (byte) 0xFF;
        rejects(zip, "entries", "found 65535");
    }
}
