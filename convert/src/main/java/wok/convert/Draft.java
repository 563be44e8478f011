package wok.convert;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import wok.formats.GgufModel;
import wok.formats.GgufWriter;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;

/**
 * A GGUF file to be: metadata, and tensors that are read when they are written. The types of the tensors are chosen
 * later. Holds views of an opened model, which must stay open. Immutable; any thread.
 */
public final class Draft {
    static final String FILE_TYPE = "general.file_type";
    static final String QUANTISATION_VERSION = "general.quantization_version";
    static final String ALIGNMENT = "general.alignment";

    private final Map<String, Consumer<GgufWriter>> entries;
    private final List<DraftTensor> tensors;
    private final Dimensions dimensions;

    /** What the choice of types asks; of sizes that differ by layer the greatest. */
    record Dimensions(int layers, int heads, int kvHeads, int experts) {}

    /** @param entries what adds each key's value to a writer, in file order */
    Draft(Map<String, Consumer<GgufWriter>> entries, List<DraftTensor> tensors, Dimensions dimensions) {
        this.entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        this.tensors = List.copyOf(tensors);
        this.dimensions = dimensions;
    }

    /**
     * The draft of an opened model: of a GGUF file itself, of a folder its conversion.
     *
     * @throws ConvertException if the model cannot be written as GGUF
     * @throws wok.model.ModelException if a folder's model is of no family that Wok knows
     */
    public static Draft of(ModelSource source) {
        return switch (source) {
            case GgufModel gguf -> GgufDraft.of(gguf);
            case HuggingFaceFolder folder -> FolderDraft.of(folder);
        };
    }

    /** The same with one more entry, or with another value for one. */
    Draft with(String key, Consumer<GgufWriter> entry) {
        Map<String, Consumer<GgufWriter>> more = new LinkedHashMap<>(entries);
        more.put(key, entry);
        return new Draft(more, tensors, dimensions);
    }

    Map<String, Consumer<GgufWriter>> entries() {
        return entries;
    }

    /** In file order. */
    List<DraftTensor> tensors() {
        return tensors;
    }

    Dimensions dimensions() {
        return dimensions;
    }

    /** The tensor of that name. */
    Optional<DraftTensor> tensor(String name) {
        return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
    }

    /** Whether the embedding is the output matrix too. */
    boolean isTied() {
        return tensor("output.weight").isEmpty();
    }
}
