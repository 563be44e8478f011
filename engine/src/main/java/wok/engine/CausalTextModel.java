package wok.engine;

import wok.model.CausalEncoder;
import wok.model.Pooling;
import wok.model.Transformer;
import wok.tokenizer.TypedTokens;

/**
 * A decoder whose last token's vector stands for a text, and the batch it computes in, which grows when a long text
 * comes. Owns both. One owner thread, but for what doesn't change.
 */
final class CausalTextModel implements TextModel {
    private static final int TOKENS_PER_TEXT = 8;

    private final Transformer transformer;
    private final int batchTokens;
    private CausalEncoder encoder;
    private int room;

    CausalTextModel(Transformer transformer, int batchTokens) {
        this.transformer = transformer;
        this.batchTokens = batchTokens;
        room = batchTokens;
        encoder = encoder(room);
    }

    private CausalEncoder encoder(int tokens) {
        return new CausalEncoder(transformer, tokens, Math.max(1, tokens / TOKENS_PER_TEXT));
    }

    @Override
    public int dimensions() {
        return transformer.config().hidden();
    }

    @Override
    public int contextLength() {
        return transformer.config().contextLength();
    }

    @Override
    public int labels() {
        return 0;
    }

    @Override
    public Pooling pooling() {
        return Pooling.LAST;
    }

    @Override
    public boolean pools(Pooling kind) {
        return kind == Pooling.LAST;
    }

    @Override
    public void start(int tokens) {
        encoder.clear();
        if (tokens > room) {
            int larger = Math.ceilDiv(tokens, batchTokens) * batchTokens;
            CausalEncoder next = encoder(larger);
            encoder.close();
            encoder = next;
            room = larger;
        }
    }

    @Override
    public boolean hasRoomFor(int tokens) {
        return encoder.hasRoomFor(tokens);
    }

    @Override
    public void add(TypedTokens text) {
        encoder.add(text.ids());
    }

    @Override
    public void forward() {
        encoder.forward();
    }

    @Override
    public float[] vector(int text, Pooling kind) {
        return encoder.vector(text);
    }

    @Override
    public float[] scores(int text) {
        throw new IllegalStateException("scores: a decoder (expected: a classifier)");
    }

    @Override
    public String kernels() {
        return transformer.kernels();
    }

    @Override
    public void close() {
        encoder.close();
        transformer.close();
    }
}
