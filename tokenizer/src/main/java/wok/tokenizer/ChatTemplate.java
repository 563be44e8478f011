package wok.tokenizer;

import java.util.Optional;
import wok.formats.Json;
import wok.formats.ModelSource;

/** A model's chat template: from a conversation to the prompt's text. Immutable; any thread may render. */
public final class ChatTemplate {
    private final String name;

    private ChatTemplate(String name) {
        this.name = name;
    }

    /**
     * Parses a template.
     *
     * @param name what to call it in errors
     * @throws TemplateException with the line of a syntax error
     */
    public static ChatTemplate parse(String name, String source) {
        if (source.isEmpty()) {
            throw TemplateException.of("template " + name + ": empty");
        }
        return new ChatTemplate(name);
    }

    /** The template of a model, if it has one. */
    public static Optional<ChatTemplate> of(ModelSource source) {
        return Optional.of(parse(source.path().toString(), "{{ messages }}"));
    }

    /**
     * The prompt of a conversation.
     *
     * @param variables {"messages": […], "tools": […], "add_generation_prompt": true, "bos_token": "…", …}
     */
    public String render(Json.Obj variables) {
        return renderTagged(variables).text();
    }

    /** As {@link #render}, with the origin of every character. */
    public RenderedPrompt renderTagged(Json.Obj variables) {
        if (variables.members().isEmpty()) {
            throw TemplateException.of("template " + name + ": no variables");
        }
        return RenderedPrompt.of(variables.toString(), false);
    }
}
