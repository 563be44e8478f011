package wok.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;

/**
 * What a model's files say about making embeddings with it: sentence-transformers' {@code modules.json},
 * {@code 1_Pooling/config.json}, {@code sentence_bert_config.json} and {@code config_sentence_transformers.json}, or
 * GGUF's {@code pooling_type}. A value.
 *
 * @param pooling what the files say; empty when they say nothing
 * @param normalised whether vectors are brought to length 1; so too when the files say nothing
 * @param tokensMax tokens that a text should have at most; the model itself may take more
 * @param prompts what to put in front of a text, by task: query, document, …
 */
public record EmbeddingConfig(
        Optional<Pooling> pooling, boolean normalised, OptionalInt tokensMax, Map<String, String> prompts) {
    private static final long NONE = 0;
    private static final long MEAN = 1;
    private static final long CLS = 2;
    private static final long LAST = 3;
    private static final long RANK = 4;

    public EmbeddingConfig {
        prompts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(prompts));
    }

    /**
     * Reads what a model's files say.
     *
     * @throws ModelException if they ask for a step that Wok does not know
     */
    public static EmbeddingConfig of(ModelSource source) {
        return switch (source) {
            case GgufModel gguf -> ofGguf(gguf);
            case HuggingFaceFolder folder -> new Reader(folder).read();
        };
    }

    private static EmbeddingConfig ofGguf(GgufModel gguf) {
        String where = gguf.path().toString();
        ConfigFields fields = ConfigFields.of(where, gguf.metadata());
        String key = fields.text("general.architecture") + ".pooling_type";
        long type = fields.count(key, (int) NONE);
        if (type > RANK) {
            throw fields.wrong(key, type, "0 to " + RANK);
        }
        Optional<Pooling> pooling = Optional.empty();
        if (type == MEAN || type == CLS || type == LAST) {
            pooling = Optional.of(type == MEAN ? Pooling.MEAN : type == CLS ? Pooling.CLS : Pooling.LAST);
        }
        return new EmbeddingConfig(pooling, true, OptionalInt.empty(), Map.of());
    }

    /** Reads the files of sentence-transformers. One use, one thread. */
    private static final class Reader {
        private static final String FOLDER = "1_Pooling";

        private final HuggingFaceFolder folder;

        Reader(HuggingFaceFolder folder) {
            this.folder = folder;
        }

        EmbeddingConfig read() {
            boolean normalised = true;
            String poolingFolder = FOLDER;
            Optional<String> modules = folder.text("modules.json");
            if (modules.isPresent()) {
                normalised = false;
                for (Json element : array(modules.get())) {
                    ConfigFields module = ConfigFields.of(where("modules.json"), object(element));
                    String type = module.text("type");
                    switch (type.substring(type.lastIndexOf('.') + 1)) {
                        case "Transformer" -> {}
                        case "Pooling" ->
                            poolingFolder = module.maybeText("path").orElse(FOLDER);
                        case "Normalize" -> normalised = true;
                        default ->
                            throw module.wrong("type", ConfigFields.quoted(type), "Transformer, Pooling or Normalize");
                    }
                }
            }
            return new EmbeddingConfig(pooling(poolingFolder), normalised, tokensMax(), prompts());
        }

        private String where(String file) {
            return folder.path() + ": " + file;
        }

        private java.util.List<Json> array(String text) {
            String where = where("modules.json");
            Json parsed = Json.parse(where, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            if (parsed instanceof Json.Arr array) {
                return array.elements();
            }
            throw new ModelException(where + ": another JSON value (expected: an array)");
        }

        private Json.Obj object(Json element) {
            if (element instanceof Json.Obj object) {
                return object;
            }
            throw new ModelException(where("modules.json") + ": " + element + " (expected: objects)");
        }

        private Optional<Pooling> pooling(String path) {
            Optional<Json.Obj> json;
            try {
                json = folder.json(path + "/config.json");
            } catch (IllegalArgumentException e) {
                throw new ModelException(
                        where("modules.json") + ": path: " + path + " (expected: inside the folder)", e);
            }
            if (json.isEmpty()) {
                return Optional.empty();
            }
            ConfigFields fields = ConfigFields.of(where(path + "/config.json"), json.get());
            Optional<String> named = fields.maybeText("pooling_mode");
            if (named.isPresent()) {
                return Optional.of(named(fields, named.get()));
            }
            if (fields.flag("pooling_mode_cls_token", false)) {
                return Optional.of(Pooling.CLS);
            } else if (fields.flag("pooling_mode_lasttoken", false)) {
                return Optional.of(Pooling.LAST);
            } else if (fields.flag("pooling_mode_max_tokens", false)) {
                return Optional.of(Pooling.MAX);
            } else if (fields.flag("pooling_mode_mean_tokens", false)) {
                return Optional.of(Pooling.MEAN);
            }
            throw fields.missing(
                    "pooling_mode_mean_tokens", "one mode of cls_token, lasttoken, max_tokens, mean_tokens");
        }

        private static Pooling named(ConfigFields fields, String mode) {
            return Pooling.named(mode.equals("lasttoken") ? "last" : mode)
                    .orElseThrow(() ->
                            fields.wrong("pooling_mode", ConfigFields.quoted(mode), "mean, cls, lasttoken or max"));
        }

        private OptionalInt tokensMax() {
            return folder.json("sentence_bert_config.json")
                    .map(json -> ConfigFields.of(where("sentence_bert_config.json"), json))
                    .filter(fields -> fields.has("max_seq_length"))
                    .filter(fields -> !(fields.lookup().apply("max_seq_length").orElseThrow() instanceof Json.Null))
                    .map(fields -> OptionalInt.of(fields.size("max_seq_length")))
                    .orElse(OptionalInt.empty());
        }

        private Map<String, String> prompts() {
            Map<String, String> prompts = new LinkedHashMap<>();
            folder.json("config_sentence_transformers.json")
                    .flatMap(json -> json.object("prompts"))
                    .ifPresent(object -> object.members().forEach((task, text) -> {
                        if (text instanceof Json.Str string) {
                            prompts.put(task, string.value());
                        }
                    }));
            return prompts;
        }
    }
}
