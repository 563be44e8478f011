package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Files that torch.save wrote (src/test/python/make_state_dicts.py), and such as it would not write. */
class TorchCheckpointTest {
    private static final long[] TWO = {2};
    private static final long[] ONE = {1};

    @TempDir
    Path folder;

    static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(TorchCheckpointTest.class.getResourceAsStream("/torch/" + name))) {
            return in.readAllBytes();
        }
    }

    private static Map<String, Tensor> read(byte[] file) {
        return TorchCheckpoint.read("m.bin", MemorySegment.ofArray(file));
    }

    private static void rejects(byte[] file, String... parts) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("m.bin")
                .hasMessageContainingAll(parts);
    }

    private static void requireFloats(Map<String, Tensor> tensors, String name, Shape shape, float... expected) {
        Tensor tensor = Objects.requireNonNull(tensors.get(name), name);
        assertThat(tensor.shape()).as(name).isEqualTo(shape);
        float[] values = new float[expected.length];
        MemorySegment data = tensor.data();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tensor.dtype()) {
                case F32 -> data.get(GgufValueType.LE_FLOAT, 4L * i);
                case F16 -> Float.float16ToFloat(data.get(GgufValueType.LE_SHORT, 2L * i));
                case BF16 -> Float.intBitsToFloat(data.get(GgufValueType.LE_SHORT, 2L * i) << 16);
                case I64 -> data.get(GgufValueType.LE_LONG, 8L * i);
                case U16 -> data.get(GgufValueType.LE_SHORT, 2L * i);
                default -> data.get(JAVA_BYTE, i);
            };
        }
        assertThat(values).as(name).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state.bin", "legacy.bin"})
    void readsWhatTorchSaved(String name) throws IOException {
        Map<String, Tensor> tensors = read(resource(name));
        assertThat(tensors.keySet())
                .containsExactly(
                        "contiguous",
                        "transposed",
                        "sliced",
                        "cube",
                        "half",
                        "brain",
                        "parameter",
                        "scalar",
                        "flags",
                        "empty");
        requireFloats(tensors, "contiguous", Shape.of(3, 4), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        requireFloats(tensors, "transposed", Shape.of(4, 3), 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        requireFloats(tensors, "sliced", Shape.of(2, 2), 5, 6, 9, 10);
        requireFloats(tensors, "cube", Shape.of(4, 2, 3), new float[] {
            0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23
        });
        requireFloats(tensors, "half", Shape.of(1, 2), 0.5f, -1.25f);
        requireFloats(tensors, "brain", Shape.of(3), 1, -2, 3.5f);
        requireFloats(tensors, "parameter", Shape.of(2, 2), 1, 1, 1, 1);
        requireFloats(tensors, "scalar", Shape.of(), 3);
        requireFloats(tensors, "flags", Shape.of(2), 1, 0);
        requireFloats(tensors, "empty", Shape.of(0, 5));
    }

    @Test
    void readsTheMemberThatHoldsTheTensors() throws IOException {
        Map<String, Tensor> tensors = read(resource("nested.pth"));
        assertThat(tensors.keySet()).containsExactly("float8", "short");
        assertThat(Objects.requireNonNull(tensors.get("float8")).dtype()).isEqualTo(DType.F8_E4M3);
        requireFloats(tensors, "float8", Shape.of(2), 0x38, (byte) 0xFE);
        requireFloats(tensors, "short", Shape.of(3), 1, 1, 1);
    }

    @Test
    void refusesAModuleByTheNameOfItsClass() throws IOException {
        rejects(resource("module.pt"), "the global torch.nn.modules.linear.Linear");
    }

    @Test
    void refusesEveryCutOffFile() throws IOException {
        for (String name : new String[] {"state.bin", "legacy.bin"}) {
            byte[] file = resource(name);
            for (int length = 0; length < file.length; length++) {
                rejects(Arrays.copyOf(file, length), "expected: ");
            }
        }
    }

    private static byte[] archive(PickleBytes pickle, byte[] storage) {
        return new ZipBytes()
                .entry("m/data.pkl", pickle.bytes())
                .entry("m/data/0", storage)
                .bytes();
    }

    private static PickleBytes oneTensor(String type, long numel, long offset, long[] sizes, long[] strides) {
        return PickleBytes.start()
                .ops("}(")
                .text("w")
                .tensor(type, "0", numel, offset, sizes, strides)
                .op('u')
                .stop();
    }

    @Test
    void readsAnArchiveOfItsOwn() {
        byte[] file = archive(oneTensor("FloatStorage", 4, 1, new long[] {3}, ONE), new byte[16]);
        requireFloats(read(file), "w", Shape.of(3), 0, 0, 0);
    }

    @Test
    void refusesViewsBeyondTheirStorage() {
        byte[] storage = new byte[16];
        rejects(archive(oneTensor("FloatStorage", 4, 3, TWO, ONE), storage), "tensor w", "beyond the 4");
        rejects(archive(oneTensor("FloatStorage", 4, 0, TWO, new long[] {4}), storage), "tensor w", "beyond the 4");
        rejects(archive(oneTensor("FloatStorage", 4, Long.MAX_VALUE, TWO, ONE), storage), "tensor w");
        rejects(
                archive(oneTensor("FloatStorage", 4, 0, new long[] {2, 3}, new long[] {Long.MAX_VALUE, 1}), storage),
                "tensor w");
        rejects(
                archive(oneTensor("FloatStorage", 4, 0, new long[] {1L << 32, 1L << 32}, new long[] {0, 0}), storage),
                "w: shape");
    }

    /** A few bytes that are called a petabyte by a stride of 0. */
    @Test
    void refusesMoreElementsThanTheStorageHas() {
        long[] sizes = {1L << 25, 1L << 25};
        rejects(archive(oneTensor("FloatStorage", 4, 0, sizes, new long[2]), new byte[16]), "tensor w", "beyond the 4");
    }

    @Test
    void refusesStoragesOfAnotherSizeOrNone() {
        rejects(
                archive(oneTensor("FloatStorage", 5, 0, TWO, ONE), new byte[16]),
                "storage 0 of 16 bytes",
                "5 elements");
        rejects(archive(oneTensor("HalfStorage", 4, 0, TWO, ONE), new byte[16]), "storage 0 of 16 bytes");
        rejects(archive(oneTensor("FloatStorage", 3, 0, TWO, ONE), new byte[15]), "storage 0 of 15 bytes");
        byte[] without = new ZipBytes()
                .entry("m/data.pkl", oneTensor("FloatStorage", 4, 0, TWO, ONE).bytes())
                .bytes();
        rejects(without, "tensor w", "storage 0, which is not there");
    }

    @Test
    void refusesArchivesThatAreNoCheckpoints() {
        byte[] pickle = oneTensor("FloatStorage", 4, 0, TWO, ONE).bytes();
        rejects(new ZipBytes().entry("x", new byte[1]).bytes(), "0 data.pkl");
        rejects(
                new ZipBytes()
                        .entry("a/data.pkl", pickle)
                        .entry("b/data.pkl", pickle)
                        .bytes(),
                "2 data.pkl");
        rejects(
                new ZipBytes()
                        .entry("m/data.pkl", pickle)
                        .entry("m/byteorder", "big".getBytes(StandardCharsets.UTF_8))
                        .bytes(),
                "byteorder",
                "big");
        rejects(archive(PickleBytes.start().ops("N").stop(), new byte[0]), "object", "a state dict");
        rejects("version https://git-lfs.github.com/spec/v1".getBytes(StandardCharsets.UTF_8), "a Git LFS pointer");
        rejects(new byte[0], "an empty file");
    }

    @Test
    void opensAFolderWithOneFileWithShardsAndRefusesAChoice() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.write(folder.resolve("model.pth"), resource("state.bin"));
        requireOpens("contiguous");
        Files.write(folder.resolve("other.bin"), resource("state.bin"));
        assertThatThrownBy(() -> ModelSource.open(folder))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("other.bin, model.pth", "pytorch_model.bin");
        Files.write(folder.resolve("pytorch_model.bin"), resource("nested.pth"));
        requireOpens("float8");
        Files.writeString(
                folder.resolve(ShardIndex.TORCH_FILE_NAME),
                "{\"weight_map\": {\"float8\": \"pytorch_model.bin\", \"short\": \"pytorch_model.bin\"}}");
        requireOpens("short");
        Files.writeString(
                folder.resolve(ShardIndex.TORCH_FILE_NAME), "{\"weight_map\": {\"float8\": \"../model.pth\"}}");
        assertThatThrownBy(() -> ModelSource.open(folder))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("the name of a .bin file in the same folder");
    }

    private void requireOpens(String tensor) {
        try (ModelSource model = ModelSource.open(folder)) {
            assertThat(model.tensors()).containsKey(tensor);
            assertThat(Touch.everything(model)).isNotZero();
        }
    }
}
