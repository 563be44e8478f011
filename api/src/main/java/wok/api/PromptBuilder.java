package wok.api;

import java.util.List;
import java.util.Optional;
import wok.engine.ReasoningOptions;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.tokenizer.ChatTemplate;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.RenderedPrompt;
import wok.tokenizer.TemplateException;
import wok.tokenizer.Tokenizer;
import wok.tokenizer.TokenizerException;

/**
 * From messages to tokens: the model's chat template and its tokenizer, joined. Immutable; any thread.
 *
 * <p>The rendered prompt keeps the origin of each character, and control tokens are made of the template's own text
 * alone: a message that says {@code <|im_end|>} is a message about {@code <|im_end|>}.
 *
 * <p>Thinking. Models that think put it between {@code <think>} and {@code </think>}, and have these as tokens. Some
 * templates open the tag themselves, at the end of the prompt: then the answer begins inside. Whether to think is asked
 * of the template by {@code enable_thinking}, as transformers does; a template that knows no such variable can't be
 * asked, so the engine closes the thinking at once.
 */
public final class PromptBuilder {
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;

    private PromptBuilder(Tokenizer tokenizer, Optional<ChatTemplate> template) {
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /** Of a model's parts. */
    public static PromptBuilder of(Tokenizer tokenizer, Optional<ChatTemplate> template) {
        return new PromptBuilder(tokenizer, template);
    }

    /** Of an opened model. */
    public static PromptBuilder of(ModelSource source) {
        return of(Tokenizer.of(source), ChatTemplate.of(source));
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The model's chat template; models that only continue text have none. */
    public Optional<ChatTemplate> template() {
        return template;
    }

    /**
     * A text to be continued, with what the tokenizer puts around texts.
     *
     * @param controlTokens whether control tokens spelled in it count: only for text that the program wrote itself
     * @throws WokException if no token comes of it
     */
    public Prompt raw(String text, boolean controlTokens) {
        try {
            int[] tokens = tokenizer.encode(text, new EncodeOptions(controlTokens, true));
            if (tokens.length == 0) {
                throw new WokException("prompt: empty (expected: a text, for this model begins none by itself)");
            }
            return new Prompt(tokens, text, ReasoningOptions.NONE, false);
        } catch (TokenizerException e) {
            throw WokException.of(e);
        }
    }

    /** A conversation to be answered; see {@link #chat(Json.Arr, Json.Obj, Optional)}. */
    public Prompt chat(List<Message> messages, Optional<Boolean> thinking) {
        return chat(Json.array(messages.stream().map(Message::toJson).toList()), Json.Obj.of(), thinking);
    }

    /**
     * A conversation to be answered, as a server gets it.
     *
     * @param messages objects with at least {@code role} and {@code content}
     * @param variables more variables of the template, such as {@code tools}
     * @param thinking whether to think first; empty leaves it to the template
     * @throws WokException if the model has no chat template, or the template refuses the messages
     */
    public Prompt chat(Json.Arr messages, Json.Obj variables, Optional<Boolean> thinking) {
        ChatTemplate chat = template.orElseThrow(() -> new WokException(
                "chat: the model has no chat template (expected: a model that was trained to chat; this one can only "
                        + "complete text)"));
        Json.Obj all = tokenizer.templateVariables();
        for (var variable : variables.members().entrySet()) {
            all = all.with(variable.getKey(), variable.getValue());
        }
        all = all.with("messages", messages).with("add_generation_prompt", Json.of(true));
        all = thinking.isPresent() ? all.with("enable_thinking", Json.of(thinking.get())) : all;
        try {
            RenderedPrompt rendered = chat.renderTagged(all);
            return new Prompt(tokenizer.encode(rendered), rendered.text(), reasoning(rendered, thinking), true);
        } catch (TemplateException | TokenizerException e) {
            throw WokException.of(e);
        }
    }

    private ReasoningOptions reasoning(RenderedPrompt rendered, Optional<Boolean> thinking) {
        ReasoningOptions tags = ReasoningOptions.THINK;
        if (tokenizer.id(tags.open()).isEmpty() || tokenizer.id(tags.close()).isEmpty()) {
            return ReasoningOptions.NONE;
        }
        boolean startsInside = rendered.text().stripTrailing().endsWith(tags.open());
        ReasoningOptions options = tags.withStartsInside(startsInside);
        return thinking.orElse(true) ? options : options.withBudget(0);
    }
}
