package wok.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import wok.tensor.RowConversion;
import wok.tensor.Shape;
import wok.tensor.Tensor;
import wok.tensor.TensorContents;

/**
 * The matrices of a layer's experts, however the file holds them: each in a tensor of its own, stacked by gate, up and
 * down (GGUF), or with gate and up joined ({@link ExpertLayout}).
 *
 * <p>An expert's matrix is a view of the stacked tensor wherever its rows lie together; else its rows are made when the
 * packer asks for them, so that a layer of some gigabytes is never copied as a whole. Every view has a name of its own,
 * since packed matrices are kept by name.
 *
 * <p>One use, one thread.
 */
final class ExpertWeights {
    private final WeightReader weights;
    private final int layer;
    private final int experts;
    private final int inner;
    private final int hidden;
    private final boolean bias;

    ExpertWeights(WeightReader weights, int layer, ExpertsConfig config, int hidden) {
        this.weights = weights;
        this.layer = layer;
        this.experts = config.experts();
        this.inner = config.expert().inner();
        this.hidden = hidden;
        this.bias = config.expert().bias();
    }

    List<Linear> gates() {
        return weights.hasStacked(layer, TensorRole.EXPERTS_GATE_UP)
                ? joined(0)
                : matrices(TensorRole.EXPERT_GATE, inner, hidden);
    }

    List<Linear> ups() {
        return weights.hasStacked(layer, TensorRole.EXPERTS_GATE_UP)
                ? joined(1)
                : matrices(TensorRole.EXPERT_UP, inner, hidden);
    }

    List<Linear> downs() {
        if (!weights.hasStacked(layer, TensorRole.EXPERTS_DOWN)) {
            return matrices(TensorRole.EXPERT_DOWN, hidden, inner);
        }
        boolean transposed = isTransposed(TensorRole.EXPERTS_DOWN);
        Tensor stacked = weights.stacked(
                layer,
                TensorRole.EXPERTS_DOWN,
                transposed ? Shape.of(experts, inner, hidden) : Shape.of(experts, hidden, inner));
        Optional<float[]> biases = biases(TensorRole.EXPERTS_DOWN, hidden);
        return each(e -> weights.pack(
                transposed ? transposed(stacked, e, new Steps(0, 1, hidden)) : stacked.slice(e),
                biases.map(all -> weights.row(all, e * hidden, 1, hidden))));
    }

    /** One tensor for each expert, or one for all without another in it. */
    private List<Linear> matrices(TensorRole role, int rows, int columns) {
        if (weights.isByExpert(layer, role)) {
            return each(e -> weights.expert(layer, role, e, rows, columns, bias));
        }
        Tensor stacked = weights.stacked(layer, role, Shape.of(experts, rows, columns));
        Optional<float[]> biases = biases(role, rows);
        return each(e -> weights.pack(stacked.slice(e), biases.map(all -> weights.row(all, e * rows, 1, rows))));
    }

    /**
     * Gates or ups out of the tensor that has both.
     *
     * @param half 0 = gates, 1 = ups
     */
    private List<Linear> joined(int half) {
        TensorRole role = TensorRole.EXPERTS_GATE_UP;
        boolean transposed = isTransposed(role);
        Tensor stacked = weights.stacked(
                layer,
                role,
                transposed ? Shape.of(experts, hidden, 2L * inner) : Shape.of(experts, 2L * inner, hidden));
        Steps steps = weights.expertLayout() == ExpertLayout.INTERLEAVED
                ? new Steps(half, 2, inner)
                : new Steps(half * inner, 1, inner);
        Optional<float[]> biases = biases(role, 2 * inner);
        return each(e -> weights.pack(
                transposed ? transposed(stacked, e, steps) : rows(stacked, e, steps),
                biases.map(all -> weights.row(all, 2 * e * inner + steps.first(), steps.step(), inner))));
    }

    /** Outputs {@code first}, {@code first + step}, … of an expert. */
    private record Steps(int first, int step, int count) {
        String of(Tensor stacked, int expert) {
            return stacked.name() + "[" + expert + "][" + first + ":" + (first + step * count) + ":" + step + "]";
        }
    }

    private boolean isTransposed(TensorRole role) {
        return weights.expertLayout() != ExpertLayout.ROWS && !weights.isStackedInBlocks(layer, role);
    }

    private Optional<float[]> biases(TensorRole role, int rows) {
        return bias ? Optional.of(weights.stackedBias(layer, role, Shape.of(experts, rows))) : Optional.empty();
    }

    private List<Linear> each(java.util.function.IntFunction<Linear> linear) {
        return IntStream.range(0, experts).mapToObj(linear).toList();
    }

    /** Rows of one expert, of [experts, outputs, inputs]. */
    private static Tensor rows(Tensor stacked, int expert, Steps steps) {
        Tensor own = stacked.slice(expert);
        if (steps.step() == 1) {
            return own.part(steps.first(), steps.count());
        }
        RowConversion conversion = (first, count, to) -> {
            for (int i = 0; i < count; i++) {
                MemorySegment row = own.row(steps.first() + (first + i) * steps.step());
                MemorySegment.copy(row, 0, MemorySegment.ofArray(to), i * row.byteSize(), row.byteSize());
            }
        };
        Shape shape = Shape.of(steps.count(), own.shape().columns());
        return Tensor.converted(steps.of(stacked, expert), own.dtype(), shape, conversion, memory(own));
    }

    /** Columns of one expert as rows, of [experts, inputs, outputs]. */
    private static Tensor transposed(Tensor stacked, int expert, Steps steps) {
        Tensor own = stacked.slice(expert);
        int inputs = Math.toIntExact(own.shape().rows());
        int bytes = Math.toIntExact(own.dtype().bytes(1));
        RowConversion conversion = (first, count, to) -> {
            MemorySegment made = MemorySegment.ofArray(to);
            for (int k = 0; k < inputs; k++) {
                MemorySegment outputs = own.row(k);
                for (int i = 0; i < count; i++) {
                    long from = (steps.first() + (first + i) * steps.step()) * bytes;
                    copyElement(outputs, from, made, ((long) i * inputs + k) * bytes, bytes);
                }
            }
        };
        Shape shape = Shape.of(steps.count(), inputs);
        return Tensor.converted(steps.of(stacked, expert), own.dtype(), shape, conversion, memory(own));
    }

    private static void copyElement(MemorySegment from, long at, MemorySegment to, long toAt, int bytes) {
        switch (bytes) {
            case 2 -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, toAt, from.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
            case 4 -> to.set(ValueLayout.JAVA_INT_UNALIGNED, toAt, from.get(ValueLayout.JAVA_INT_UNALIGNED, at));
            default -> MemorySegment.copy(from, at, to, toAt, bytes);
        }
    }

    /** What may be released when the rows have been packed. */
    private static List<MemorySegment> memory(Tensor tensor) {
        return tensor.contents() instanceof TensorContents.InMemory memory ? List.of(memory.data()) : List.of();
    }
}
