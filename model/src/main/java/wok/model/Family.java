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
    LLAMA("llama", Set.of("llama"), Set.of("llama")),
    /** Llama's mathematics with a sliding window. GGUF files of it call themselves llama. */
    MISTRAL("mistral", Set.of("mistral", "mistral3"), Set.of()),
    /** Qwen 2 and 2.5: biases on queries, keys and values. */
    QWEN2("qwen2", Set.of("qwen2"), Set.of("qwen2")),
    /** Qwen 3, dense: a norm on every query and key head. */
    QWEN3("qwen3", Set.of("qwen3"), Set.of("qwen3")),
    /** Qwen 3 with experts. */
    QWEN3_MOE("qwen3_moe", Set.of("qwen3_moe"), Set.of("qwen3moe")),
    /** Qwen 1.5 and 2 with experts, one of which every position passes through. */
    QWEN2_MOE("qwen2_moe", Set.of("qwen2_moe"), Set.of("qwen2moe")),
    /** Mistral's first mixture of experts. GGUF files of it call themselves llama. */
    MIXTRAL("mixtral", Set.of("mixtral"), Set.of()),
    /** OpenAI's open weights: attention sinks, every other layer windowed, biases everywhere. */
    GPT_OSS("gpt_oss", Set.of("gpt_oss"), Set.of("gpt-oss")),
    /** GLM 4.5 and on: DeepSeek's routing behind plain attention. */
    GLM4_MOE("glm4_moe", Set.of("glm4_moe"), Set.of("glm4moe")),
    MINIMAX_M2("minimax_m2", Set.of("minimax_m2"), Set.of("minimax-m2")),
    /** Llama 4, the text part: chunks of the context, layers that see all of it and don't turn. */
    LLAMA4("llama4", Set.of("llama4", "llama4_text"), Set.of("llama4")),
    /** Granite 3 with experts. */
    GRANITE_MOE("granitemoe", Set.of("granitemoe"), Set.of("granitemoe")),
    OLMOE("olmoe", Set.of("olmoe"), Set.of("olmoe")),
    /** Qwen3-Next: delta nets between layers of attention, experts. */
    QWEN3_NEXT("qwen3_next", Set.of("qwen3_next"), Set.of()),
    /** Qwen 3.5, the text part: the same without experts. */
    QWEN3_5("qwen3_5", Set.of("qwen3_5", "qwen3_5_text"), Set.of()),
    /** Qwen 3.5 with experts, the text part. */
    QWEN3_5_MOE("qwen3_5_moe", Set.of("qwen3_5_moe", "qwen3_5_moe_text"), Set.of()),
    /** Kimi Linear: delta nets between layers of latent attention, experts. */
    KIMI_LINEAR("kimi_linear", Set.of("kimi_linear"), Set.of()),
    /** OLMo hybrid: delta nets between layers of attention. */
    OLMO_HYBRID("olmo_hybrid", Set.of("olmo_hybrid"), Set.of()),
    /** Gemma 3, the text part. */
    GEMMA3("gemma3", Set.of("gemma3", "gemma3_text"), Set.of("gemma3")),
    /** DeepSeek V2, V2-Lite, V3, V3.1, R1 and Kimi K2: latent attention, shared and routed experts. */
    DEEPSEEK("deepseek", Set.of("deepseek_v2", "deepseek_v3", "kimi_k2"), Set.of("deepseek2")),
    /** DeepSeek V3.2: V3 whose rows attend to chosen positions. */
    DEEPSEEK_V32("deepseek_v32", Set.of("deepseek_v32"), Set.of()),
    /** Mistral 4: DeepSeek's attention, queries scaled by their position. */
    MISTRAL4("mistral4", Set.of("mistral4"), Set.of()),
    /** Gemma 2: caps on scores and logits. */
    GEMMA2("gemma2", Set.of("gemma2"), Set.of("gemma2")),
    /** OLMo 2: norms behind the blocks, and over all query heads together. GGUF files of OLMo 3 have its name. */
    OLMO2("olmo2", Set.of("olmo2"), Set.of("olmo2")),
    /** OLMo 3: windows in most layers. */
    OLMO3("olmo3", Set.of("olmo3"), Set.of()),
    /** Phi 3, 3.5 and 4: joined projections, LongRoPE. */
    PHI3("phi3", Set.of("phi3"), Set.of("phi3")),
    /** SmolLM3: layers without rotary embedding. */
    SMOLLM3("smollm3", Set.of("smollm3"), Set.of("smollm3")),
    /** Granite 3, dense: factors on embeddings, scores, residuals and logits. */
    GRANITE("granite", Set.of("granite"), Set.of("granite")),
    /** Cohere's Command R7B and Command A: blocks side by side. */
    COHERE2("cohere2", Set.of("cohere2"), Set.of("cohere2")),
    /** GLM-4-0414, dense. */
    GLM4("glm4", Set.of("glm4"), Set.of("glm4")),
    /** Ministral 3: queries that grow with their position. */
    MINISTRAL3("ministral3", Set.of("ministral3"), Set.of("mistral3"));

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<String> modelTypes;

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<String> ggufArchitectures;

    /**
     * @param label the family's name as people write it
     * @param modelTypes what config.json calls the family
     * @param ggufArchitectures what GGUF files call the family
     */
    Family(String label, Set<String> modelTypes, Set<String> ggufArchitectures) {
        this.label = label;
        this.modelTypes = modelTypes;
        this.ggufArchitectures = ggufArchitectures;
    }

    /** The family's name as people write it: {@code llama}, {@code qwen3}. */
    public String label() {
        return label;
    }

    /**
     * Whether converters move the rows of queries and keys: halves of a head's rotary dimensions in folders, neighbours in
     * GGUF.
     */
    boolean permutesHeadsInGguf() {
        return switch (this) {
            case LLAMA, MISTRAL, MIXTRAL, GRANITE_MOE, GRANITE, SMOLLM3, MINISTRAL3 -> true;
            default -> false;
        };
    }

    /** Whether norms multiply by 1 + what safetensors hold; GGUF's converters add the 1. */
    boolean normsAddOneInFolders() {
        return switch (this) {
            case GEMMA2, GEMMA3, QWEN3_NEXT, QWEN3_5, QWEN3_5_MOE -> true;
            default -> false;
        };
    }

    /** The family of a config.json's {@code model_type}. */
    static Optional<Family> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelTypes.contains(modelType))
                .findFirst();
    }

    /** The family of a GGUF file's {@code general.architecture}. */
    static Optional<Family> ofGgufArchitecture(String architecture) {
        return Arrays.stream(values())
                .filter(family -> family.ggufArchitectures.contains(architecture))
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
                .flatMap(family -> Stream.concat(family.modelTypes.stream(), family.ggufArchitectures.stream()))
                .distinct()
                .sorted()
                .toList();
        return new ModelException(where + ": architecture \"" + architecture + "\" is not supported (supported: "
                + names.stream().collect(Collectors.joining(", ")) + ")");
    }
}
