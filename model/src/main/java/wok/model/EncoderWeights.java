package wok.model;

import java.lang.foreign.Arena;
import java.util.Optional;
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
 * Takes an encoder's weights out of an opened file, checks their shapes, and packs matrices. One use, one thread
 * (packing itself is shared by the team).
 */
final class EncoderWeights {
    private final ModelSource source;
    private final EncoderNames names;
    private final ActivationPrecision activations;
    private final Arena arena;
    private final PackedWeights packed;
    private final Compute compute;

    EncoderWeights(
            ModelSource source,
            EncoderNames names,
            ActivationPrecision activations,
            Arena arena,
            PackedWeights packed,
            Compute compute) {
        this.source = source;
        this.names = names;
        this.activations = activations;
        this.arena = arena;
        this.packed = packed;
        this.compute = compute;
    }

    EncoderNames names() {
        return names;
    }

    boolean has(String name) {
        return source.tensors().containsKey(name);
    }

    /** A table where it lies in the file. */
    EmbeddingTable table(EncoderRole role, int rows, int columns) {
        String name = named(names.ofModel(role), role) + ".weight";
        try {
            return new EmbeddingTable(tensor(name, Shape.of(rows, columns)));
        } catch (KernelException e) {
            throw unsupported(name, e);
        }
    }

    EncoderNorm norm(String stem, int length, boolean bias, float epsilon) {
        boolean old = !has(stem + ".weight") && has(stem + ".gamma");
        FloatRows weight = row(stem + (old ? ".gamma" : ".weight"), length);
        Optional<FloatRows> shift =
                bias ? Optional.of(row(stem + (old ? ".beta" : ".bias"), length)) : Optional.empty();
        return new EncoderNorm(weight, shift, epsilon);
    }

    Linear linear(String stem, int rows, int columns, boolean bias) {
        Tensor weight = tensor(stem + ".weight", Shape.of(rows, columns));
        Optional<Tensor> shift = bias ? Optional.of(tensor(stem + ".bias", Shape.of(rows))) : Optional.empty();
        return packed(weight, shift);
    }

    /**
     * Part {@code part} of a matrix that holds {@code parts} of them, one below the other.
     *
     * @param rows of one part
     */
    Linear part(String stem, int part, int parts, int rows, int columns, boolean bias) {
        Tensor whole = tensor(stem + ".weight", Shape.of((long) parts * rows, columns));
        Tensor weight = whole.part((long) part * rows, rows);
        Optional<Tensor> shift = Optional.empty();
        if (bias) {
            Tensor all = tensor(stem + ".bias", Shape.of((long) parts * rows));
            long each = all.data().byteSize() / parts;
            shift = Optional.of(new Tensor(
                    all.name() + "#" + part,
                    all.dtype(),
                    Shape.of(rows),
                    all.data().asSlice(part * each, each)));
        }
        return packed(weight, shift);
    }

    private Linear packed(Tensor weight, Optional<Tensor> bias) {
        try {
            PackedMatrix matrix = WeightPacker.pack(weight, activations, packed.memory(weight.name()), compute.team());
            packed.packed();
            compute.admit(matrix);
            Optional<FloatRows> shift = bias.map(tensor -> WeightPacker.row(tensor, arena));
            return new Linear(matrix, shift, Optional.empty(), Optional.empty());
        } catch (KernelException e) {
            throw unsupported(weight.name(), e);
        }
    }

    private FloatRows row(String name, int length) {
        try {
            return WeightPacker.row(tensor(name, Shape.of(length)), arena);
        } catch (KernelException e) {
            throw unsupported(name, e);
        }
    }

    /** The name of a weight of the whole model that files of this kind must have. */
    String ofModel(EncoderRole role) {
        return named(names.ofModel(role), role);
    }

    String ofLayer(int layer, EncoderRole role) {
        return named(names.ofLayer(layer, role), role);
    }

    private String named(Optional<String> name, EncoderRole role) {
        return name.orElseThrow(() -> new ModelException(
                source.path() + ": " + role + ": files of this kind have no name for it (expected: another family)"));
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
        return tensor;
    }
}
