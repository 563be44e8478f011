package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.formats.ModelSource;
import wok.kernels.ActivationPrecision;
import wok.kernels.KvType;
import wok.tensor.DType;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

class PackedCacheTest {
    private static final String CONTENT = "sha256-1234";
    private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

    @TempDir
    Path folder;

    private Path model;
    private Path file;

    @BeforeEach
    void aModel() {
        model = TinyModel.wide(TinyFamily.QWEN3, DType.Q4_K).writeGguf(folder.resolve("model.gguf"));
        file = folder.resolve("packed").resolve("model.packed");
    }

    private float[] logits(Optional<PackedCache> cache, ActivationPrecision activations) {
        ModelOptions options = ModelOptions.defaults()
                .withThreads(2)
                .withActivations(activations)
                .withPackedCache(cache);
        try (Transformer transformer = Transformer.open(ModelSource.open(model), options);
                SequenceRun run = new SequenceRun(transformer, KvType.F32, TOKENS.length)) {
            return run.logits(TOKENS)[TOKENS.length - 1];
        }
    }

    private float[] kept() {
        return logits(Optional.of(new PackedCache(file, CONTENT)), ActivationPrecision.Q8);
    }

    private float[] packed() {
        return logits(Optional.empty(), ActivationPrecision.Q8);
    }

    private List<Path> filesBeside() throws IOException {
        try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @EnumSource(ActivationPrecision.class)
    void theSecondStartGivesTheSameBits(ActivationPrecision activations) throws IOException {
        float[] expected = logits(Optional.empty(), activations);
        Optional<PackedCache> cache = Optional.of(new PackedCache(file, CONTENT));
        assertThat(logits(cache, activations)).isEqualTo(expected);
        assertThat(filesBeside()).containsExactly(file);
        assertThat(logits(cache, activations)).isEqualTo(expected);
    }

    /** Otherwise the tests below would prove nothing. */
    @Test
    void theSecondStartTakesItsWeightsFromTheFile() throws IOException {
        float[] expected = kept();
        byte[] bytes = Files.readAllBytes(file);
        for (int i = PackedFile.ALIGNMENT + 512; i < PackedFile.ALIGNMENT + 2048; i++) {
            bytes[i] ^= 0x11;
        }
        Files.write(file, bytes);
        assertThat(kept()).isNotEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 12, 16, 24, 32, 40, 44, -3})
    void aDamagedByteOfHeadOrDirectoryMakesTheFileAnew(int at) throws IOException {
        checkReplaced(bytes -> {
            bytes[at < 0 ? bytes.length + at : at] ^= 0x40;
            return bytes;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 47, 4095, 4096, 100_000, -1})
    void aFileThatWasCutIsMadeAnew(int length) throws IOException {
        checkReplaced(bytes -> java.util.Arrays.copyOf(bytes, length < 0 ? bytes.length + length : length));
    }

    private void checkReplaced(UnaryOperator<byte[]> damage) throws IOException {
        float[] expected = kept();
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, damage.apply(whole.clone()));
        assertThat(kept()).isEqualTo(expected);
        assertThat(file).hasBinaryContent(whole);
    }

    @Test
    void aFileOfAnotherContentIsMadeAnew() throws IOException {
        logits(Optional.of(new PackedCache(file, "sha256-another")), ActivationPrecision.Q8);
        byte[] another = Files.readAllBytes(file);
        assertThat(kept()).isEqualTo(packed());
        assertThat(Files.readAllBytes(file)).isNotEqualTo(another);
    }

    /** Whoever can write there can make the sums right; the bounds hold all the same. */
    @ParameterizedTest
    @ValueSource(longs = {0, -4096, 4097, Long.MAX_VALUE - 4095, 1L << 40})
    void aMatrixOutsideTheFileIsRefused(long offset) throws IOException {
        kept();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        int directory = (int) bytes.getLong(24);
        int afterContent = directory + Integer.BYTES + bytes.getInt(directory);
        int firstOffset = afterContent + Integer.BYTES + bytes.getInt(afterContent);
        bytes.putLong(firstOffset, offset);
        CRC32C sum = new CRC32C();
        sum.update(bytes.array(), directory, bytes.capacity() - directory);
        bytes.putInt(40, (int) sum.getValue());
        sum.reset();
        sum.update(bytes.array(), 0, 44);
        bytes.putInt(44, (int) sum.getValue());
        Files.write(file, bytes.array());
        try (Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(PackedFile.Unusable.class)
                    .isThrownBy(() -> PackedFile.open(file, content(bytes, directory), arena))
                    .withMessageContaining("outside the data");
        }
        assertThat(kept()).isEqualTo(packed());
    }

    private static String content(ByteBuffer bytes, int directory) {
        byte[] text = new byte[bytes.getInt(directory)];
        bytes.get(directory + Integer.BYTES, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    @Test
    void mutatedHeadsAndDirectoriesNeverLeadOutside() throws IOException {
        kept();
        byte[] whole = Files.readAllBytes(file);
        int directory =
                (int) ByteBuffer.wrap(whole).order(ByteOrder.nativeOrder()).getLong(24);
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            byte[] mutated = whole.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextBoolean()
                        ? random.nextInt(PackedFile.HEAD_BYTES)
                        : directory + random.nextInt(whole.length - directory);
                mutated[at] = (byte) random.nextInt();
            }
            Path path = Files.write(folder.resolve("mutated"), mutated);
            try (Arena arena = Arena.ofConfined()) {
                PackedFile opened = PackedFile.open(path, CONTENT, arena);
                assertThat(opened.matrix("no such matrix", 64)).isEmpty();
            } catch (PackedFile.Unusable expected) {
                assertThat(expected).hasMessageContaining(":");
            }
        }
    }

    /** As when another version of this program packs two matrices as one. */
    @Test
    void aFileThatLacksAMatrixIsCompleted() throws IOException, PackedFile.Unusable {
        float[] expected = kept();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        String content = content(bytes, (int) bytes.getLong(24));
        try (Arena arena = Arena.ofConfined();
                PackedFileWriter writer = PackedFileWriter.start(file, content)) {
            writer.add("another", arena.allocate(64));
            writer.finish();
        }
        assertThat(kept()).isEqualTo(expected);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(PackedFile.open(file, content, arena).matrix("another", 64))
                    .isEmpty();
        }
    }

    @Test
    void whatCannotBeWrittenIsNoFailure() throws IOException {
        Path noFolder = Files.writeString(folder.resolve("file"), "in the way");
        PackedCache cache = new PackedCache(noFolder.resolve("model.packed"), CONTENT);
        assertThat(logits(Optional.of(cache), ActivationPrecision.Q8)).isEqualTo(packed());
        assertThat(noFolder).hasContent("in the way");
    }

    @Test
    void aModelThatFailsToLoadLeavesNothing() throws IOException {
        Path broken = Files.copy(model, folder.resolve("broken.gguf"));
        byte[] bytes = Files.readAllBytes(broken);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("blk.1.ffn_down.weight");
        bytes[at + 4] = '9';
        Files.write(broken, bytes);
        ModelOptions options = ModelOptions.defaults().withPackedCache(Optional.of(new PackedCache(file, CONTENT)));
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> Transformer.open(ModelSource.open(broken), options))
                .withMessageContaining("blk.1.ffn_down.weight");
        assertThat(filesBeside()).isEmpty();
    }

    @Test
    void unfinishedFilesOfEndedProcessesGo() throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        String name = file.getFileName().toString();
        Path ended = Files.createFile(file.resolveSibling(name + ".999999999999.1.new"));
        Path alive = Files.createFile(
                file.resolveSibling(name + "." + ProcessHandle.current().pid() + ".1.new"));
        Path another = Files.createFile(file.resolveSibling("other.packed.999999999999.1.new"));
        kept();
        assertThat(filesBeside())
                .containsExactlyInAnyOrder(file, alive, another)
                .doesNotContain(ended);
    }

    @Test
    void twoThatLoadAtOnceBothSucceed() throws InterruptedException, IOException {
        float[] expected = packed();
        List<float[]> found = java.util.Collections.synchronizedList(new java.util.ArrayList<>());
        List<Thread> threads = Stream.generate(() -> new Thread(() -> found.add(kept())))
                .limit(4)
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(found).hasSize(4).allSatisfy(logits -> assertThat(logits).isEqualTo(expected));
        assertThat(filesBeside()).containsExactly(file);
        assertThat(kept()).isEqualTo(expected);
    }

    @Test
    void theFileIsAsLargeAsItsMatrices() throws IOException, PackedFile.Unusable {
        try (Arena arena = Arena.ofConfined();
                PackedFileWriter writer = PackedFileWriter.start(file, CONTENT)) {
            MemorySegment first = arena.allocate(5000);
            first.fill((byte) 7);
            writer.add("first", first);
            writer.add("second", arena.allocate(64));
            writer.finish();
            PackedFile opened = PackedFile.open(file, CONTENT, arena);
            assertThat(opened.matrix("first", 5000).orElseThrow().mismatch(first))
                    .isEqualTo(-1);
            assertThat(opened.matrix("first", 4999)).isEmpty();
            assertThat(opened.matrix("second", 64)).isPresent();
        }
        assertThat(Files.size(file)).isBetween(4096L + 8192 + 64, 4096L + 8192 + 4096 + 200);
    }
}
