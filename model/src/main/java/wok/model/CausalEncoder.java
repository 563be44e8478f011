package wok.model;

import wok.kernels.KvType;

/**
 * A decoder that makes embeddings: the vector of a text is its last token's, after the last norm (Qwen3-Embedding and
 * its kin). Texts that are computed together do not change each other's bits.
 *
 * <p>The batch and the key/value memory are its own; the transformer is the caller's, who closes it after this. One
 * thread at a time.
 */
public final class CausalEncoder implements AutoCloseable {
    private final Transformer transformer;
    private final Batch batch;
    private final KvCache kv;
    private int blocks;

    /**
     * @param rowsMax how many tokens the texts of one batch may have together
     * @param textsMax how many texts
     */
    public CausalEncoder(Transformer transformer, int rowsMax, int textsMax) {
        this.transformer = transformer;
        batch = transformer.newBatch(rowsMax, Math.min(rowsMax, textsMax));
        kv = transformer.allocateKv(rowsMax / KvCache.BLOCK_POSITIONS + textsMax + 1, KvType.F32);
    }

    /** Forgets all texts. */
    public void clear() {
        batch.clear();
        blocks = 0;
    }

    /** Whether a text of so many tokens can still be added. */
    public boolean hasRoomFor(int count) {
        return count <= batch.rowsMax() - batch.rows()
                && batch.logitsRows() < batch.logitsRowsMax()
                && Math.ceilDiv(count, KvCache.BLOCK_POSITIONS) <= kv.blocks() - blocks;
    }

    /** Adds a text of at least one token. */
    public void add(int[] ids) {
        int[] table = new int[Math.ceilDiv(ids.length, KvCache.BLOCK_POSITIONS)];
        for (int i = 0; i < table.length; i++) {
            table[i] = blocks++;
        }
        for (int position = 0; position < ids.length; position++) {
            batch.add(ids[position], position, table, position == ids.length - 1);
        }
    }

    /** Computes all texts that were added. */
    public void forward() {
        transformer.forward(batch, kv);
    }

    /** The vector of the text that was added as number {@code text}, after {@link #forward}; not normalised. */
    public float[] vector(int text) {
        java.util.Objects.checkIndex(text, batch.logitsRows());
        return batch.workspace().last().f32().row(text);
    }

    @Override
    public void close() {
        batch.close();
        kv.close();
    }
}
