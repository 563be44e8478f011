package wok.engine;

/**
 * What an {@link Embedder} may take. A value.
 *
 * @param batchTokens tokens that are computed together; longer texts are computed alone, in a batch of their size
 * @param queuedTextsMax texts that may wait; further requests are refused until there is room
 */
public record EmbedderOptions(int batchTokens, int queuedTextsMax) {
    private static final int BATCH_TOKENS = 512;
    private static final int QUEUED_TEXTS_MAX = 1 << 16;

    public EmbedderOptions {
        Options.atLeast("batchTokens", batchTokens, 1);
        Options.atLeast("queuedTextsMax", queuedTextsMax, 1);
    }

    /** 512 tokens at once: beyond some hundreds, products get no quicker and caches no larger. */
    public static EmbedderOptions defaults() {
        return new EmbedderOptions(BATCH_TOKENS, QUEUED_TEXTS_MAX);
    }

    public EmbedderOptions withBatchTokens(int tokens) {
        return new EmbedderOptions(tokens, queuedTextsMax);
    }

    public EmbedderOptions withQueuedTextsMax(int texts) {
        return new EmbedderOptions(batchTokens, texts);
    }
}
