package wok.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import wok.formats.GgufModel;
import wok.formats.ModelSource;
import wok.kernels.ActivationPrecision;
import wok.kernels.Compute;
import wok.kernels.EmbeddingTable;
import wok.kernels.FloatRows;
import wok.kernels.KernelException;
import wok.kernels.PackedMatrix;
import wok.kernels.WeightPacker;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Takes weights out of an opened file by their role, checks their shapes, and packs matrices into the model's arena.
 * One use, one thread (packing itself is shared by the team).
 */
final class WeightReader {
    private static final System.Logger LOGGER = System.getLogger(WeightReader.class.getName());
    private static final int UNUSED_SHOWN_MAX = 5;
    /** Stands for an expert's number in names. */
    private static final String EXPERT = "{e}";

    private final ModelSource source;
    private final TensorNames names;
    private final ExpertLayout experts;
    private final ActivationPrecision activations;
    private final Arena arena;
    private final PackedWeights packed;
    private final Compute compute;
    private final Set<String> used = new HashSet<>();
    private final AdaptedRows adapted;
    private final Optional<ActivationObserver> observer;
    private final ProjectionIndex projections = new ProjectionIndex();

    /** @param packed where matrices go; vectors go into the arena */
    WeightReader(
            ModelSource source,
            Family family,
            ModelOptions options,
            Arena arena,
            PackedWeights packed,
            Compute compute) {
        this.source = source;
        this.names = TensorNames.of(source, family);
        this.experts = source instanceof GgufModel ? ExpertLayout.ROWS : ExpertLayout.ofFolder(family);
        this.activations = options.activations();
        this.observer = options.observer();
        this.arena = arena;
        this.packed = packed;
        this.compute = compute;
        this.adapted = new AdaptedRows(arena);
    }

    /** The projections that were read, by their names in the file. */
    ProjectionIndex projections() {
        return projections;
    }

    /** Where projections look for the adapters of their rows. */
    AdaptedRows adapted() {
        return adapted;
    }

    /** The embedding where it lies in the file: [vocabulary, hidden]. */
    EmbeddingTable embedding(ModelConfig config) {
        String name = names.ofModel(TensorRole.EMBEDDING) + ".weight";
        Tensor tensor = tensor(name, Shape.of(config.vocabularySize(), config.hidden()));
        try {
            return new EmbeddingTable(tensor);
        } catch (KernelException e) {
            throw unsupported(name, e);
        }
    }

    /** The output projection, the embedding itself when the two are tied: [vocabulary, hidden]. */
    Linear output(ModelConfig config) {
        TensorRole role = config.tiedEmbeddings() ? TensorRole.EMBEDDING : TensorRole.OUTPUT;
        Linear output = linear(names.ofModel(role), config.vocabularySize(), config.hidden(), false);
        projections.add(names.ofModel(TensorRole.OUTPUT), 0, output);
        return output;
    }

    Linear linear(int layer, TensorRole role, int rows, int columns, boolean bias) {
        Linear linear = linear(names.ofLayer(layer, role), rows, columns, bias);
        projections.add(names.ofLayer(layer, role), 0, linear);
        return linear;
    }

    FloatRows vector(TensorRole role, int length) {
        return row(names.ofModel(role) + ".weight", length);
    }

    FloatRows vector(int layer, TensorRole role, int length) {
        return row(names.ofLayer(layer, role) + ".weight", length);
    }

    /** Whether the file has the weight of a layer. */
    boolean has(int layer, TensorRole role) {
        return source.tensors().containsKey(names.ofLayer(layer, role) + ".weight");
    }

    /** Whether the file has the weight of a layer with so many rows. */
    boolean hasRows(int layer, TensorRole role, long rows) {
        Tensor tensor = source.tensors().get(names.ofLayer(layer, role) + ".weight");
        return tensor != null && tensor.shape().rows() == rows;
    }

    /** Rows {@code from} to {@code from + rows - 1} of a matrix that holds several: [total, columns]. */
    Linear part(int layer, TensorRole role, int from, int rows, int total, int columns, boolean bias) {
        String stem = names.ofLayer(layer, role);
        Tensor whole = tensor(stem + ".weight", Shape.of(total, columns));
        Optional<FloatRows> added = Optional.empty();
        if (bias) {
            FloatRows all = row(stem + ".bias", total);
            added = Optional.of(FloatRows.allocate(arena, 1, rows));
            added.get().setRow(0, Arrays.copyOfRange(all.row(0), from, from + rows), 0);
        }
        Linear part = pack(whole.part(from, rows), added, Optional.of(adapted));
        projections.add(stem, from, part);
        return part;
    }

    /** How the file lays out experts that it stacks. */
    ExpertLayout expertLayout() {
        return experts;
    }

    /** Whether the file has a stacked tensor of a layer's experts. */
    boolean hasStacked(int layer, TensorRole role) {
        return source.tensors().containsKey(stackedName(layer, role));
    }

    /** Whether the file names each expert's tensor. */
    boolean isByExpert(int layer, TensorRole role) {
        return names.ofLayer(layer, role).contains(EXPERT);
    }

    /** One expert's matrix where each has its own tensor. */
    Linear expert(int layer, TensorRole role, int expert, int rows, int columns, boolean bias) {
        String stem = names.ofLayer(layer, role).replace(EXPERT, Integer.toString(expert));
        return linear(stem, rows, columns, bias, Optional.empty());
    }

    /** All experts' matrices in one tensor. */
    Tensor stacked(int layer, TensorRole role, Shape expected) {
        return tensor(stackedName(layer, role), expected);
    }

    /** Whether a stacked tensor is of a type that quantises blocks along its rows. */
    boolean isStackedInBlocks(int layer, TensorRole role) {
        Tensor stacked = source.tensors().get(stackedName(layer, role));
        return stacked != null && stacked.dtype().blockElements() > 1;
    }

    /** All experts' biases: [experts, rows]. */
    float[] stackedBias(int layer, TensorRole role, Shape expected) {
        String stem = names.ofLayer(layer, role);
        String name = source.tensors().containsKey(stem + "_bias") ? stem + "_bias" : stem + ".bias";
        return floats(name, expected);
    }

    private String stackedName(int layer, TensorRole role) {
        String stem = names.ofLayer(layer, role);
        return source.tensors().containsKey(stem) ? stem : stem + ".weight";
    }

    /** Values {@code from}, {@code from + step}, … as a row. */
    FloatRows row(float[] values, int from, int step, int count) {
        FloatRows row = FloatRows.allocate(arena, 1, count);
        for (int i = 0; i < count; i++) {
            row.set(0, i, values[from + i * step]);
        }
        return row;
    }

    /** A matrix of one row, which some files hold as a vector. */
    Linear rowMatrix(int layer, TensorRole role, int columns) {
        String name = names.ofLayer(layer, role) + ".weight";
        Tensor found = source.tensors().get(name);
        if (found == null || found.shape().rank() != 1) {
            return linear(layer, role, 1, columns, false);
        }
        Tensor vector = tensor(name, Shape.of(columns));
        return pack(new Tensor(name, vector.dtype(), Shape.of(1, columns), vector.contents()), Optional.empty());
    }

    /** All values of a small tensor. */
    private float[] floats(String name, Shape shape) {
        try {
            return WeightPacker.floats(tensor(name, shape));
        } catch (KernelException e) {
            throw unsupported(name, e);
        }
    }

    /**
     * Some rows of a matrix in another order, one by one.
     *
     * @param rows which of {@code total}
     */
    Linear picked(int layer, TensorRole role, int[] rows, int total, int columns) {
        Tensor whole = tensor(names.ofLayer(layer, role) + ".weight", Shape.of(total, columns));
        int rowBytes = Math.toIntExact(whole.rowBytes());
        String name = whole.name() + "[" + rows[0] + ", … " + rows.length + " rows]";
        Tensor picked = Tensor.converted(
                name,
                whole.dtype(),
                Shape.of(rows.length, columns),
                (first, count, to) -> {
                    for (int i = 0; i < count; i++) {
                        MemorySegment row = whole.row(rows[Math.toIntExact(first + i)]);
                        MemorySegment.copy(row, ValueLayout.JAVA_BYTE, 0, to, i * rowBytes, rowBytes);
                    }
                },
                List.of());
        return pack(picked, Optional.empty());
    }

    /**
     * The weights of a depthwise convolution, which files have as [channels, 1, taps] or [channels, taps], turned round.
     *
     * @return [taps][channels]
     */
    FloatRows taps(int layer, TensorRole role, int channels, int taps) {
        String name = names.ofLayer(layer, role) + ".weight";
        Tensor found = source.tensors().get(name);
        boolean flat = found != null && found.shape().rank() == 2;
        float[] values = floats(name, flat ? Shape.of(channels, taps) : Shape.of(channels, 1, taps));
        FloatRows turned = FloatRows.allocate(arena, taps, channels);
        for (int channel = 0; channel < channels; channel++) {
            for (int tap = 0; tap < taps; tap++) {
                turned.set(tap, channel, values[channel * taps + tap]);
            }
        }
        return turned;
    }

    /** A vector whose name in the file has no ending, and whose shape may have further dimensions of 1. */
    FloatRows flatVector(int layer, TensorRole role, int length) {
        String name = names.ofLayer(layer, role);
        Tensor found = source.tensors().get(name);
        Shape shape = found != null && found.shape().elements() == length ? found.shape() : Shape.of(length);
        return row(floats(name, shape), 0, 1, length);
    }

    /** A weight of ones, for norms that have none. */
    FloatRows ones(int length) {
        FloatRows row = FloatRows.allocate(arena, 1, length);
        for (int i = 0; i < length; i++) {
            row.set(0, i, 1);
        }
        return row;
    }

    /** A vector whose name in the file has no ending. */
    FloatRows bareVector(int layer, TensorRole role, int length) {
        String name = names.ofLayer(layer, role);
        return row(source.tensors().containsKey(name) ? name : name + ".weight", length);
    }

    private Linear linear(String stem, int rows, int columns, boolean bias) {
        return linear(stem, rows, columns, bias, Optional.of(adapted));
    }

    private Linear linear(String stem, int rows, int columns, boolean bias, Optional<AdaptedRows> adapters) {
        Tensor weight = tensor(stem + ".weight", Shape.of(rows, columns));
        return pack(weight, bias ? Optional.of(row(stem + ".bias", rows)) : Optional.empty(), adapters);
    }

    /** Packs a matrix of the file, or a part of one: an expert's, whose rows are not those of the batch. */
    Linear pack(Tensor weight, Optional<FloatRows> added) {
        return pack(weight, added, Optional.empty());
    }

    private Linear pack(Tensor weight, Optional<FloatRows> added, Optional<AdaptedRows> adapters) {
        try {
            PackedMatrix matrix = WeightPacker.pack(weight, activations, packed.memory(weight.name()), compute.team());
            if (packed.packed()) {
                source.release(weight);
            }
            compute.admit(matrix);
            return new Linear(matrix, added, adapters, observer.map(told -> new Linear.Observed(told, weight.name())));
        } catch (KernelException e) {
            throw unsupported(weight.name(), e);
        }
    }

    private FloatRows row(String name, int length) {
        Tensor vector = tensor(name, Shape.of(length));
        try {
            return WeightPacker.row(vector, arena);
        } catch (KernelException e) {
            throw unsupported(name, e);
        }
    }

    private ModelException unsupported(String name, KernelException e) {
        return new ModelException(source.path() + ": tensor " + name + ": " + e.getMessage(), e);
    }

    private Tensor tensor(String name, Shape expected) {
        Tensor tensor = source.tensors().get(name);
        if (tensor == null) {
            throw new ModelException(
                    source.path() + ": tensor " + name + ": missing (expected: shape " + expected + ")");
        }
        if (!tensor.shape().equals(expected)) {
            throw new ModelException(
                    source.path() + ": tensor " + name + ": shape " + tensor.shape() + " (expected: " + expected + ")");
        }
        used.add(name);
        return tensor;
    }

    /** Tensors of the file that nothing asked for and that are not known to be of no use. */
    List<String> unused(int layers) {
        return source.tensors().keySet().stream()
                .filter(name -> !used.contains(name) && !names.isHarmless(name))
                .filter(name -> !TensorNames.isBehind(layers, name))
                .toList();
    }

    /** Says in one warning what the file holds beside the model: another architecture may hide behind a known name. */
    void warnOfUnused(List<String> unused) {
        if (!unused.isEmpty()) {
            String shown = String.join(", ", unused.subList(0, Math.min(unused.size(), UNUSED_SHOWN_MAX)));
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0}: {1} tensors are not used: {2}{3}",
                    source.path(),
                    unused.size(),
                    shown,
                    unused.size() > UNUSED_SHOWN_MAX ? ", …" : "");
        }
    }
}
