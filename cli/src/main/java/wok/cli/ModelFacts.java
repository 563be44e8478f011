package wok.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import wok.formats.GgufMetadata;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.hub.StoredModel;
import wok.model.EmbeddingConfig;
import wok.model.EncoderConfig;
import wok.model.ModelCard;
import wok.model.ModelConfig;
import wok.model.ModelException;
import wok.model.ModelNeeds;
import wok.tensor.Tensor;

/**
 * What a model's files say about it, for people: read from metadata and the tensors' tables, also of families that Wok
 * does not run. Keys that the files do not give are absent. Any thread.
 */
final class ModelFacts {
    private ModelFacts() {}

    /** The facts in the order in which they are shown. */
    static Json.Obj of(ModelSource source, Optional<StoredModel> stored) {
        Map<String, Json> facts = new LinkedHashMap<>();
        stored.ifPresent(model -> {
            facts.put("name", Json.of(model.name()));
            facts.put("source", Json.of(model.source()));
        });
        facts.put("path", Json.of(source.path().toString()));
        Map<String, Json> own = switch (source) {
            case GgufModel gguf -> ofGguf(gguf.metadata());
            case HuggingFaceFolder folder -> ofFolder(folder);
        };
        facts.putAll(own);
        putCard(facts, ModelCard.of(source));
        Optional<ModelConfig> config = config(source);
        facts.put("parameters", Json.of(parameters(source)));
        config.map(c -> ModelNeeds.of(source, c))
                .filter(needs -> needs.activeParameters() < needs.parameters())
                .ifPresent(needs -> facts.put("active_parameters", Json.of(needs.activeParameters())));
        facts.put("quantisation", quantisation(source));
        facts.put("tensor_bytes", Json.of(source.tensorBytes()));
        facts.put("chat_template", Json.of(template(source).isPresent()));
        stored.filter(model -> !model.licence().isEmpty())
                .ifPresent(model -> facts.putIfAbsent("licence", Json.of(model.licence())));
        if (EncoderConfig.isEncoder(source)) {
            putEncoder(facts, source);
        } else {
            refusal(source).ifPresent(reason -> facts.put("not_runnable", Json.of(reason)));
        }
        return new Json.Obj(facts);
    }

    /** An encoder answers no prompts; which verb takes it, if this build runs it. */
    private static void putEncoder(Map<String, Json> facts, ModelSource source) {
        try {
            EncoderConfig config = EncoderConfig.of(source);
            facts.putIfAbsent("architecture", Json.of(config.family().label()));
            facts.putIfAbsent("context", Json.of(config.contextLength()));
            facts.putIfAbsent("layers", Json.of(config.layers().size()));
            facts.putIfAbsent("hidden", Json.of(config.hidden()));
            facts.putIfAbsent("vocabulary", Json.of(config.vocabularySize()));
            EmbeddingConfig.of(source).pooling().ifPresent(pooling -> facts.put("pooling", Json.of(pooling.word())));
            facts.put("runs_with", Json.of("wok embed, or wok rerank if it is a cross-encoder"));
        } catch (ModelException e) {
            facts.put("not_runnable", Json.of(String.valueOf(e.getMessage())));
        }
    }

    private static void putCard(Map<String, Json> facts, ModelCard card) {
        card.licence().ifPresent(licence -> facts.put("licence", Json.of(licence)));
        putTexts(facts, "base_models", card.baseModels());
        putTexts(facts, "datasets", card.datasets());
        putTexts(facts, "languages", card.languages());
    }

    private static void putTexts(Map<String, Json> facts, String key, List<String> texts) {
        if (!texts.isEmpty()) {
            facts.put(key, Json.array(texts.stream().map(Json::of).toList()));
        }
    }

    /** The source of the chat template. */
    static Optional<String> template(ModelSource source) {
        return switch (source) {
            case GgufModel gguf -> gguf.metadata().text("tokenizer.chat_template");
            case HuggingFaceFolder folder ->
                folder.text("chat_template.jinja")
                        .or(() -> folder.json("tokenizer_config.json").flatMap(config -> config.text("chat_template")));
        };
    }

    private static long parameters(ModelSource source) {
        return source.tensors().values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
    }

    /** How many tensors are stored in each type. */
    private static Json quantisation(ModelSource source) {
        Map<String, Long> counts = new TreeMap<>();
        for (Tensor tensor : source.tensors().values()) {
            counts.merge(tensor.dtype().toString(), 1L, Long::sum);
        }
        Map<String, Json> members = new LinkedHashMap<>();
        counts.forEach((type, count) -> members.put(type, Json.of(count)));
        return new Json.Obj(members);
    }

    private static Map<String, Json> ofGguf(GgufMetadata metadata) {
        Map<String, Json> facts = new LinkedHashMap<>();
        String architecture = metadata.text("general.architecture").orElse("unknown");
        metadata.text("general.name").ifPresent(name -> facts.put("title", Json.of(name)));
        facts.put("architecture", Json.of(architecture));
        facts.put("format", Json.of("GGUF"));
        putInteger(facts, "context", metadata.integer(architecture + ".context_length"));
        putInteger(facts, "layers", metadata.integer(architecture + ".block_count"));
        putInteger(facts, "hidden", metadata.integer(architecture + ".embedding_length"));
        putInteger(facts, "vocabulary", metadata.texts("tokenizer.ggml.tokens").map(tokens -> (long) tokens.size()));
        List<String> tokenizer = new ArrayList<>();
        metadata.text("tokenizer.ggml.model").ifPresent(tokenizer::add);
        metadata.text("tokenizer.ggml.pre").ifPresent(tokenizer::add);
        if (!tokenizer.isEmpty()) {
            facts.put("tokenizer", Json.of(String.join(" ", tokenizer)));
        }
        return facts;
    }

    private static Map<String, Json> ofFolder(HuggingFaceFolder folder) {
        Map<String, Json> facts = new LinkedHashMap<>();
        Json.Obj whole = folder.json("config.json").orElse(Json.Obj.of());
        Json.Obj config = whole.object("text_config").orElse(whole);
        config.text("model_type")
                .or(() -> whole.text("model_type"))
                .ifPresent(type -> facts.put("architecture", Json.of(type)));
        boolean isOnnx = whole.members().isEmpty() && !folder.tensors().isEmpty();
        facts.put("format", Json.of(isOnnx ? "ONNX" : "safetensors"));
        putInteger(facts, "context", integer(config, "max_position_embeddings"));
        putInteger(facts, "layers", integer(config, "num_hidden_layers"));
        putInteger(facts, "hidden", integer(config, "hidden_size"));
        putInteger(facts, "vocabulary", integer(config, "vocab_size"));
        folder.json("tokenizer.json")
                .flatMap(tokenizer -> tokenizer.object("model"))
                .flatMap(model -> model.text("type"))
                .ifPresent(type -> facts.put("tokenizer", Json.of(type)));
        return facts;
    }

    private static Optional<Long> integer(Json.Obj config, String key) {
        return config.number(key).filter(Json.Num::isInteger).map(Json.Num::longValue);
    }

    private static void putInteger(Map<String, Json> facts, String key, Optional<Long> value) {
        value.ifPresent(number -> facts.put(key, Json.of(number)));
    }

    /** The model's configuration, if this build runs it. */
    static Optional<ModelConfig> config(ModelSource source) {
        return refusal(source).isEmpty() ? Optional.of(ModelConfig.of(source)) : Optional.empty();
    }

    /** Why this build can't run the model. */
    private static Optional<String> refusal(ModelSource source) {
        try {
            ModelConfig.of(source);
            return Optional.empty();
        } catch (ModelException | wok.formats.MalformedModelException e) {
            return Optional.of(Failures.line(e));
        }
    }
}
