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
    /** What kept states may take together, but for the least number of them. */
    private static final long KEPT_BYTES_MAX = 512L << 20;

    private static final long KEPT_MIN = 2;
    private static final long KEPT_MAX = 64;

    private final Transformer transformer;
    private final Batch batch;
    private final KvCache kv;
    private FloatRows logits;

    TransformerModel(Transformer transformer, KvMemory memory, EngineOptions options) {
        this.transformer = transformer;
        batch = transformer.newBatch(options.batchTokens(), options.sequencesMax());
        try {
            kv = transformer.allocateKv(memory.blocks(), stateSlots(transformer, options), options.kvType());
        } catch (RuntimeException | OutOfMemoryError e) {
            batch.close();
            throw new EngineException(
                    "kvBytesMax: no memory for " + memory.blocks() + " blocks of "
                            + transformer.kvBlockBytes(options.kvType()) + " bytes" + states(transformer, options)
                            + " (expected: less); choose a smaller contextMax, kvBytesMax or kvType",
                    e);
        }
        logits = transformer.forward(batch, kv);
    }

    /** A slot for each sequence that may run, and those to be kept for prompts that begin alike. */
    private static int stateSlots(Transformer transformer, EngineOptions options) {
        long bytes = transformer.stateBytes();
        if (bytes == 0) {
            return 0;
        }
        long kept = Math.clamp(KEPT_BYTES_MAX / bytes, KEPT_MIN, KEPT_MAX);
        return options.sequencesMax() + (options.prefixCache() ? (int) kept : 0);
    }

    private static String states(Transformer transformer, EngineOptions options) {
        int slots = stateSlots(transformer, options);
        return slots == 0 ? "" : " and " + slots + " states of " + transformer.stateBytes() + " bytes";
    }

    @Override
    public int stateSlots() {
        return kv.stateSlots();
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
    public void add(int tokenId, int position, int[] blockTable, int stateSlot, boolean wantsLogits) {
        batch.add(tokenId, position, blockTable, stateSlot, wantsLogits);
    }

    @Override
    public void keepState(int slot) {
        batch.keepState(slot);
    }

    @Override
    public void copyState(int from, int to) {
        kv.copyState(from, to);
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
