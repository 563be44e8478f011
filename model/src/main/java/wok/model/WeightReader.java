package wok.model;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    private final ModelSource source;
    private final TensorNames names;
    private final ActivationPrecision activations;
    private final Arena arena;
    private final PackedWeights packed;
    private final Compute compute;
    private final Set<String> used = new HashSet<>();

    /** @param packed where matrices go; vectors go into the arena */
    WeightReader(
            ModelSource source, ActivationPrecision activations, Arena arena, PackedWeights packed, Compute compute) {
        this.source = source;
        this.names = TensorNames.of(source);
        this.activations = activations;
        this.arena = arena;
        this.packed = packed;
        this.compute = compute;
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
        return linear(names.ofModel(role), config.vocabularySize(), config.hidden(), false);
    }

    Linear linear(int layer, TensorRole role, int rows, int columns, boolean bias) {
        return linear(names.ofLayer(layer, role), rows, columns, bias);
    }

    FloatRows vector(TensorRole role, int length) {
        return row(names.ofModel(role) + ".weight", length);
    }

    FloatRows vector(int layer, TensorRole role, int length) {
        return row(names.ofLayer(layer, role) + ".weight", length);
    }

    private Linear linear(String stem, int rows, int columns, boolean bias) {
        Tensor weight = tensor(stem + ".weight", Shape.of(rows, columns));
        Optional<FloatRows> added = bias ? Optional.of(row(stem + ".bias", rows)) : Optional.empty();
        try {
            PackedMatrix matrix = WeightPacker.pack(weight, activations, packed.memory(weight.name()), compute.team());
            if (packed.packed()) {
                source.release(weight);
            }
            compute.admit(matrix);
            return new Linear(matrix, added);
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
    List<String> unused() {
        return source.tensors().keySet().stream()
                .filter(name -> !used.contains(name) && !names.isHarmless(name))
                .toList();
    }

    /** Says in one warning what the file holds beside the model: another architecture may hide behind a known name. */
    void warnOfUnused() {
        List<String> unused = unused();
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
