package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Packs codes as the formats' descriptions say, and asks for scale * (code - zero) back. */
class GroupedWeightsTest {
    private static final int INPUTS = 128;
    private static final int OUTPUTS = 48;
    private static final int GROUP = 32;
    private static final int GROUPS = INPUTS / GROUP;
    private static final int[] AWQ_ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

    @TempDir
    Path folder;

    private final SafetensorsWriter writer = new SafetensorsWriter();
    private final SplittableRandom random = new SplittableRandom(11);
    private final int[][] codes = new int[OUTPUTS][INPUTS];
    private final int[][] zeros = new int[GROUPS][OUTPUTS];
    private final short[][] scales = new short[GROUPS][OUTPUTS];

    private void fill(int bits, IntUnaryOperator zero) {
        for (int o = 0; o < OUTPUTS; o++) {
            for (int k = 0; k < INPUTS; k++) {
                codes[o][k] = random.nextInt(1 << bits);
            }
            for (int g = 0; g < GROUPS; g++) {
                zeros[g][o] = zero.applyAsInt(g * OUTPUTS + o);
                scales[g][o] = Float.floatToFloat16(0.001f + 0.02f * random.nextInt(1000) / 1000);
            }
        }
    }

    private static String config(String method, String rest) {
        return "{\"quantization_config\": {\"quant_method\": \"" + method + "\", \"bits\": 4, \"group_size\": " + GROUP
                + rest + "}}";
    }

    private void ints(String name, LittleEndianBytes data, long... shape) {
        writer.tensor(name, DType.I32, Shape.of(shape), () -> MemorySegment.ofArray(data.toByteArray()));
    }

    private void scales() {
        LittleEndianBytes data = new LittleEndianBytes();
        for (short[] group : scales) {
            for (short scale : group) {
                data.fixed(2, scale);
            }
        }
        writer.tensor(
                "l.scales", DType.F16, Shape.of(GROUPS, OUTPUTS), () -> MemorySegment.ofArray(data.toByteArray()));
    }

    private void gptq(int bits, int zeroAddend) {
        int n = 32 / bits;
        LittleEndianBytes words = new LittleEndianBytes();
        for (int k = 0; k < INPUTS; k += n) {
            for (int o = 0; o < OUTPUTS; o++) {
                int word = 0;
                for (int i = 0; i < n; i++) {
                    word |= codes[o][k + i] << (bits * i);
                }
                words.u32(word);
            }
        }
        LittleEndianBytes zeroWords = new LittleEndianBytes();
        for (int[] group : zeros) {
            for (int o = 0; o < OUTPUTS; o += n) {
                int word = 0;
                for (int i = 0; i < n; i++) {
                    word |= ((group[o + i] + zeroAddend) & ((1 << bits) - 1)) << (bits * i);
                }
                zeroWords.u32(word);
            }
        }
        ints("l.qweight", words, INPUTS / n, OUTPUTS);
        ints("l.qzeros", zeroWords, GROUPS, OUTPUTS / n);
        scales();
    }

    private static LittleEndianBytes awqWords(int[] row, LittleEndianBytes to) {
        for (int o = 0; o < OUTPUTS; o += 8) {
            int word = 0;
            for (int i = 0; i < 8; i++) {
                word |= row[o + AWQ_ORDER[i]] << (4 * i);
            }
            to.u32(word);
        }
        return to;
    }

    private void awq() {
        LittleEndianBytes words = new LittleEndianBytes();
        for (int k = 0; k < INPUTS; k++) {
            int[] row = new int[OUTPUTS];
            for (int o = 0; o < OUTPUTS; o++) {
                row[o] = codes[o][k];
            }
            awqWords(row, words);
        }
        LittleEndianBytes zeroWords = new LittleEndianBytes();
        for (int[] group : zeros) {
            awqWords(group, zeroWords);
        }
        ints("l.qweight", words, INPUTS, OUTPUTS / 8);
        ints("l.qzeros", zeroWords, GROUPS, OUTPUTS / 8);
        scales();
    }

    private ModelSource open(String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        writer.write(folder.resolve("model.safetensors"));
        return ModelSource.open(folder);
    }

    private void rejects(String config, String... parts) {
        assertThatThrownBy(() -> open(config).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(parts);
    }

    private void requireWeight(String config, DType type, IntUnaryOperator groupOf) throws IOException {
        try (ModelSource model = open(config)) {
            assertThat(model.tensors().keySet()).containsExactly("l.weight");
            Tensor weight = Objects.requireNonNull(model.tensors().get("l.weight"));
            assertThat(weight.shape()).isEqualTo(Shape.of(OUTPUTS, INPUTS));
            assertThat(weight.dtype()).isEqualTo(type);
            MemorySegment data = weight.rows(5, OUTPUTS - 5);
            for (int o = 5; o < OUTPUTS; o++) {
                for (int k = 0; k < INPUTS; k++) {
                    int g = groupOf.applyAsInt(k);
                    float expected = Float.float16ToFloat(scales[g][o]) * (codes[o][k] - zeros[g][o]);
                    assertThat(value(type, data, (o - 5) * INPUTS + k))
                            .as("output %d, input %d", o, k)
                            .isEqualTo(expected + 0f); // a zero has no sign in a block
                }
            }
            model.release(weight);
        }
    }

    /** The formulas of GGUF, for the few types that occur. */
    private static float value(DType type, MemorySegment data, int element) {
        if (type == DType.F32) {
            return data.get(GgufValueType.LE_FLOAT, 4L * element) + 0f;
        }
        long at = (long) element / 32 * type.blockBytes();
        int k = element % 32;
        float scale = Float.float16ToFloat(data.get(GgufValueType.LE_SHORT, at));
        int nibblesAt = type == DType.Q5_0 ? 6 : 2;
        int nibble = type == DType.Q8_0 ? 0 : (data.get(JAVA_BYTE, at + nibblesAt + k % 16) >>> (4 * (k / 16))) & 0xF;
        return switch (type) {
            case Q4_0 -> scale * (nibble - 8) + 0f;
            case Q5_0 -> scale * ((nibble | ((data.get(GgufValueType.LE_INT, at + 2) >>> k) & 1) << 4) - 16) + 0f;
            case Q8_0 -> scale * data.get(JAVA_BYTE, at + 2 + k) + 0f;
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    @ParameterizedTest
    @CsvSource({"'', -1", "', \"checkpoint_format\": \"gptq_v2\"', 0"})
    void gptqWithZerosInTheMiddleIsQ40(String rest, int zeroAddend) throws IOException {
        fill(4, i -> 8);
        gptq(4, zeroAddend);
        requireWeight(config("gptq", rest), DType.Q4_0, k -> k / GROUP);
    }

    @ParameterizedTest
    @CsvSource({"'', -1", "', \"checkpoint_format\": \"gptq_v2\"', 0"})
    void gptqWithOtherZerosIsQ50(String rest, int zeroAddend) throws IOException {
        fill(4, i -> i % 16);
        gptq(4, zeroAddend);
        requireWeight(config("gptq", rest), DType.Q5_0, k -> k / GROUP);
    }

    @Test
    void gptqOfEightBitsWithZerosInTheMiddleIsQ80() throws IOException {
        String eight = config("gptq", "").replace("\"bits\": 4", "\"bits\": 8");
        fill(8, i -> 128);
        gptq(8, -1);
        requireWeight(eight, DType.Q8_0, k -> k / GROUP);
    }

    @Test
    void gptqOfEightBitsWithOtherZerosIsFloats() throws IOException {
        fill(8, i -> i % 256);
        gptq(8, -1);
        requireWeight(config("gptq", "").replace("\"bits\": 4", "\"bits\": 8"), DType.F32, k -> k / GROUP);
    }

    @Test
    void gptqInTheOrderOfActivationsIsFloats() throws IOException {
        fill(4, i -> 8);
        gptq(4, -1);
        LittleEndianBytes order = new LittleEndianBytes();
        for (int k = 0; k < INPUTS; k++) {
            order.u32(k * 7 % GROUPS);
        }
        ints("l.g_idx", order, INPUTS);
        requireWeight(config("gptq", ", \"desc_act\": true"), DType.F32, k -> k * 7 % GROUPS);
    }

    @Test
    void gptqWithAnOrderThatIsNoneStaysBlocks() throws IOException {
        fill(4, i -> 8);
        gptq(4, -1);
        LittleEndianBytes order = new LittleEndianBytes();
        for (int k = 0; k < INPUTS; k++) {
            order.u32(k / GROUP);
        }
        ints("l.g_idx", order, INPUTS);
        requireWeight(config("gptq", ", \"desc_act\": true"), DType.Q4_0, k -> k / GROUP);
    }

    @Test
    void awqIsQ50() throws IOException {
        fill(4, i -> i * 5 % 16);
        awq();
        requireWeight(config("awq", ", \"version\": \"GEMM\", \"zero_point\": true"), DType.Q5_0, k -> k / GROUP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"l.qzeros", "l.scales"})
    void rejectsMissingParts(String missing) {
        LittleEndianBytes some = new LittleEndianBytes();
        for (int i = 0; i < 8; i++) {
            some.u32(i);
        }
        ints("l.qweight", some, 1, 8);
        if (missing.equals("l.scales")) {
            ints("l.qzeros", new LittleEndianBytes().u32(0), 1, 1);
        }
        rejects(config("gptq", ""), "tensor l.weight", "no " + missing);
    }

    @Test
    void rejectsPartsOfOtherShapes() {
        fill(4, i -> 8);
        gptq(4, -1);
        rejects(
                config("gptq", "").replace("\"group_size\": 32", "\"group_size\": 64"),
                "tensor l.qzeros",
                "I32 [2, 6]");
        rejects(config("awq", ""), "tensor l.q");
        rejects(config("gptq", "").replace("\"bits\": 4", "\"bits\": 8"), "tensor l.q");
    }

    @Test
    void rejectsAnOrderThatLeadsOutside() {
        fill(4, i -> 8);
        gptq(4, -1);
        LittleEndianBytes order = new LittleEndianBytes();
        for (int k = 0; k < INPUTS; k++) {
            order.u32(k == 77 ? GROUPS : 0);
        }
        ints("l.g_idx", order, INPUTS);
        rejects(config("gptq", ""), "tensor l.g_idx", "group 4", "0 to 3");
    }

    @Test
    void rejectsCodesThatAreNoWords() {
        writer.tensor("l.qweight", DType.U8, Shape.of(4, 4), () -> MemorySegment.ofArray(new byte[16]));
        ints("l.qzeros", new LittleEndianBytes().u32(0), 1, 1);
        writer.tensor("l.scales", DType.F16, Shape.of(1, 1), () -> MemorySegment.ofArray(new byte[2]));
        rejects(config("gptq", ""), "tensor l.qweight", "U8 [4, 4]", "a matrix of I32");
    }

    @ParameterizedTest
    @CsvSource({"group_size, 0", "group_size, -2", "group_size, 1.5", "bits, '\"4\"'", "bits, 1e30"})
    void rejectsNumbersThatAreNone(String key, String value) {
        String config = config("gptq", "").replaceAll("\"" + key + "\": [0-9]+", "\"" + key + "\": " + value);
        rejects(config, "config.json", "quantization_config: " + key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"gptq\", \"bits\": 3",
                "\"gptq\", \"checkpoint_format\": \"marlin\"",
                "\"awq\", \"version\": \"gemv\"",
                "\"awq\", \"bits\": 8"
            })
    void namesVariantsThatItDoesNotRead(String variant) throws IOException {
        try (HuggingFaceFolder model =
                (HuggingFaceFolder) open("{\"quantization_config\": {\"quant_method\": " + variant + "}}")) {
            assertThat(model.unreadQuantisation()).isPresent();
        }
    }
}
