package wok.engine;

import wok.model.Encoder;
import wok.model.EncoderBatch;
import wok.model.Pooling;
import wok.tokenizer.TypedTokens;

/**
 * An {@link Encoder} and the batch it computes in, which grows when a long text comes. Owns both. One owner thread, but
 * for what doesn't change.
 */
final class EncoderTextModel implements TextModel {
    private final Encoder encoder;
    private final Pooling pooling;
    private final int batchTokens;
    private EncoderBatch batch;
    private int room;

    EncoderTextModel(Encoder encoder, Pooling pooling, int batchTokens) {
        this.encoder = encoder;
        this.pooling = pooling;
        this.batchTokens = batchTokens;
        room = batchTokens;
        batch = encoder.newBatch(room);
    }

    @Override
    public int dimensions() {
        return encoder.config().hidden();
    }

    @Override
    public int contextLength() {
        return encoder.config().contextLength();
    }

    @Override
    public int labels() {
        return encoder.labels();
    }

    @Override
    public Pooling pooling() {
        return pooling;
    }

    @Override
    public boolean pools(Pooling kind) {
        return true;
    }

    @Override
    public void start(int tokens) {
        batch.clear();
        if (tokens > room) {
            int larger = Math.ceilDiv(tokens, batchTokens) * batchTokens;
            EncoderBatch next = encoder.newBatch(larger);
            batch.close();
            batch = next;
            room = larger;
        }
    }

    @Override
    public boolean hasRoomFor(int tokens) {
        return batch.hasRoomFor(tokens);
    }

    @Override
    public void add(TypedTokens text) {
        batch.add(text.ids(), text.types());
    }

    @Override
    public void forward() {
        encoder.forward(batch);
    }

    @Override
    public float[] vector(int text, Pooling kind) {
        return encoder.pooled(batch, text, kind);
    }

    @Override
    public float[] scores(int text) {
        return encoder.scores(batch, text);
    }

    @Override
    public String kernels() {
        return encoder.kernels();
    }

    @Override
    public void close() {
        batch.close();
        encoder.close();
    }
}
