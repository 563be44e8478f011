package wok.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import wok.formats.GgufModel;
import wok.kernels.BlockDecoder;
import wok.tensor.DType;
import wok.tensor.Tensor;

/** What the quantisers write, beside what gguf-py and ggml write of the same numbers (make_quantised.py). */
class QuantiserTest {
    private static final int ROWS = 6;
    private static final int COLUMNS = 512;

    /** A search is no proof: of one matrix another may find a little more. */
    private static final double SEARCH = 1.03;

    private static final GgufModel GOLDEN =
            GgufModel.open(Path.of("src", "test", "resources", "wok", "convert", "quantised.gguf"));
    private static float[] x = {};
    private static float[] importance = {};

    @BeforeAll
    static void open() {
        x = numbers(tensor("x"));
        importance = numbers(tensor("importance"));
    }

    @AfterAll
    static void close() {
        GOLDEN.close();
    }

    private static Tensor tensor(String name) {
        return Objects.requireNonNull(GOLDEN.tensors().get(name), name);
    }

    private static float[] numbers(Tensor tensor) {
        return decoded(
                tensor.dtype(), tensor.data(), Math.toIntExact(tensor.shape().elements()));
    }

    private static float[] decoded(DType type, MemorySegment data, int count) {
        float[] numbers = new float[count];
        BlockDecoder.decode(type, data, 0, count, numbers, 0);
        return numbers;
    }

    private static MemorySegment written(DType type, float[] numbers, int columns, float[] importance) {
        MemorySegment out = MemorySegment.ofArray(new byte[(int) type.bytes(numbers.length)]);
        Quantiser quantiser = Quantiser.of(type);
        for (int row = 0; row < numbers.length / columns; row++) {
            quantiser.row(numbers, row * columns, columns, importance, out, row * type.bytes(columns));
        }
        return out;
    }

    /** The error of one row, each column's square weighed. */
    private static double error(float[] found, int row, float[] weights) {
        double error = 0;
        for (int i = 0; i < COLUMNS; i++) {
            double missing = (double) found[row * COLUMNS + i] - x[row * COLUMNS + i];
            error += (weights.length == 0 ? 1 : weights[i]) * missing * missing;
        }
        return error;
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "Q8_0"})
    void simpleTypesAreTheBytesThatEveryoneWrites(DType type) {
        MemorySegment expected = tensor("gguf-py " + type).data();
        assertThat(written(type, x, COLUMNS, Importance.NONE).mismatch(expected))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_1", "Q5_1", "Q4_0", "Q5_0", "MXFP4", "IQ4_NL", "Q4_K", "Q5_K", "Q6_K"})
    void errorsAreNoLargerThanGgmls(DType type) {
        float[] ours = decoded(type, written(type, x, COLUMNS, Importance.NONE), x.length);
        float[] theirs = numbers(tensor("ggml " + type));
        double sumOfOurs = 0;
        double sumOfTheirs = 0;
        for (int row = 0; row < ROWS; row++) {
            double scale = Math.max(1e-12, error(new float[x.length], row, Importance.NONE));
            sumOfOurs += error(ours, row, Importance.NONE) / scale;
            sumOfTheirs += error(theirs, row, Importance.NONE) / scale;
        }
        assertThat(sumOfOurs).isLessThanOrEqualTo(sumOfTheirs * SEARCH);
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "MXFP4", "Q4_K", "Q5_K", "Q6_K"})
    void errorsThatMatterAreNoLargerThanGgmlsWithTheSameImportance(DType type) {
        float[] ours = decoded(type, written(type, x, COLUMNS, importance), x.length);
        float[] theirs = numbers(tensor("ggml " + type + " measured"));
        double sumOfOurs = 0;
        double sumOfTheirs = 0;
        for (int row = 0; row < ROWS; row++) {
            double scale = Math.max(1e-12, error(new float[x.length], row, importance));
            sumOfOurs += error(ours, row, importance) / scale;
            sumOfTheirs += error(theirs, row, importance) / scale;
        }
        assertThat(sumOfOurs).isLessThanOrEqualTo(sumOfTheirs * SEARCH);
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "MXFP4", "Q4_K", "Q5_K", "Q6_K"})
    void importanceMakesTheErrorsThatMatterSmaller(DType type) {
        float[] plain = decoded(type, written(type, x, COLUMNS, Importance.NONE), x.length);
        float[] measured = decoded(type, written(type, x, COLUMNS, importance), x.length);
        assertThat(error(measured, 3, importance)).isLessThan(error(plain, 3, importance));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "Q8_0", "Q4_0", "Q5_0", "IQ4_NL", "MXFP4", "Q4_K", "Q5_K", "Q6_K", "Q4_1", "Q5_1"})
    void zerosStayZeros(DType type) {
        float[] zeros = new float[512];
        assertThat(decoded(type, written(type, zeros, 512, Importance.NONE), 512))
                .containsOnly(0);
        assertThat(decoded(type, written(type, zeros, 512, importance), 512)).containsOnly(0);
    }

    @Test
    void weightsThatWereInMxfp4ComeBackAsTheyWere() {
        byte[] blocks = new byte[17 * 64];
        new SplittableRandom(5).nextBytes(blocks);
        for (int block = 0; block < 64; block++) {
            blocks[17 * block] = (byte) (100 + block % 40);
        }
        float[] numbers = decoded(DType.MXFP4, MemorySegment.ofArray(blocks), 32 * 64);
        float[] again = decoded(DType.MXFP4, written(DType.MXFP4, numbers, 32, Importance.NONE), numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(again[i]).isEqualTo(numbers[i] + 0f); // a negative zero comes back without its sign
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {
                "Q2_K", "Q3_K", "Q8_1", "Q8_K", "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S",
                "IQ4_XS", "TQ1_0", "TQ2_0", "NVFP4", "I8", "I16", "I32", "I64", "F64", "F8_E4M3", "F8_E5M2", "F8_E8M0",
                "U8", "U16", "U32", "U64", "BOOL"
            })
    void extremesNeitherOverflowNorBecomeNotANumber(DType type) {
        float[] numbers = new float[512];
        SplittableRandom random = new SplittableRandom(9);
        for (float greatest : new float[] {Float.MIN_VALUE, 1e-30f, 1e-6f, 3e4f}) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) (greatest * (2 * random.nextDouble() - 1));
            }
            float[] back = decoded(type, written(type, numbers, 512, Importance.NONE), 512);
            for (float value : back) {
                assertThat(Math.abs(value)).isLessThanOrEqualTo(Math.max(1e-5f, 1.35f * greatest));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "Q4_K", "Q5_K"})
    void rejectsWhatScalesCannotHold(DType type) {
        float[] numbers = new float[512];
        Arrays.fill(numbers, 0, 256, 1e38f);
        assertThatThrownBy(() -> written(type, numbers, 512, Importance.NONE))
                .isInstanceOf(ConvertException.class)
                .hasMessageContaining("65504");
    }

    @Test
    void rejectsTypesThatItCannotWrite() {
        assertThatThrownBy(() -> Quantiser.of(DType.IQ1_S))
                .isInstanceOf(ConvertException.class)
                .hasMessageContaining("IQ1_S")
                .hasMessageContaining("Q4_K");
    }
}
