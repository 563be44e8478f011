package wok.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import wok.tensor.DType;

class BlockQuantiserTest {
    private static final String TYPES = "F32|F16|BF16|Q8_0|Q4_0|Q4_1|Q4_K|Q6_K";

    private static float[] random(int count) {
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    /** The greatest error on values between -1 and 1, a little over half a step of each type. */
    @ParameterizedTest
    @CsvSource({
        "F32, 0",
        "F16, 0.00025",
        "BF16, 0.002",
        "Q8_0, 0.0045",
        "Q4_0, 0.08",
        "Q4_1, 0.075",
        "Q4_K, 0.12",
        "Q6_K, 0.03"
    })
    void theErrorIsAboutHalfAStep(DType dtype, float errorMax) {
        float[] values = random(4096);
        float[] exact = BlockQuantiser.quantise(dtype, values).values();
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(values[i] - exact[i])).as("element %d", i).isLessThanOrEqualTo(errorMax);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = TYPES)
    void blocksDecodeToTheStatedValues(DType dtype) {
        Blocks blocks = BlockQuantiser.quantise(dtype, random(1024));
        ByteBuffer in = ByteBuffer.wrap(blocks.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1024; i++) {
            assertThat(decode(dtype, in, i)).as("element %d", i).isEqualTo(blocks.values()[i]);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = TYPES)
    void zerosStayZeros(DType dtype) {
        assertThat(BlockQuantiser.quantise(dtype, new float[256]).values()).containsOnly(0f);
    }

    @Test
    void everyTypeIsDecodedHere() {
        assertThat(BlockQuantiser.TYPES).allMatch(type -> type.name().matches(TYPES));
    }

    /** One element, found from ggml's description of the layout and not from the quantiser's loops. */
    private static float decode(DType dtype, ByteBuffer in, int element) {
        int i = element % dtype.blockElements();
        int at = element / dtype.blockElements() * dtype.blockBytes();
        return switch (dtype) {
            case F32 -> in.getFloat(at);
            case F16 -> half(in, at);
            case BF16 -> Float.intBitsToFloat(in.getShort(at) << 16);
            case Q8_0 -> half(in, at) * in.get(at + 2 + i);
            case Q4_0 -> half(in, at) * (nibble(in, at + 2 + i % 16, i / 16) - 8);
            case Q4_1 -> half(in, at) * nibble(in, at + 4 + i % 16, i / 16) + half(in, at + 2);
            case Q4_K -> q4k(in, at, i);
            case Q6_K -> q6k(in, at, i);
            default -> throw new IllegalArgumentException(dtype.toString());
        };
    }

    private static float q4k(ByteBuffer in, int at, int i) {
        int run = i / 32;
        int s = at + 4;
        int scale = run < 4 ? in.get(s + run) & 63 : (in.get(s + run + 4) & 15) | ((in.get(s + run - 4) & 0xc0) >> 2);
        int min = run < 4
                ? in.get(s + run + 4) & 63
                : ((in.get(s + run + 4) & 0xf0) >> 4) | ((in.get(s + run) & 0xc0) >> 2);
        int q = nibble(in, at + 16 + 32 * (run / 2) + i % 32, run % 2);
        return half(in, at) * scale * q - half(in, at + 2) * min;
    }

    private static float q6k(ByteBuffer in, int at, int i) {
        int half = i / 128;
        int quarter = i % 128 / 32;
        int low = nibble(in, at + 64 * half + 32 * (quarter & 1) + i % 32, quarter >> 1);
        int high = (in.get(at + 128 + 32 * half + i % 32) >> (2 * quarter)) & 3;
        return half(in, at + 208) * in.get(at + 192 + i / 16) * ((low | (high << 4)) - 32);
    }

    private static int nibble(ByteBuffer in, int at, int which) {
        return (in.get(at) >> (4 * which)) & 15;
    }

    private static float half(ByteBuffer in, int at) {
        return Float.float16ToFloat(in.getShort(at));
    }
}
