package wok.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wok.formats.GgufMetadata;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.hub.StoredModel;
import wok.model.ModelConfig;
import wok.model.ModelException;
import wok.tensor.Tensor;

/**
 * What a model's files say about it, for people: read from metadata and the tensors' tables, also of families that Wok
 * does not run. Keys that the files do not give are absent. Any thread.
 */
final class ModelFacts {
    private static final int BASE_MODELS_MAX = 16;

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
        facts.put("parameters", Json.of(parameters(source)));
        facts.put("quantisation", quantisation(source));
        facts.put("tensor_bytes", Json.of(source.tensorBytes()));
        facts.put("chat_template", Json.of(template(source).isPresent()));
        stored.filter(model -> !model.licence().isEmpty())
                .ifPresent(model -> facts.putIfAbsent("licence", Json.of(model.licence())));
        refusal(source).ifPresent(reason -> facts.put("not_runnable", Json.of(reason)));
        return new Json.Obj(facts);
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
        metadata.text("general.license").ifPresent(licence -> facts.put("licence", Json.of(licence)));
        List<Json> bases = new ArrayList<>();
        for (int i = 0; i < BASE_MODELS_MAX; i++) {
            String key = "general.base_model." + i;
            metadata.text(key + ".repo_url")
                    .or(() -> metadata.text(key + ".name"))
                    .map(Json::of)
                    .ifPresent(bases::add);
        }
        if (!bases.isEmpty()) {
            facts.put("base_models", Json.array(bases));
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
        facts.put("format", Json.of("safetensors"));
        putInteger(facts, "context", integer(config, "max_position_embeddings"));
        putInteger(facts, "layers", integer(config, "num_hidden_layers"));
        putInteger(facts, "hidden", integer(config, "hidden_size"));
        putInteger(facts, "vocabulary", integer(config, "vocab_size"));
        folder.json("tokenizer.json")
                .flatMap(tokenizer -> tokenizer.object("model"))
                .flatMap(model -> model.text("type"))
                .ifPresent(type -> facts.put("tokenizer", Json.of(type)));
        folder.text("README.md").ifPresent(card -> {
            cardLine(card, "license").ifPresent(licence -> facts.put("licence", Json.of(licence)));
            cardLine(card, "base_model")
                    .ifPresent(base -> facts.put("base_models", Json.array(List.of(Json.of(base)))));
        });
        return facts;
    }

    /** A plain value of the YAML that heads a model card. */
    private static Optional<String> cardLine(String card, String key) {
        if (!card.startsWith("---")) {
            return Optional.empty();
        }
        int end = card.indexOf("\n---", 3);
        Matcher line = Pattern.compile("(?m)^" + key + ":\\s*(?:\\R-\\s*)?(\\S.*)$")
                .matcher(end < 0 ? "" : card.substring(0, end));
        return line.find() ? Optional.of(line.group(1).strip()) : Optional.empty();
    }

    private static Optional<Long> integer(Json.Obj config, String key) {
        return config.number(key).filter(Json.Num::isInteger).map(Json.Num::longValue);
    }

    private static void putInteger(Map<String, Json> facts, String key, Optional<Long> value) {
        value.ifPresent(number -> facts.put(key, Json.of(number)));
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
