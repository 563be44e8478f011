package wok.testkit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.formats.Json;
import wok.formats.SafetensorsWriter;
import wok.tensor.DType;
import wok.testkit.TinyWeights.Weight;

/** Writes a {@link TinyModel} as a folder of the Hugging Face hub. */
final class TinyFolder {
    /** Every third layer of the tiny gemma3 sees all positions. */
    static final int SLIDING_PATTERN = 3;

    static final float LOCAL_ROPE_BASE = 10_000f;

    private TinyFolder() {}

    static void write(TinyModel model, Path folder) throws IOException {
        Files.createDirectories(folder);
        TinyTokenizer tokenizer = model.tokenizer();
        Files.writeString(
                folder.resolve("config.json"), config(model, tokenizer).toString());
        Files.writeString(
                folder.resolve("tokenizer.json"), tokenizer.tokenizerJson().toString());
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                tokenizer.tokenizerConfig().toString());
        Files.writeString(
                folder.resolve("generation_config.json"),
                tokenizer.generationConfig().toString());
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        for (Weight weight : TinyWeights.of(model)) {
            DType dtype = TinyWeights.dtype(model, weight);
            writer.tensor(
                    weight.name(),
                    dtype.isQuantised() ? DType.F32 : dtype,
                    weight.shape(),
                    () -> MemorySegment.ofArray(bytes(TinyWeights.blocks(model, weight))));
        }
        writer.write(folder.resolve("model.safetensors"));
    }

    private static byte[] bytes(Blocks blocks) {
        return blocks.dtype().isQuantised()
                ? BlockQuantiser.quantise(DType.F32, blocks.values()).bytes()
                : blocks.bytes();
    }

    private static Json.Obj config(TinyModel model, TinyTokenizer tokenizer) {
        TinyFamily family = model.family();
        Json.Obj common = Json.object(
                "architectures", Json.array(List.of(Json.of(family.className()))),
                "model_type", Json.of(family.modelType()),
                "vocab_size", Json.of(model.vocabulary()),
                "bos_token_id", Json.of(tokenizer.bos()),
                "eos_token_id", Json.of(tokenizer.eos()),
                "pad_token_id", Json.of(tokenizer.eos()),
                "torch_dtype", Json.of(torchName(model.dtype())),
                "max_position_embeddings", Json.of(model.contextLength()),
                "hidden_size", Json.of(model.hidden()),
                "intermediate_size", Json.of(model.feedForward()),
                "num_hidden_layers", Json.of(model.layers()),
                "num_attention_heads", Json.of(model.heads()),
                "num_key_value_heads", Json.of(model.kvHeads()),
                "head_dim", Json.of(model.headDim()),
                "rms_norm_eps", Json.of(family.normEpsilon()),
                "rope_theta", Json.of(family.ropeBase()),
                "tie_word_embeddings", Json.of(model.tiedEmbeddings()),
                "transformers_version", Json.of("4.57.0"));
        Map<String, Json> config = new LinkedHashMap<>(common.members());
        config.putAll(ofFamily(model).members());
        return new Json.Obj(config);
    }

    /** What only this family's config.json has. */
    private static Json.Obj ofFamily(TinyModel model) {
        return switch (model.family()) {
            case LLAMA ->
                Json.object(
                        "hidden_act", Json.of("silu"),
                        "attention_bias", Json.of(false),
                        "mlp_bias", Json.of(false),
                        "rope_scaling", Json.NULL);
            case MISTRAL -> Json.object("hidden_act", Json.of("silu"), "sliding_window", Json.NULL);
            case QWEN2, QWEN3 ->
                Json.object(
                        "hidden_act", Json.of("silu"),
                        "use_sliding_window", Json.of(false),
                        "sliding_window", Json.NULL,
                        "max_window_layers", Json.of(model.layers()));
            case GEMMA3_TEXT ->
                Json.object(
                        "hidden_activation", Json.of("gelu_pytorch_tanh"),
                        "query_pre_attn_scalar", Json.of(model.headDim()),
                        "rope_local_base_freq", Json.of(LOCAL_ROPE_BASE),
                        "rope_scaling", Json.NULL,
                        "sliding_window", Json.of(model.slidingWindow()),
                        "sliding_window_pattern", Json.of(SLIDING_PATTERN),
                        "attn_logit_softcapping", Json.NULL,
                        "final_logit_softcapping", Json.NULL);
        };
    }

    private static String torchName(DType dtype) {
        return switch (dtype) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        };
    }
}
