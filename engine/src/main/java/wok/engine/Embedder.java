package wok.engine;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import wok.formats.ModelSource;
import wok.kernels.CanonicalMath;
import wok.model.EmbeddingConfig;
import wok.model.Encoder;
import wok.model.EncoderConfig;
import wok.model.ModelOptions;
import wok.model.Pooling;
import wok.model.Transformer;
import wok.tokenizer.Tokenizer;
import wok.tokenizer.TypedTokens;

/**
 * Vectors of texts, and scores of documents for a query, for many callers at once.
 *
 * <p>A request brings any number of texts. They become tokens on the caller's thread, which also learns there what is
 * wrong with them; then one thread of the embedder's own computes the texts of all requests, some hundred tokens at a
 * time ({@link EmbedderLoop}). The vectors come back in the order of the texts. A vector's bits depend on its text and
 * the request's settings alone, not on what else is computed, nor on threads or kernels.
 *
 * <p>The model is an encoder, or a decoder whose last token stands for the text. How vectors are pooled and whether they
 * have length 1 is what the model's files say ({@link EmbeddingConfig}), unless the request says otherwise.
 *
 * <p>All methods may be called from any thread.
 */
public final class Embedder implements AutoCloseable {
    private final TextModel model;
    private final Tokenizer tokenizer;
    private final EmbeddingConfig config;
    private final EmbedderLoop loop;
    private final int tokensMax;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Embedder(
            TextModel model, Tokenizer tokenizer, EmbeddingConfig config, int tokensMax, EmbedderOptions options) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.config = config;
        this.tokensMax = tokensMax;
        loop = new EmbedderLoop(model, options.queuedTextsMax());
    }

    /**
     * Loads a model and starts its thread.
     *
     * @param source becomes the embedder's, which closes it; it is closed too when this method fails
     * @throws wok.model.ModelException if the model is not supported or its files are not as they must be
     * @throws wok.tokenizer.TokenizerException if its tokenizer can't be read
     */
    public static Embedder open(ModelSource source, ModelOptions options, EmbedderOptions own) {
        Tokenizer tokenizer;
        EmbeddingConfig config;
        boolean isEncoder;
        try {
            isEncoder = EncoderConfig.isEncoder(source);
            config = EmbeddingConfig.of(source);
            tokenizer = Tokenizer.of(source);
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
        TextModel model = isEncoder
                ? new EncoderTextModel(
                        Encoder.open(source, options), config.pooling().orElse(Pooling.MEAN), own.batchTokens())
                : new CausalTextModel(Transformer.open(source, options), own.batchTokens());
        int most = Math.min(options.contextMax(), config.tokensMax().orElse(Integer.MAX_VALUE));
        int tokensMax = Math.min(model.contextLength(), most);
        Embedder embedder = new Embedder(model, tokenizer, config, tokensMax, own);
        embedder.loop.start();
        return embedder;
    }

    /** Numbers of a vector. */
    public int dimensions() {
        return model.dimensions();
    }

    /** Tokens that a text may have, those that the tokenizer adds included. */
    public int tokensMax() {
        return tokensMax;
    }

    /** How vectors are pooled when a request doesn't say. */
    public Pooling pooling() {
        return model.pooling();
    }

    /** Whether vectors have length 1 when a request doesn't say. */
    public boolean normalises() {
        return config.normalised();
    }

    /** What to put in front of a text, by task ({@code query}, {@code document}, …), as the model's files say. */
    public Map<String, String> prompts() {
        return config.prompts();
    }

    /** Whether it scores documents: whether the model has a classifier with one label. */
    public boolean reranks() {
        return model.labels() == 1;
    }

    /** The name of the kernel set at work. */
    public String kernels() {
        return model.kernels();
    }

    /**
     * Makes vectors, now or when it is their turn.
     *
     * @return one for each text, in their order; to cancel it is to have texts that still wait left out
     * @throws EngineException if a text is too long and not to be cut, or has no tokens, if there are too few dimensions or
     *     the model can't pool so, if too many texts wait, or the embedder is closed
     */
    public CompletableFuture<List<Embedding>> embed(EmbeddingRequest request) {
        Pooling pooling = request.pooling().orElse(model.pooling());
        if (!model.pools(pooling)) {
            throw Options.wrong("pooling", pooling, "LAST: earlier tokens of a decoder have not seen the whole text");
        }
        OptionalInt kept = request.dimensions();
        if (kept.isPresent()) {
            Options.between("dimensions", kept.getAsInt(), 1, dimensions());
        }
        int dimensions = kept.orElse(dimensions());
        boolean normalise = request.normalise().orElse(config.normalised());
        List<TypedTokens> texts = EmbeddingJob.each(
                request.texts(),
                "text",
                text -> checked(tokenizer.encodeText(request.prefix() + text, tokensMax), request.cutTexts()));
        return submit(texts, new Embedding(new float[0], 0, false), (computed, text, tokens) -> {
            float[] vector = java.util.Arrays.copyOf(computed.vector(text, pooling), dimensions);
            return new Embedding(normalise ? unit(vector) : vector, tokens.ids().length, tokens.isCut());
        });
    }

    /**
     * Scores documents, now or when it is their turn.
     *
     * @return one for each document, in their order
     * @throws EngineException if the model is no reranker, a query and document are too long and not to be cut, too many
     *     texts wait, or the embedder is closed
     * @throws wok.tokenizer.TokenizerException if the tokenizer's files don't say how two texts are joined
     */
    public CompletableFuture<List<Score>> rerank(RerankRequest request) {
        if (!reranks()) {
            throw Options.wrong("model", model.labels() + " scores for a text", "1: a reranker");
        }
        List<TypedTokens> pairs = EmbeddingJob.each(
                request.documents(),
                "document",
                text -> checked(tokenizer.encodePair(request.query(), text, tokensMax), request.cutTexts()));
        return submit(pairs, new Score(0, 0, false), (computed, pair, tokens) -> {
            float logit = computed.scores(pair)[0];
            float value = request.sigmoid() ? CanonicalMath.sigmoid(logit) : logit;
            return new Score(value, tokens.ids().length, tokens.isCut());
        });
    }

    private TypedTokens checked(TypedTokens tokens, boolean mayBeCut) {
        if (tokens.isCut() && !mayBeCut) {
            throw new EngineException(tokens.wanted() + " tokens (expected: at most " + tokensMax
                    + ", the model's limit; split the text, or have it cut)");
        }
        if (tokens.ids().length == 0) {
            throw new EngineException("no tokens (expected: 1 or more)");
        }
        return tokens;
    }

    private <T> CompletableFuture<List<T>> submit(List<TypedTokens> texts, T unset, EmbeddingJob.Reading<T> reading) {
        EmbeddingJob.Answer<T> answer = new EmbeddingJob.Answer<>(texts.size(), unset, reading);
        loop.submit(EmbeddingJob.of(texts, answer));
        return answer.future();
    }

    /** Brings a vector to length 1, in place; zeros stay zeros. Squares are summed in order, in double. */
    private static float[] unit(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double length = Math.sqrt(squares);
        for (int i = 0; i < vector.length && length > 0; i++) {
            vector[i] = (float) (vector[i] / length);
        }
        return vector;
    }

    /** Fails what waits, ends the thread and closes the model. Does nothing the second time. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            loop.close();
            model.close();
        }
    }
}
