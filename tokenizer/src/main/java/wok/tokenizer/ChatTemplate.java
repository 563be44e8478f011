package wok.tokenizer;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import wok.formats.Json;
import wok.formats.ModelSource;

/**
 * A model's chat template: from a conversation to the prompt's text. Immutable; any thread may render.
 *
 * <p>A template is a program in Jinja2 that came with the model. It is run by an interpreter of our own, which does
 * what transformers' sandbox does (docs/templates.md says exactly what), within {@link JinjaLimits}: no template gets
 * at anything but its variables, and a hostile one ends in a {@link TemplateException}.
 *
 * <p>Two things are kept apart that a prompt's text mixes: what the template says and what people say. Text from
 * messages is never evaluated, and {@link #renderTagged} tells for every character whether it is the template's own,
 * through all the string operations a template may apply, so that the tokenizer makes no control token of a message
 * that spells one. Escaping the messages before rendering was rejected: it changes what the template sees, and the
 * prompt. Looking for the messages in the rendered text afterwards was rejected too: templates trim, split and
 * re-encode them.
 */
public final class ChatTemplate {
    /** Variables whose text is the model's own: its special tokens. Everything else comes from people. */
    private static final Set<String> TRUSTED_VARIABLES = Set.of(
            "bos_token",
            "eos_token",
            "unk_token",
            "sep_token",
            "pad_token",
            "cls_token",
            "mask_token",
            "image_token",
            "audio_token",
            "video_token",
            "additional_special_tokens");

    private static final String DEFAULT = "default";
    private static final String TOOL_USE = "tool_use";

    /** One source, parsed. */
    private record Program(String name, List<JinjaNode.Statement> statements) {}

    private final Map<String, Program> programs;
    private final JinjaLimits limits;
    private final Clock clock;

    private ChatTemplate(Map<String, Program> programs, JinjaLimits limits, Clock clock) {
        this.programs = Map.copyOf(programs);
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Parses a template.
     *
     * @param name what to call it in errors
     * @throws TemplateException with the line of a syntax error
     */
    public static ChatTemplate parse(String name, String source) {
        return parse(name, Map.of(DEFAULT, source));
    }

    /** Parses the templates of a model that has several, by their names. */
    static ChatTemplate parse(String name, Map<String, String> sources) {
        Map<String, Program> programs = new HashMap<>();
        sources.forEach((key, source) -> {
            String title = sources.size() == 1 ? name : name + " (" + key + ")";
            programs.put(key, new Program(title, JinjaParser.parse(title, source)));
        });
        return new ChatTemplate(programs, JinjaLimits.DEFAULT, Clock.system(ZoneId.systemDefault()));
    }

    /**
     * The template of a model: {@code tokenizer.chat_template} of a GGUF file; of a folder {@code chat_template.jinja},
     * else what {@code tokenizer_config.json} or {@code chat_template.json} say. Empty if it has none.
     *
     * @throws TemplateException if it has one that can't be parsed
     */
    public static Optional<ChatTemplate> of(ModelSource source) {
        return ChatTemplateSource.read(source)
                .filter(sources -> !sources.isEmpty())
                .map(sources -> parse(source.path().toString(), sources));
    }

    /** This template with another clock for its strftime_now. */
    public ChatTemplate withClock(Clock other) {
        return new ChatTemplate(programs, limits, other);
    }

    ChatTemplate withLimits(JinjaLimits other) {
        return new ChatTemplate(programs, other, clock);
    }

    /**
     * The prompt of a conversation.
     *
     * @param variables {"messages": […], "tools": […], "add_generation_prompt": true, "bos_token": "…", …}; what
     *     transformers passes as None when it is absent ("tools", "documents") should be null here
     * @throws TemplateException if the template refuses the conversation or can't be evaluated
     */
    public String render(Json.Obj variables) {
        return renderTagged(variables).text();
    }

    /** As {@link #render}, with the origin of every character. */
    public RenderedPrompt renderTagged(Json.Obj variables) {
        Program program = program(variables);
        if (variables
                .array("messages")
                .filter(messages -> messages.elements().isEmpty())
                .isPresent()) {
            throw TemplateException.of("messages: [] (expected: at least one message)");
        }
        JinjaRun run = new JinjaRun(limits, LocalDateTime.now(clock));
        try {
            Map<String, JinjaValue> names = new HashMap<>();
            variables
                    .members()
                    .forEach((name, value) -> names.put(name, JinjaValue.of(value, TRUSTED_VARIABLES.contains(name))));
            JinjaScope root = JinjaScope.root(names);
            JinjaString text = new JinjaInterpreter(run, root).render(program.statements());
            return new RenderedPrompt(text.text(), text.segments());
        } catch (JinjaError error) {
            throw TemplateException.at(program.name(), Math.max(1, error.line()), error.reason());
        }
    }

    /** As transformers chooses: "tool_use" when tools are given and it exists, else "default". */
    private Program program(Json.Obj variables) {
        Program toolUse = programs.get(TOOL_USE);
        if (toolUse != null && variables.get("tools").isPresent()) {
            return toolUse;
        }
        Program program = programs.size() == 1 ? programs.values().iterator().next() : programs.get(DEFAULT);
        if (program == null) {
            throw TemplateException.of("chat templates: " + programs.keySet() + " (expected: one named \"default\")");
        }
        return program;
    }
}
