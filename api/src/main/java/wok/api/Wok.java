package wok.api;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import wok.engine.Engine;
import wok.engine.EngineException;
import wok.engine.Generation;
import wok.engine.GenerationRequest;
import wok.engine.ReasoningOptions;
import wok.engine.SamplingOptions;
import wok.formats.MalformedModelException;
import wok.formats.ModelSource;
import wok.hub.HubException;
import wok.hub.ModelStore;
import wok.kernels.KernelException;
import wok.kernels.KernelSet;
import wok.model.Adapter;
import wok.model.ModelException;
import wok.model.Transformer;
import wok.tokenizer.ChatTemplate;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.TemplateException;
import wok.tokenizer.Tokenizer;
import wok.tokenizer.TokenizerException;

/**
 * A language model inside a Java program.
 *
 * <pre>{@code
 * try (Wok wok = Wok.open("smollm2:135m")) {
 *     Chat chat = wok.chat();
 *     chat.send("Why is the sky blue?").forEachText(System.out::print);
 * }
 * }</pre>
 *
 * <p>A model is opened once and shared: any thread may ask it, and answers that run at the same time are computed
 * together, a token of each in turn, which costs little more than one alone. An answer depends on its prompt and its
 * options, not on what else runs: the same seed gives the same text. Without a seed each answer gets a new one.
 *
 * <p>This floor joins the ones below and adds no mathematics: the hub finds the file, the model computes, the engine
 * schedules, the tokenizer and the chat template make tokens of text. Each of them can be reached from here
 * ({@link #engine}, {@link #transformer}, {@link #tokenizer}, {@link #template}) by programs that want more. All that
 * goes wrong below comes out as {@link WokException} with the same line and the cause.
 *
 * <p>All methods may be called from any thread. {@link #close} ends answers under way as cancelled and gives back all
 * memory.
 */
public final class Wok implements AutoCloseable {
    /** Seeds that nobody chose stay short enough to be typed again. */
    private static final long SEED_BOUND = 1L << 31;

    private final Path path;
    private final Transformer transformer;
    private final Engine engine;
    private final PromptBuilder prompts;
    private final SamplingOptions sampling;

    private Wok(Path path, Transformer transformer, Engine engine, PromptBuilder prompts, SamplingOptions sampling) {
        this.path = path;
        this.transformer = transformer;
        this.engine = engine;
        this.prompts = prompts;
        this.sampling = sampling;
    }

    /**
     * Opens a model by its name, and fetches it first if it is not on this machine: {@code smollm2:135m},
     * {@code hf:org/repo:Q8_0}, a path, …
     *
     * @throws WokException if there is no such model, or it can't be had, read or run
     */
    public static Wok open(String name) {
        return open(name, WokOptions.defaults());
    }

    /** Opens a model by its name, with options; otherwise as {@link #open(String)}. */
    public static Wok open(String name, WokOptions options) {
        try {
            return open(ModelStore.open(options.hub()).resolve(name, options.progress()), options);
        } catch (HubException e) {
            throw WokException.of(e);
        }
    }

    /**
     * Opens a GGUF file, or a folder in Hugging Face's form.
     *
     * @throws WokException if it can't be read or run
     */
    public static Wok open(Path path, WokOptions options) {
        try {
            ModelSource source = ModelSource.open(path);
            SamplingOptions sampling;
            try {
                sampling = GenerationDefaults.of(source);
            } catch (RuntimeException | Error e) {
                source.close();
                throw e;
            }
            CompletableFuture<PromptBuilder> prompts = begun(() -> PromptBuilder.of(source));
            Transformer transformer = Transformer.open(source, options.model(path));
            warnOfSlowKernels(options, transformer);
            return started(path, transformer, prompts, options, sampling);
        } catch (MalformedModelException
                | ModelException
                | KernelException
                | TokenizerException
                | TemplateException
                | EngineException
                | IllegalArgumentException
                | UncheckedIOException e) {
            throw WokException.of(e);
        }
    }

    /**
     * The vocabulary and the template are read while the weights are: each takes a tenth of a second or two. They are on
     * the heap or in files of their own, so a model that fails to load meanwhile takes nothing away from them.
     */
    private static <T> CompletableFuture<T> begun(Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().daemon().name("wok-tokenizer").start(task));
    }

    private static Wok started(
            Path path,
            Transformer transformer,
            CompletableFuture<PromptBuilder> reading,
            WokOptions options,
            SamplingOptions sampling) {
        try {
            PromptBuilder prompts = reading.join();
            Engine engine = Engine.start(transformer, prompts.tokenizer(), options.engine());
            return new Wok(path, transformer, engine, prompts, sampling);
        } catch (CompletionException e) {
            transformer.close();
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } catch (RuntimeException | Error e) {
            transformer.close();
            throw e;
        }
    }

    /** Nobody should wait for scalar kernels without knowing why. */
    private static void warnOfSlowKernels(WokOptions options, Transformer transformer) {
        if (options.kernels().isEmpty() && transformer.kernels().equals(KernelSet.REFERENCE.word())) {
            options.warnings().accept("slow scalar kernels: " + transformer.kernelReport());
        }
    }

    /** A conversation. */
    public Chat chat() {
        return chat(ChatOptions.DEFAULTS);
    }

    /** A conversation that begins with a system message. */
    public Chat chat(String system) {
        return chat(ChatOptions.DEFAULTS.withSystem(system));
    }

    /** A conversation with options. */
    public Chat chat(ChatOptions options) {
        return new Chat(this, options);
    }

    /** Continues a text; see {@link #complete(String, AnswerOptions)}. */
    public Answer complete(String text) {
        return complete(text, AnswerOptions.DEFAULTS);
    }

    /**
     * Continues a text, as it stands: no chat template, no control tokens made of it.
     *
     * @throws WokException if it leaves no room for an answer
     */
    public Answer complete(String text, AnswerOptions options) {
        return complete(prompts.raw(text, false), options);
    }

    /** Continues a prompt of {@link #prompts}, which may hold control tokens. */
    public Answer complete(Prompt prompt, AnswerOptions options) {
        return answer(prompt, options, over -> {});
    }

    Answer answer(Prompt prompt, AnswerOptions options, Consumer<Answer> whenOver) {
        int[] tokens = prompt.tokens();
        if (tokens.length >= engine.contextLength()) {
            throw WokException.contextOverflow(tokens.length, engine.contextLength());
        }
        try {
            ReasoningOptions reasoning =
                    options.thinkingTokensMax() >= 0 && prompt.reasoning().splits()
                            ? prompt.reasoning().withBudget(options.thinkingTokensMax())
                            : prompt.reasoning();
            SamplingOptions seeded = seeded(options);
            GenerationRequest request = GenerationRequest.builder(tokens)
                    .sampling(seeded)
                    .tokensMax(options.tokensMax())
                    .stop(options.stop())
                    .topLogprobs(options.topLogprobs())
                    .reasoning(reasoning)
                    .contextPolicy(options.contextPolicy())
                    .endOfGenerationIgnored(options.endIgnored())
                    .adapters(options.adapters())
                    .build();
            Generation generation = engine.submit(request);
            Answer.Request asked = new Answer.Request(seeded.seed(), options.topLogprobs() >= 0, prompt.isChat());
            return new Answer(generation, tokenizer(), asked, whenOver);
        } catch (EngineException e) {
            throw WokException.of(e);
        }
    }

    /**
     * Opens an adapter (LoRA) for this model: a folder as PEFT saves it, or a GGUF file. Answers that shall be computed
     * with it say so ({@link AnswerOptions#withAdapters}); any number of adapters may be at work at once.
     *
     * @return to be closed when no answer uses it any more, and before the model
     * @throws WokException if it can't be read, or is not one of this model
     */
    public Adapter openAdapter(Path adapter) {
        try {
            return transformer.openAdapter(adapter);
        } catch (MalformedModelException | ModelException e) {
            throw WokException.of(e);
        }
    }

    private SamplingOptions seeded(AnswerOptions options) {
        SamplingOptions chosen = options.sampling().orElse(sampling);
        if (options.seed().isPresent()) {
            return chosen.withSeed(options.seed().getAsLong());
        }
        boolean isSeeded = chosen.seed() != 0;
        return isSeeded ? chosen : chosen.withSeed(ThreadLocalRandom.current().nextLong(1, SEED_BOUND));
    }

    /** How many tokens a text is, by itself. */
    public int countTokens(String text) {
        return tokenizer().encode(text, EncodeOptions.PLAIN).length;
    }

    /** How many tokens a conversation may have, its answers included. */
    public int contextLength() {
        return engine.contextLength();
    }

    /** The file or folder that was opened. */
    public Path path() {
        return path;
    }

    /** How tokens are chosen unless an answer is asked for otherwise: the model's own settings. */
    public SamplingOptions sampling() {
        return sampling;
    }

    /** From messages to tokens. */
    public PromptBuilder prompts() {
        return prompts;
    }

    public Tokenizer tokenizer() {
        return prompts.tokenizer();
    }

    /** The model's chat template; models that only continue text have none. */
    public Optional<ChatTemplate> template() {
        return prompts.template();
    }

    /** The engine, for requests that this floor has no words for. */
    public Engine engine() {
        return engine;
    }

    /** The model, for its configuration; its forward pass belongs to the engine. */
    public Transformer transformer() {
        return transformer;
    }

    /** Ends answers under way as cancelled, waits for the engine's thread, gives back all memory. */
    @Override
    public void close() {
        engine.close();
        transformer.close();
    }
}
