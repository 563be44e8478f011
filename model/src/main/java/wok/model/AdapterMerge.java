package wok.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.formats.ModelSource;
import wok.kernels.BlockDecoder;
import wok.kernels.KernelException;
import wok.kernels.WeightPacker;
import wok.tensor.DType;
import wok.tensor.Tensor;

/**
 * A model's weights with adapters added to them for good: {@code W + sum of factor * scale * B A}, row by row as they
 * are read, so that no matrix exists twice. Sums are f32: one fma per rank in order, adapters in theirs. A matrix that
 * is stored as F32, F16 or BF16 is rounded back to that, a quantised one becomes F32, to be quantised by the caller.
 *
 * <p>Immutable; any thread reads the tensors, while the model they were made of is open.
 */
public final class AdapterMerge {
    /** What is added to a matrix: a [rank][columns], b [rows][rank], both as they lie in the file, times a factor. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Delta(float[] a, float[] b, int rank, float factor) {
        void addTo(float[] row, long index) {
            for (int r = 0; r < rank; r++) {
                float weight = factor * b[Math.toIntExact(index * rank + r)];
                int from = r * row.length;
                for (int c = 0; c < row.length; c++) {
                    row[c] = Math.fma(weight, a[from + c], row[c]);
                }
            }
        }
    }

    private final ModelSource source;
    private final AdapterFit fit;
    private final Map<String, List<Delta>> deltas = new LinkedHashMap<>();

    private AdapterMerge(ModelSource source) {
        this.source = source;
        fit = new AdapterFit(source, ModelConfig.of(source));
    }

    /**
     * One adapter to be merged.
     *
     * @param factor multiplies its own scale
     */
    public record Part(Path adapter, float factor) {}

    /**
     * The model's tensors by name, in file order; those that no adapter changes as they are.
     *
     * @throws ModelException if an adapter is damaged, of another model, or of a kind that is not supported
     */
    public static Map<String, Tensor> tensors(ModelSource source, List<Part> parts) {
        AdapterMerge merge = new AdapterMerge(source);
        parts.forEach(merge::add);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        source.tensors().forEach((name, tensor) -> tensors.put(name, merge.merged(tensor)));
        return tensors;
    }

    private void add(Part part) {
        ConfigRule.require(Float.isFinite(part.factor()), "factor", part.factor(), "a finite number");
        try (AdapterFile file = AdapterFile.open(part.adapter())) {
            file.pairs().forEach((name, pair) -> {
                String weight = fit.stem(file, name) + ".weight";
                Tensor tensor = source.tensors().get(weight);
                if (tensor == null || tensor.shape().rank() != 2) {
                    throw fit.unknown(file, name);
                }
                long rows = tensor.shape().rows();
                long columns = tensor.shape().columns();
                if (pair.b().shape().rows() != rows || pair.a().shape().columns() != columns) {
                    throw fit.otherShape(file, name, pair, rows, columns);
                }
                Delta delta = new Delta(
                        WeightPacker.floats(pair.a()),
                        WeightPacker.floats(fit.b(file, name, pair.b())),
                        Math.toIntExact(pair.a().shape().rows()),
                        part.factor() * pair.scale());
                deltas.computeIfAbsent(weight, key -> new ArrayList<>()).add(delta);
            });
        } catch (KernelException e) {
            throw new ModelException(part.adapter() + ": " + e.getMessage(), e);
        }
    }

    private Tensor merged(Tensor tensor) {
        List<Delta> own = deltas.get(tensor.name());
        if (own == null) {
            return tensor;
        }
        boolean isFloat = tensor.dtype() == DType.F16 || tensor.dtype() == DType.BF16;
        DType type = isFloat ? tensor.dtype() : DType.F32;
        return Tensor.converted(
                tensor.name(),
                type,
                tensor.shape(),
                (first, count, to) -> writeRows(tensor, own, type, first, count, to),
                List.of());
    }

    private static void writeRows(Tensor tensor, List<Delta> deltas, DType type, long first, int count, byte[] to) {
        int columns = Math.toIntExact(tensor.shape().columns());
        float[] row = new float[columns];
        ByteBuffer out = ByteBuffer.wrap(to).order(ByteOrder.LITTLE_ENDIAN);
        for (long index = first; index < first + count; index++) {
            BlockDecoder.decode(tensor.dtype(), tensor.row(index), 0, columns, row, 0);
            for (Delta delta : deltas) {
                delta.addTo(row, index);
            }
            for (float value : row) {
                switch (type) {
                    case F16 -> out.putShort(Float.floatToFloat16(value));
                    case BF16 -> out.putShort(bfloat16(value));
                    default -> out.putFloat(value);
                }
            }
        }
    }

    /** Rounded to nearest, ties to even; NaN stays NaN. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? (short) (bits >>> 16 | 0x40) : (short) ((bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
    }
}
