package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import wok.tensor.DType;
import wok.tensor.Float8;
import wok.tensor.Tensor;

/**
 * The exact value of every element of every file type: scalar, written to be read, the specification that packed
 * families are held to. Stateless; any thread.
 */
public final class BlockDecoder {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BlockDecoder() {}

    /** Whether {@link #decode} and {@link WeightPacker} can read the type. */
    public static boolean supports(DType type) {
        return isFloat(type) || QuantFormat.of(type).isPresent();
    }

    /** Whether the type's weights are packed as floats. */
    static boolean isFloat(DType type) {
        return switch (type) {
            case F32, F16, BF16, F64, F8_E4M3, F8_E5M2, NVFP4 -> true;
            default -> false;
        };
    }

    /**
     * Decodes elements {@code firstElement} to {@code firstElement + count - 1} of the blocks, which start at byte 0 of
     * {@code blocks}. F64 is rounded to nearest; every other value is exact as ggml defines it.
     *
     * @throws KernelException if the type is not supported
     * @throws IndexOutOfBoundsException if the elements are outside {@code blocks} or {@code out}
     */
    public static void decode(DType type, MemorySegment blocks, long firstElement, int count, float[] out, int at) {
        Objects.checkFromIndexSize(at, count, out.length);
        Objects.checkFromIndexSize(
                firstElement, count, blocks.byteSize() / type.blockBytes() * (long) type.blockElements());
        if (isFloat(type)) {
            for (int i = 0; i < count; i++) {
                out[at + i] = floatAt(type, blocks, firstElement + i);
            }
            return;
        }
        QuantFormat format = QuantFormat.of(type).orElseThrow(() -> unsupported(type));
        BlockParts parts = new BlockParts();
        int done = 0;
        while (done < count) {
            long block = (firstElement + done) / type.blockElements();
            int from = (int) ((firstElement + done) % type.blockElements());
            int n = Math.min(count - done, type.blockElements() - from);
            parts.read(type, blocks, block * type.blockBytes());
            for (int i = 0; i < n; i++) {
                out[at + done + i] = parts.value(from + i, format);
            }
            done += n;
        }
    }

    /** All elements of a tensor, for small ones: norm weights, biases. */
    static float[] decodeAll(Tensor tensor) {
        int elements = Math.toIntExact(tensor.shape().elements());
        float[] values = new float[elements];
        decode(tensor.dtype(), tensor.data(), 0, elements, values, 0);
        return values;
    }

    private static float floatAt(DType type, MemorySegment data, long element) {
        return switch (type) {
            case F32 -> data.get(FLOAT, 4 * element);
            case F16 -> Float.float16ToFloat(data.get(SHORT, 2 * element));
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, 2 * element) << 16);
            case F64 -> (float) data.get(DOUBLE, 8 * element);
            case F8_E4M3 -> Float8.e4m3(data.get(JAVA_BYTE, element));
            case F8_E5M2 -> Float8.e5m2(data.get(JAVA_BYTE, element));
            case NVFP4 -> nvfp4(data, element);
            default -> throw unsupported(type);
        };
    }

    /**
     * Blocks of 64: a scale for each 16, E4M3 without a sign, u8 [4] @0; nibbles[32] @4, per 16 elements eight bytes with
     * elements 0-7 in the low halves and 8-15 in the high. Half the scale times a doubled E2M1 value.
     */
    private static float nvfp4(MemorySegment data, long element) {
        int k = (int) (element % 64);
        long block = element / 64 * DType.NVFP4.blockBytes();
        int scale = data.get(JAVA_BYTE, block + k / 16) & 0xFF;
        int codes = data.get(JAVA_BYTE, block + 4 + (k / 16 * 8L) + k % 8);
        return halvedUnsignedE4m3(scale) * Codebook.MXFP4.value((codes >>> (k % 16 / 8 * 4)) & 0xF);
    }

    /** As ggml has it: of what the format calls NaN, 127 is 0 and 255 is 480; the top bit is not looked at elsewhere. */
    private static float halvedUnsignedE4m3(int code) {
        return switch (code) {
            case 0x7F -> 0;
            case 0xFF -> 240;
            default -> Float8.e4m3((byte) (code & 0x7F)) / 2;
        };
    }

    static KernelException unsupported(DType type) {
        return new KernelException("type: " + type
                + " (expected: F32, F16, BF16, F64, F8_E4M3, F8_E5M2, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K to Q6_K,"
                + " IQ1_S to IQ4_XS, TQ1_0, TQ2_0, MXFP4 or NVFP4)");
    }
}
