package wok.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The encoder families that Wok runs, with the names that files call them by. Their mathematics is all in the
 * {@link EncoderConfig} that their reader makes.
 */
public enum EncoderFamily {
    /** Learned positions, norms after each block, GELU; MiniLM, BGE, E5, GTE and most small embedders. */
    BERT("bert"),
    /** BERT with positions counted from the padding token's id on. */
    ROBERTA("roberta"),
    /** The same with a vocabulary of a hundred languages; multilingual E5, BGE-M3 and its reranker. GGUF: bert. */
    XLM_ROBERTA("xlm-roberta"),
    /** BERT with rotary positions, SwiGLU and no biases but the norms'. */
    NOMIC_BERT("nomic-bert"),
    /** Rotary positions, norms before each block, gated GELU, two layers of three seeing a window. */
    MODERNBERT("modernbert");

    private final String label;

    EncoderFamily(String label) {
        this.label = label;
    }

    /** The family's name as people write it: {@code bert}. */
    public String label() {
        return label;
    }

    /** What config.json calls the family. */
    private Set<String> modelTypes() {
        return switch (this) {
            case ROBERTA -> Set.of("roberta", "camembert");
            case NOMIC_BERT -> Set.of("nomic_bert");
            case BERT, XLM_ROBERTA, MODERNBERT -> Set.of(label);
        };
    }

    /** What GGUF files call the family; those of RoBERTa's kind are bert to them. */
    private Set<String> ggufArchitectures() {
        return switch (this) {
            case BERT, NOMIC_BERT -> Set.of(label);
            case ROBERTA, XLM_ROBERTA, MODERNBERT -> Set.of();
        };
    }

    /** The family of a config.json's {@code model_type}. */
    static Optional<EncoderFamily> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelTypes().contains(modelType))
                .findFirst();
    }

    /** The family of a GGUF file's {@code general.architecture}. */
    static Optional<EncoderFamily> ofGgufArchitecture(String architecture) {
        return Arrays.stream(values())
                .filter(family -> family.ggufArchitectures().contains(architecture))
                .findFirst();
    }

    /** The answer to a file of another family. */
    static ModelException unsupported(String where, String architecture) {
        List<String> names = Arrays.stream(values())
                .flatMap(family -> Stream.concat(family.modelTypes().stream(), family.ggufArchitectures().stream()))
                .distinct()
                .sorted()
                .toList();
        return new ModelException(where + ": architecture \"" + architecture + "\" is no encoder that is supported"
                + " (supported: " + String.join(", ", names) + ")");
    }
}
