package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Models in ONNX files; the tiny ones are the model floor's, from its make_onnx.py. */
class OnnxTest {
    private static final Path ONNX = Path.of("../model/src/test/resources/wok/model/onnx");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit fills it
    Path folder;

    private static byte[] model(String name) throws IOException {
        return Files.readAllBytes(ONNX.resolve(name).resolve("model.onnx"));
    }

    private static OnnxBert read(byte[] file) {
        return OnnxBert.of(OnnxGraph.read("test.onnx", MemorySegment.ofArray(file)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "quantised"})
    void theConfigurationFollowsFromTheGraph(String name) throws IOException {
        Json.Obj config = read(model(name)).config();
        assertThat(config.text("model_type")).contains("bert");
        assertThat(config.number("hidden_size").orElseThrow().intValue()).isEqualTo(32);
        assertThat(config.number("num_hidden_layers").orElseThrow().intValue()).isEqualTo(2);
        assertThat(config.number("num_attention_heads").orElseThrow().intValue())
                .isEqualTo(4);
        assertThat(config.number("intermediate_size").orElseThrow().intValue()).isEqualTo(64);
        assertThat(config.number("max_position_embeddings").orElseThrow().intValue())
                .isEqualTo(96);
        assertThat(config.number("layer_norm_eps").orElseThrow().doubleValue()).isEqualTo(1e-6f);
        assertThat(config.text("hidden_act")).contains("gelu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "quantised"})
    void matricesGetTheirNamesBackAndLieByRows(String name) throws IOException {
        var tensors = read(model(name)).tensors();
        assertThat(tensors).hasSize(37);
        assertThat(tensors.values()).allMatch(tensor -> !tensor.name().contains("onnx::"));
        Tensor up = Objects.requireNonNull(tensors.get("encoder.layer.1.intermediate.dense.weight"));
        assertThat(up.shape()).isEqualTo(Shape.of(64, 32));
    }

    /** A quantised number is at most half a step from the plain one, a step being a 127th of the greatest. */
    @Test
    void quantisedWeightsAreNearThePlainOnes() throws IOException {
        var plain = read(model("plain")).tensors();
        var quantised = read(model("quantised")).tensors();
        for (Tensor tensor : plain.values()) {
            Tensor other = Objects.requireNonNull(quantised.get(tensor.name()), tensor.name());
            float greatest = 0;
            float difference = 0;
            for (long row = 0; row < tensor.shape().rows(); row++) {
                MemorySegment a = tensor.row(row);
                MemorySegment b = other.row(row);
                for (long i = 0; i < tensor.shape().columns(); i++) {
                    float x = a.get(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i);
                    float y = b.get(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i);
                    greatest = Math.max(greatest, Math.abs(x));
                    difference = Math.max(difference, Math.abs(x - y));
                }
            }
            assertThat(difference).as(tensor.name()).isLessThan(greatest / 100);
        }
    }

    @Test
    void aFolderWithAnOnnxFileNeedsNoConfig() throws IOException {
        Files.copy(ONNX.resolve("plain/model.onnx"), folder.resolve("any-name.onnx"));
        Files.copy(ONNX.resolve("plain/tokenizer.json"), folder.resolve("tokenizer.json"));
        try (ModelSource source = ModelSource.open(folder)) {
            assertThat(((HuggingFaceFolder) source).config().text("model_type")).contains("bert");
            assertThat(source.tensors()).hasSize(37);
        }
        Files.copy(ONNX.resolve("plain/model.onnx"), folder.resolve("another.onnx"));
        assertThatThrownBy(() -> ModelSource.open(folder)).hasMessageContaining("one .onnx file, or a model.onnx");
    }

    private static byte[] field(int number, int wireType, byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(varint(((long) number << 3) | wireType));
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long left = value;
        for (; (left & ~0x7FL) != 0; left >>>= 7) {
            out.write((int) ((left & 0x7F) | 0x80));
        }
        out.write((int) left);
        return out.toByteArray();
    }

    private static byte[] bytes(int number, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        return field(number, 2, varint(content.size()), content.toByteArray());
    }

    private static byte[] text(int number, String text) {
        return bytes(number, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void rejects(byte[] file, String message) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(message);
    }

    private static byte[] withTensor(byte[]... fields) {
        return bytes(7, bytes(5, fields));
    }

    @Test
    void rejectsWhatIsNoProtobuf() {
        rejects(new byte[0], "no graph");
        rejects(new byte[] {(byte) 0x80}, "varint: found the end");
        rejects(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0}, "more than 10 bytes");
        rejects(new byte[] {0}, "field key");
        rejects(field(7, 3), "wire type: found 3");
        rejects(field(7, 2, varint(5), new byte[4]), "field 7: found 5 bytes (expected: at most the 4");
        rejects(field(7, 2, varint(-1)), "18446744073709551615 bytes");
        rejects(field(7, 0, varint(1)), "field 7: found wire type 0");
        rejects(field(3, 5, new byte[3]), "found 4 bytes");
    }

    @Test
    void rejectsTensorsThatContradictThemselves() {
        byte[] f32 = field(2, 0, varint(1));
        rejects(withTensor(field(1, 0, varint(2)), f32, bytes(9, new byte[7])), "7 bytes (expected: [2]");
        rejects(withTensor(field(1, 0, varint(-1)), f32), "dims");
        rejects(withTensor(bytes(1, varint(1L << 40), varint(1L << 40)), f32), "dims");
        rejects(withTensor(bytes(1, new byte[9]), f32), "more than 8");
        rejects(withTensor(field(1, 0, varint(1L << 61)), f32, bytes(9, new byte[8])), "8 bytes");
        rejects(withTensor(bytes(13, text(1, "location"))), "data in another file");
        rejects(withTensor(text(8, "x".repeat(70_000))), "text: found 70000 bytes");
    }

    @Test
    void rejectsOtherModels() throws IOException {
        byte[] tensor = bytes(5, field(1, 0, varint(1)), field(2, 0, varint(1)), bytes(9, new byte[4]), text(8, "w"));
        rejects(bytes(7, tensor), "no tensor embeddings.word_embeddings.weight");
        String name = "embeddings.word_embeddings.weight";
        byte[] tokens =
                bytes(5, bytes(1, varint(2), varint(2)), field(2, 0, varint(1)), bytes(9, new byte[16]), text(8, name));
        OnnxBert bert = read(bytes(7, tokens));
        assertThatThrownBy(bert::config)
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("no sign of the number of heads");
        byte[] positions = bytes(7, tokens, bytes(1, text(4, "CumSum")));
        assertThatThrownBy(() -> read(positions).config()).hasMessageContaining("a config.json beside it");
    }

    /** A file with some bytes changed, or cut off, is read or refused in one way. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "quantised"})
    void mutatedFilesAreReadOrRefused(String name) throws IOException {
        byte[] original = model(name);
        Random random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 1500; round++) {
            byte[] file = random.nextInt(4) == 0
                    ? Arrays.copyOf(original, random.nextInt(original.length))
                    : original.clone();
            for (int i = 0; i < 1 + random.nextInt(8) && file.length > 0; i++) {
                boolean inNodes = random.nextBoolean();
                int at = random.nextInt(inNodes ? Math.min(40_000, file.length) : file.length);
                file[at] = (byte) (random.nextInt(3) == 0 ? -1 : random.nextInt());
            }
            refused += outcome(file);
        }
        assertThat(refused).isBetween(300, 1490);
    }

    /** 1 if the file is refused; every row of what is read can be read. */
    private static int outcome(byte[] file) {
        try {
            OnnxBert bert = read(file);
            for (Tensor tensor : bert.tensors().values()) {
                if (tensor.shape().rank() == 2 && tensor.shape().elements() > 0) {
                    tensor.row(tensor.shape().rows() - 1);
                }
            }
            bert.config();
            return 0;
        } catch (MalformedModelException e) {
            assertThat(e.getMessage()).doesNotContain("\n");
            return 1;
        }
    }
}
