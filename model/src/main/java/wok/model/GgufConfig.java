package wok.model;

import wok.formats.GgufModel;

/**
 * Reads a GGUF file's metadata. Keys are those of {@code gguf-py/gguf/constants.py}; what is written nowhere in the
 * file but in llama.cpp is said where it is used. Biases and tied embeddings have no keys: their tensors are there or
 * not. Families that are read alike share a class.
 */
final class GgufConfig {
    private GgufConfig() {}

    static ModelConfig read(GgufModel gguf) {
        String where = gguf.path().toString();
        String architecture = ConfigFields.of(where, gguf.metadata()).text("general.architecture");
        Family family =
                Family.ofGgufArchitecture(architecture).orElseThrow(() -> Family.unsupported(where, architecture));
        try {
            GgufFields fields = new GgufFields(family, architecture, gguf);
            return switch (family) {
                case LLAMA, MISTRAL, MIXTRAL, QWEN2, QWEN3 -> new LlamaGguf(fields).read();
                case QWEN3_MOE, QWEN2_MOE, GLM4_MOE, MINIMAX_M2, GRANITE_MOE, OLMOE -> new ExpertsGguf(fields).read();
                case GPT_OSS -> new GptOssGguf(fields).read();
                case LLAMA4 -> new Llama4Gguf(fields).read();
                case QWEN3_NEXT, QWEN3_5, QWEN3_5_MOE, OLMO_HYBRID, KIMI_LINEAR ->
                    throw Family.unsupported(where, architecture);
                case GEMMA3 -> new Gemma3Gguf(fields).read();
                case DEEPSEEK -> new DeepseekGguf(fields).read();
                case DEEPSEEK_V32, MISTRAL4 -> throw Family.unsupported(where, architecture);
                case GEMMA2 -> new Gemma2Gguf(fields).read();
                case OLMO2, OLMO3 -> new OlmoGguf(fields).read();
                case PHI3, SMOLLM3, GRANITE, GLM4, MINISTRAL3 -> new DenseGguf(fields).read();
                case COHERE2 -> new CohereGguf(fields).read();
            };
        } catch (ModelException e) {
            throw e.in(where);
        }
    }
}
