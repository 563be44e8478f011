package wok.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;

/** Where a model keeps its chat templates: their sources by name. Stateless. */
final class ChatTemplateSource {
    private static final String FIELD = "chat_template";

    private ChatTemplateSource() {}

    static Optional<Map<String, String>> read(ModelSource source) {
        return switch (source) {
            case GgufModel gguf ->
                gguf.metadata().text("tokenizer.chat_template").map(ChatTemplateSource::single);
            case HuggingFaceFolder folder ->
                folder.text("chat_template.jinja")
                        .map(ChatTemplateSource::single)
                        .or(() -> folder.json("tokenizer_config.json").flatMap(ChatTemplateSource::field))
                        .or(() -> folder.json("chat_template.json").flatMap(ChatTemplateSource::field));
        };
    }

    private static Map<String, String> single(String source) {
        return Map.of("default", source);
    }

    /** The field of a file: a string, or a list of {"name": …, "template": …}. */
    static Optional<Map<String, String>> field(Json.Obj file) {
        return file.get(FIELD).map(value -> switch (value) {
            case Json.Str(String source) -> single(source);
            case Json.Arr list -> {
                Map<String, String> sources = new HashMap<>();
                for (Json element : list.elements()) {
                    if (element instanceof Json.Obj named
                            && named.text("name").isPresent()
                            && named.text("template").isPresent()) {
                        sources.put(
                                named.text("name").get(), named.text("template").get());
                    } else {
                        throw TemplateException.of(FIELD + ": " + element
                                + " (expected: a string, or a list of {\"name\": …, \"template\": …})");
                    }
                }
                yield sources;
            }
            default ->
                throw TemplateException.of(
                        FIELD + ": " + value + " (expected: a string, or a list of {\"name\": …, \"template\": …})");
        });
    }
}
