package wok.convert;

import java.util.ArrayList;
import java.util.List;
import wok.kernels.BlockDecoder;
import wok.tensor.DType;
import wok.tensor.Shape;

/**
 * What will be written: the tensors of a {@link Draft} with their types. Immutable; any thread.
 *
 * @param chosen in file order
 */
public record WritePlan(Draft draft, QuantiseOptions options, List<Chosen> chosen) {

    /** A tensor as it will be written. */
    public record Chosen(String name, Shape shape, DType from, DType to) {
        /** Bytes in the file to be. */
        public long bytes() {
            return to.bytes(shape.elements());
        }
    }

    public WritePlan {
        chosen = List.copyOf(chosen);
    }

    /**
     * Chooses the types.
     *
     * @throws ConvertException if a tensor's type cannot be read, or it is quantised already and that is not allowed
     */
    public static WritePlan of(Draft draft, QuantiseOptions options) {
        TypeMix mix = new TypeMix(draft, options);
        List<Chosen> chosen = new ArrayList<>();
        for (DraftTensor tensor : draft.tensors()) {
            DType to = mix.typeOf(tensor);
            check(tensor, to, options.isRequantised());
            chosen.add(new Chosen(tensor.name(), tensor.shape(), tensor.storedAs(), to));
        }
        return new WritePlan(draft, options, chosen);
    }

    private static void check(DraftTensor tensor, DType to, boolean isRequantised) {
        DType from = tensor.storedAs();
        if (from != to && !BlockDecoder.supports(from)) {
            throw new ConvertException(tensor.name() + ": " + from + " (expected: a type that can be read)");
        }
        if (from != to && from.isQuantised() && to.isQuantised() && !isRequantised) {
            throw new ConvertException(tensor.name() + ": " + from + " already (expected: F32, F16 or BF16 weights;"
                    + " quantising twice loses more than once: --allow-requantize does it nevertheless)");
        }
    }

    /** All tensors' bytes together. */
    public long bytes() {
        return chosen.stream().mapToLong(Chosen::bytes).sum();
    }

    /** All tensors' numbers together. */
    public long parameters() {
        return chosen.stream().mapToLong(tensor -> tensor.shape().elements()).sum();
    }

    /** How many quantised matrices the importance says nothing of, embedding and output aside. */
    public long unmeasured() {
        return options.importance()
                .map(importance -> chosen.stream()
                        .filter(tensor ->
                                tensor.to().isQuantised() && tensor.name().startsWith("blk."))
                        .filter(tensor -> !importance.knows(tensor.name()))
                        .count())
                .orElse(0L);
    }
}
