package wok.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import wok.kernels.BlockDecoder;
import wok.tensor.DType;
import wok.tensor.RowConversion;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * A small matrix as its transpose, made when its rows are read. Numbers stay what they are: BF16 and F16 keep their type,
 * quantised weights, whose blocks lie along the other direction, become F32.
 *
 * <p>Decoded once, at the first reading; any thread.
 */
final class Transposition implements RowConversion {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Tensor source;
    private final DType type;
    private float[] decoded = {};

    private Transposition(Tensor source, DType type) {
        this.source = source;
        this.type = type;
    }

    /** The transpose of a matrix. */
    static Tensor of(Tensor matrix) {
        DType type = matrix.dtype() == DType.BF16 || matrix.dtype() == DType.F16 ? matrix.dtype() : DType.F32;
        Shape shape = Shape.of(matrix.shape().columns(), matrix.shape().rows());
        return Tensor.converted(matrix.name() + " transposed", type, shape, new Transposition(matrix, type), List.of());
    }

    @Override
    public void convert(long firstRow, int rows, byte[] to) {
        float[] values = decode();
        MemorySegment out = MemorySegment.ofArray(to);
        int columns = (int) source.shape().columns();
        int height = (int) source.shape().rows();
        for (int i = 0; i < rows * height; i++) {
            float value = values[i % height * columns + (int) firstRow + i / height];
            switch (type) {
                case F16 -> out.set(SHORT, 2L * i, Float.floatToFloat16(value));
                case BF16 -> out.set(SHORT, 2L * i, (short) (Float.floatToRawIntBits(value) >>> 16));
                default -> out.set(FLOAT, 4L * i, value);
            }
        }
    }

    private synchronized float[] decode() {
        if (decoded.length == 0) {
            int elements = Math.toIntExact(source.shape().elements());
            decoded = new float[elements];
            BlockDecoder.decode(source.dtype(), source.data(), 0, elements, decoded, 0);
        }
        return decoded;
    }
}
