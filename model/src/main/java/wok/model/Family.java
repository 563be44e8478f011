package wok.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The model families that Wok runs, with the names that files call them by. A constant here says nothing about a
 * family's mathematics: that is all in the {@link ModelConfig} its reader makes.
 */
public enum Family {
    /** Llama 1 to 3.x and the many models with their mathematics, SmolLM and SmolLM2 among them. */
    LLAMA("llama"),
    /** Llama's mathematics with a sliding window. GGUF files of it call themselves llama. */
    MISTRAL("mistral"),
    /** Qwen 2 and 2.5: biases on queries, keys and values. */
    QWEN2("qwen2"),
    /** Qwen 3, dense: a norm on every query and key head. */
    QWEN3("qwen3"),
    /** Gemma 3, the text part. */
    GEMMA3("gemma3");

    private final String label;

    Family(String label) {
        this.label = label;
    }

    /** The family's name as people write it: {@code llama}, {@code qwen3}. */
    public String label() {
        return label;
    }

    /** What config.json calls the family. */
    private Set<String> modelTypes() {
        return this == GEMMA3 ? Set.of("gemma3", "gemma3_text") : Set.of(label);
    }

    /** What GGUF files call the family. */
    private Set<String> ggufArchitectures() {
        return this == MISTRAL ? Set.of() : Set.of(label);
    }

    /** The family of a config.json's {@code model_type}. */
    static Optional<Family> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelTypes().contains(modelType))
                .findFirst();
    }

    /** The family of a GGUF file's {@code general.architecture}. */
    static Optional<Family> ofGgufArchitecture(String architecture) {
        return Arrays.stream(values())
                .filter(family -> family.ggufArchitectures().contains(architecture))
                .findFirst();
    }

    /**
     * The answer to a file of another family.
     *
     * @param where the file
     * @param architecture what it calls itself
     */
    static ModelException unsupported(String where, String architecture) {
        List<String> names = Arrays.stream(values())
                .flatMap(family -> Stream.concat(family.modelTypes().stream(), family.ggufArchitectures().stream()))
                .distinct()
                .sorted()
                .toList();
        return new ModelException(where + ": architecture \"" + architecture + "\" is not supported (supported: "
                + names.stream().collect(Collectors.joining(", ")) + ")");
    }
}
