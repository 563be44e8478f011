package wok.cli;

import java.nio.file.Path;
import java.util.Optional;
import wok.engine.Engine;
import wok.engine.EngineOptions;
import wok.engine.ReasoningOptions;
import wok.engine.SamplingOptions;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.KvType;
import wok.model.Transformer;
import wok.tokenizer.ChatTemplate;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.RenderedPrompt;
import wok.tokenizer.Tokenizer;

/** A model ready to answer, with all that a conversation needs. Closed by its owner; {@link #prompt} from any thread. */
final class LoadedModel implements AutoCloseable {

    /**
     * A prompt as the engine takes it.
     *
     * @param tokens token ids
     * @param reasoning how thinking is told from answering behind it
     */
    @SuppressWarnings("ArrayRecordComponent") // token ids are an int[] everywhere in Wok; handed on at once
    record Prompt(int[] tokens, ReasoningOptions reasoning) {}

    private final Transformer transformer;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final Engine engine;
    private final SamplingOptions sampling;
    private final long loadNanos;

    private LoadedModel(
            Transformer transformer,
            Tokenizer tokenizer,
            Optional<ChatTemplate> template,
            Engine engine,
            SamplingOptions sampling,
            long loadNanos) {
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.template = template;
        this.engine = engine;
        this.sampling = sampling;
        this.loadNanos = loadNanos;
    }

    /** Loads a model and starts its engine. */
    static LoadedModel open(Path path, ModelMixin running, Streams streams) {
        long started = System.nanoTime();
        EngineOptions options = EngineOptions.DEFAULTS
                .withSequences(1, 1)
                .withContextMax(running.contextTokens().orElse(0))
                .withKvType(running.kvType(KvType.F16));
        try (Spinner _ = Spinner.start(streams, "loading " + TerminalText.shortened(path.toString(), 60))) {
            ModelSource source = ModelSource.open(path);
            Transformer transformer = Transformer.open(source, running.options());
            try {
                Tokenizer tokenizer = Tokenizer.of(source);
                return new LoadedModel(
                        transformer,
                        tokenizer,
                        ChatTemplate.of(source),
                        Engine.start(transformer, tokenizer, options),
                        GenerationDefaults.of(source),
                        System.nanoTime() - started);
            } catch (RuntimeException | Error e) {
                transformer.close();
                throw e;
            }
        }
    }

    Engine engine() {
        return engine;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    boolean hasTemplate() {
        return template.isPresent();
    }

    /** The sampling that the model's own files ask for, on top of the defaults. */
    SamplingOptions sampling() {
        return sampling;
    }

    /** How long opening took. */
    long loadNanos() {
        return loadNanos;
    }

    /**
     * A text to be continued.
     *
     * @param special whether control tokens spelled in it are parsed
     */
    Prompt raw(String text, boolean special) {
        int[] tokens = tokenizer.encode(text, new EncodeOptions(special, true));
        if (tokens.length == 0) {
            throw CliException.usage("PROMPT: empty (expected: a text, for this model begins none by itself)");
        }
        return new Prompt(tokens, ReasoningOptions.NONE);
    }

    /**
     * A conversation to be answered.
     *
     * @param think whether the model should think first; empty leaves that to its template
     * @throws CliException if the model has no chat template
     */
    Prompt prompt(Conversation conversation, Optional<Boolean> think) {
        ChatTemplate chat = template.orElseThrow(() -> CliException.failed(
                "the model has no chat template, it can only continue a text (wok run MODEL --raw PROMPT)"));
        Json.Obj variables = tokenizer
                .templateVariables()
                .with("messages", conversation.messages())
                .with("add_generation_prompt", Json.of(true));
        if (think.isPresent()) {
            variables = variables.with("enable_thinking", Json.of(think.get()));
        }
        RenderedPrompt rendered = chat.renderTagged(variables);
        return new Prompt(tokenizer.encode(rendered), reasoning(rendered, think));
    }

    /** Thinking has tags of its own in the vocabulary; some templates write the opening one themselves. */
    private ReasoningOptions reasoning(RenderedPrompt rendered, Optional<Boolean> think) {
        ReasoningOptions tags = ReasoningOptions.THINK;
        if (tokenizer.id(tags.open()).isEmpty() || tokenizer.id(tags.close()).isEmpty()) {
            return ReasoningOptions.NONE;
        }
        ReasoningOptions options =
                tags.withStartsInside(rendered.text().stripTrailing().endsWith(tags.open()));
        return think.orElse(true) ? options : options.withBudget(0);
    }

    @Override
    public void close() {
        engine.close();
        transformer.close();
    }
}
