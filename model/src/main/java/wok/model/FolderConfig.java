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
        String modelType = ConfigFields.of(where, config).text("model_type");
        Family family = Family.ofModelType(modelType).orElseThrow(() -> Family.unsupported(where, modelType));
        folder.unreadQuantisation().ifPresent(method -> {
            throw new ModelException(where + ": quantization_config: " + method
                    + " (expected: fp8, mxfp4, gptq or awq, or none;" + " other quantised models as GGUF files)");
        });
        Json.Obj text = config.object("text_config").orElse(config);
        try {
            FolderFields fields = new FolderFields(family, where, text);
            return switch (family) {
                case LLAMA, MISTRAL, QWEN2, QWEN3 -> new LlamaFolder(fields).read();
                case QWEN3_MOE, QWEN2_MOE, MIXTRAL, GLM4_MOE, MINIMAX_M2, GRANITE_MOE, OLMOE ->
                    new ExpertsFolder(fields).read();
                case GPT_OSS -> new GptOssFolder(fields).read();
                case LLAMA4 -> new Llama4Folder(fields).read();
                case GEMMA3 -> new Gemma3Folder(fields).read();
                case DEEPSEEK, MISTRAL4 -> new DeepseekFolder(fields, modelType).read();
            };
        } catch (ModelException e) {
            throw e.in(where);
        }
    }
}
