package wok.testkit;

/** The families that {@link TinyModel} can make, by what Hugging Face and GGUF call them. */
public enum TinyFamily {
    LLAMA("llama", "LlamaForCausalLM", "llama"),
    /** Its GGUF architecture is llama's: the mathematics is the same. */
    MISTRAL("mistral", "MistralForCausalLM", "llama"),
    QWEN2("qwen2", "Qwen2ForCausalLM", "qwen2"),
    QWEN3("qwen3", "Qwen3ForCausalLM", "qwen3"),
    GEMMA3_TEXT("gemma3_text", "Gemma3ForCausalLM", "gemma3");

    private final String modelType;
    private final String className;
    private final String architecture;

    TinyFamily(String modelType, String className, String architecture) {
        this.modelType = modelType;
        this.className = className;
        this.architecture = architecture;
    }

    /** config.json's model_type. */
    public String modelType() {
        return modelType;
    }

    /** config.json's entry of architectures. */
    String className() {
        return className;
    }

    /** GGUF's general.architecture. */
    public String architecture() {
        return architecture;
    }

    /** Whether the output matrix is the embedding matrix in the published models. */
    boolean tiesEmbeddings() {
        return this == QWEN2 || this == QWEN3 || this == GEMMA3_TEXT;
    }

    /** Whether q and k are normed per head. */
    boolean normsHeads() {
        return this == QWEN3 || this == GEMMA3_TEXT;
    }

    /** Whether q, k and v have biases. */
    boolean hasQkvBiases() {
        return this == QWEN2;
    }

    /** Whether GGUF files hold the rows of q and k in another order (RoPE on neighbours instead of halves). */
    boolean permutesInGguf() {
        return architecture.equals("llama");
    }

    float normEpsilon() {
        return this == LLAMA || this == MISTRAL ? 1e-5f : 1e-6f;
    }

    float ropeBase() {
        return this == LLAMA ? 10_000f : 1_000_000f;
    }
}
