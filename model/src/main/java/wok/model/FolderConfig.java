package wok.model;

import wok.formats.HuggingFaceFolder;
import wok.formats.Json;

/**
 * Reads config.json of a Hugging Face folder, as transformers 4 wrote it ({@code rope_theta}, {@code rope_scaling}) and
 * as transformers 5 does ({@code rope_parameters}, {@code layer_types}). What a key's absence means is what the
 * {@code configuration_*.py} of transformers says for keys that published files leave out. Families that are read alike
 * share a class.
 */
final class FolderConfig {
    private FolderConfig() {}

    static ModelConfig read(HuggingFaceFolder folder) {
        String where = folder.path().resolve("config.json").toString();
        Json.Obj config = folder.config();
        Json.Obj text = config.object("text_config").orElse(config);
        String modelType = modelType(where, config, text);
        Family family = Family.ofModelType(modelType).orElseThrow(() -> Family.unsupported(where, modelType));
        folder.unreadQuantisation().ifPresent(method -> {
            throw new ModelException(where + ": quantization_config: " + method
                    + " (expected: fp8, mxfp4, gptq or awq, or none;" + " other quantised models as GGUF files)");
        });
        try {
            FolderFields fields = new FolderFields(family, where, text);
            return switch (family) {
                case LLAMA, MISTRAL, QWEN2, QWEN3 -> new LlamaFolder(fields).read();
                case QWEN3_MOE, QWEN2_MOE, MIXTRAL, GLM4_MOE, MINIMAX_M2, GRANITE_MOE, OLMOE ->
                    new ExpertsFolder(fields).read();
                case GPT_OSS -> new GptOssFolder(fields).read();
                case LLAMA4 -> new Llama4Folder(fields).read();
                case QWEN3_NEXT, QWEN3_5, QWEN3_5_MOE -> new QwenHybridFolder(fields).read();
                case KIMI_LINEAR -> new KimiLinearFolder(fields).read();
                case OLMO_HYBRID -> new OlmoHybridFolder(fields).read();
                case GEMMA3 -> new Gemma3Folder(fields).read();
                case DEEPSEEK, DEEPSEEK_V32, MISTRAL4 -> new DeepseekFolder(fields, modelType).read();
                case GEMMA2 -> new Gemma2Folder(fields).read();
                case OLMO2, OLMO3 -> new OlmoFolder(fields).read();
                case PHI3 -> new PhiFolder(fields).read();
                case SMOLLM3 -> new SmolLm3Folder(fields).read();
                case GRANITE -> new GraniteFolder(fields).read();
                case COHERE2 -> new CohereFolder(fields).read();
                case GLM4 -> new Glm4Folder(fields).read();
                case MINISTRAL3 -> new MinistralFolder(fields).read();
            };
        } catch (ModelException e) {
            throw e.in(where);
        }
    }

    /** Multimodal checkpoints have a name of their own, and their text part one beneath: that one counts. */
    private static String modelType(String where, Json.Obj config, Json.Obj text) {
        String outer = ConfigFields.of(where, config).text("model_type");
        if (Family.ofModelType(outer).isEmpty()) {
            throw Family.unsupported(where, outer);
        }
        return ConfigFields.of(where, text).maybeText("model_type").orElse(outer);
    }
}
