package wok.model;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;
import wok.formats.GgufModel;
import wok.formats.ModelSource;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * How an adapter's names and rows go with a model's file, which may be of the other format.
 *
 * <p>GGUF files of Llama and its like hold the rows of queries and keys in another order than Hugging Face folders do
 * (pairs of rotary dimensions side by side instead of halves apart). An adapter of one kind on a model of the other has
 * the rows of its B moved likewise. Immutable; any thread.
 */
record AdapterFit(ModelSource source, ModelConfig config) {

    /**
     * What the model's file calls the matrix that an adapter calls {@code name}.
     *
     * @throws ModelException if the model's format has no word for it
     */
    String stem(AdapterFile file, String name) {
        return isOfOtherFormat(file) ? translated(file, name) : name;
    }

    /** B with its rows in the order of the model's file. */
    Tensor b(AdapterFile file, String name, Tensor b) {
        return isOfOtherFormat(file) ? reordered(file, name, b) : b;
    }

    private boolean isOfOtherFormat(AdapterFile file) {
        return (file.names() == AdapterFile.Naming.HUGGING_FACE) == (source instanceof GgufModel);
    }

    ModelException otherShape(AdapterFile file, String name, AdapterFile.Pair pair, long rows, long columns) {
        return new ModelException(file.path() + ": " + name + ": A " + pair.a().shape() + ", B "
                + pair.b().shape()
                + " (expected: [rank, " + columns + "] and [" + rows + ", rank]; is it an adapter of "
                + source.path().getFileName() + "?)");
    }

    private String translated(AdapterFile file, String name) {
        TensorNames folder = TensorNames.Folder.of(Set.of(), FolderNames.of(config.family()));
        TensorNames gguf = TensorNames.ofGguf(config.family());
        boolean ofFolder = file.names() == AdapterFile.Naming.HUGGING_FACE;
        TensorNames here = ofFolder ? gguf : TensorNames.of(source, config.family());
        Optional<String> stem =
                here.translate(name, ofFolder ? folder : gguf, config.layers().size());
        return stem.orElseThrow(() -> unknown(file, name));
    }

    ModelException unknown(AdapterFile file, String name) {
        return new ModelException(file.path() + ": " + name + ": no such projection in " + source.path()
                + " (expected: one that adapters can change: attention and dense feed-forward projections, lm_head)");
    }

    private Tensor reordered(AdapterFile file, String name, Tensor b) {
        boolean isQuery = name.endsWith("q_proj") || name.endsWith("attn_q");
        boolean isKey = name.endsWith("k_proj") || name.endsWith("attn_k");
        if (!config.family().permutesHeadsInGguf() || !(isQuery || isKey)) {
            return b;
        }
        AttentionConfig attention = config.layers().getFirst().attention();
        int half = attention.headDim() / 2;
        boolean toGguf = file.names() == AdapterFile.Naming.HUGGING_FACE;
        long rowBytes = b.rowBytes();
        long rows = b.shape().rows();
        byte[] moved = new byte[Math.toIntExact(b.bytes())];
        for (int row = 0; row < rows; row++) {
            int inHead = row % (2 * half);
            int apart = inHead / 2 + inHead % 2 * half;
            int beside = 2 * (inHead % half) + inHead / half;
            int from = row - inHead + (toGguf ? apart : beside);
            if (from < rows) {
                MemorySegment.copy(b.row(from), 0, MemorySegment.ofArray(moved), row * rowBytes, rowBytes);
            }
        }
        return new Tensor(b.name(), b.dtype(), Shape.of(rows, b.shape().columns()), MemorySegment.ofArray(moved));
    }
}
