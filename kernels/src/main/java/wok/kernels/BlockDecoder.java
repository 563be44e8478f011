package wok.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import wok.tensor.DType;
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

    static boolean isFloat(DType type) {
        return switch (type) {
            case F32, F16, BF16, F64 -> true;
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
            default -> throw unsupported(type);
        };
    }

    static KernelException unsupported(DType type) {
        return new KernelException(
                "type: " + type
                        + " (expected: F32, F16, BF16, F64, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K to Q6_K, IQ4_NL, IQ4_XS or MXFP4)");
    }
}
