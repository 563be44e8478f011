package wok.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import wok.tensor.DType;
import wok.tensor.RowConversion;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * A matrix of an ONNX file as a tensor of 32-bit floats whose rows are outputs. A MatMul's second operand lies
 * [inputs, outputs] and is turned; one that ONNX Runtime's quantiser made is {@code (q - zeroPoint) * scale} besides, with
 * one scale and zero point for all or one for each output. Rows are made when they are read, by any thread.
 *
 * @param turned whether the file has outputs in its columns
 */
record OnnxMatrix(OnnxTensor stored, boolean turned, Optional<Scales> scales) implements RowConversion {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** @param zeroPoint absent: 0 */
    record Scales(OnnxTensor scale, Optional<OnnxTensor> zeroPoint) {
        float scaleOf(long output) {
            return scale.real(scale.shape().elements() == 1 ? 0 : output);
        }

        int zeroOf(long output) {
            return zeroPoint
                    .map(zero -> zero.small(zero.shape().elements() == 1 ? 0 : output))
                    .orElse(0);
        }
    }

    /** The matrix under the name that PyTorch gave it; empty if it is none of floats or of quantised numbers. */
    Optional<Tensor> tensor(String name) {
        boolean ofFloats = stored.type() == OnnxTensor.F32 && scales.isEmpty();
        if (stored.shape().rank() != 2 || stored.shape().elements() == 0 || !(ofFloats || isScaled())) {
            return Optional.empty();
        }
        long rows = stored.shape().dimension(turned ? 1 : 0);
        long columns = stored.shape().dimension(turned ? 0 : 1);
        if (columns > 1 << 24) {
            return Optional.empty();
        }
        return Optional.of(Tensor.converted(name, DType.F32, Shape.of(rows, columns), this, List.of(stored.data())));
    }

    private boolean isScaled() {
        if (!stored.isQuantised() || scales.isEmpty()) {
            return false;
        }
        long outputs = stored.shape().rank() == 2 ? stored.shape().dimension(turned ? 1 : 0) : 0;
        OnnxTensor scale = scales.get().scale();
        Optional<OnnxTensor> zero = scales.get().zeroPoint();
        return scale.type() == OnnxTensor.F32
                && isOneOr(outputs, scale)
                && zero.map(z -> z.isQuantised() && isOneOr(outputs, z)).orElse(true);
    }

    private static boolean isOneOr(long outputs, OnnxTensor tensor) {
        return tensor.shape().elements() == 1 || tensor.shape().elements() == outputs;
    }

    @Override
    public void convert(long first, int count, byte[] to) {
        MemorySegment out = MemorySegment.ofArray(to);
        long rows = stored.shape().dimension(turned ? 1 : 0);
        long columns = stored.shape().dimension(turned ? 0 : 1);
        for (long column = 0; column < columns; column++) {
            for (int i = 0; i < count; i++) {
                long from = turned ? column * rows + first + i : (first + i) * columns + column;
                out.set(FLOAT, 4 * (i * columns + column), value(from, first + i));
            }
        }
    }

    private float value(long index, long output) {
        return scales.isEmpty()
                ? stored.real(index)
                : (stored.small(index) - scales.get().zeroOf(output))
                        * scales.get().scaleOf(output);
    }
}
