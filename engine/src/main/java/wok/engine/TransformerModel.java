package wok.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import wok.kernels.FloatRows;
import wok.model.AdapterMix;
import wok.model.Batch;
import wok.model.KvCache;
import wok.model.Transformer;

/**
 * A {@link Transformer} with the batch and the key/value memory of one engine, as the engine's loop sees it. Owns the
 * batch and the memory, not the transformer. One owner thread.
 */
final class TransformerModel implements LanguageModel, AutoCloseable {
    private final Transformer transformer;
    private final Batch batch;
    private final KvCache kv;
    private FloatRows logits;

    TransformerModel(Transformer transformer, KvMemory memory, EngineOptions options) {
        this.transformer = transformer;
        batch = transformer.newBatch(options.batchTokens(), options.sequencesMax());
        try {
            kv = transformer.allocateKv(memory.blocks(), options.kvType());
        } catch (RuntimeException | OutOfMemoryError e) {
            batch.close();
            throw new EngineException(
                    "kvBytesMax: no memory for " + memory.blocks() + " blocks of "
                            + transformer.kvBlockBytes(options.kvType())
                            + " bytes (expected: less); choose a smaller contextMax, kvBytesMax or kvType",
                    e);
        }
        logits = transformer.forward(batch, kv);
    }

    @Override
    public int vocabularySize() {
        return transformer.config().vocabularySize();
    }

    @Override
    public void clear() {
        batch.clear();
    }

    @Override
    public void use(AdapterMix adapters) {
        batch.use(adapters);
    }

    @Override
    public void add(int tokenId, int position, int[] blockTable, boolean wantsLogits) {
        batch.add(tokenId, position, blockTable, wantsLogits);
    }

    @Override
    public void forward() {
        logits = transformer.forward(batch, kv);
    }

    @Override
    public void logits(int index, float[] into) {
        long from = 4L * index * logits.columns();
        MemorySegment.copy(logits.memory(), ValueLayout.JAVA_FLOAT, from, into, 0, logits.columns());
    }

    @Override
    public void close() {
        batch.close();
        kv.close();
    }
}
