package wok.model;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import wok.kernels.KvLayer;
import wok.kernels.RowMap;

/**
 * Texts that go through an encoder together, and the memory to compute them in. A text's numbers do not depend on the
 * others: its tokens see each other alone, and every product is computed row by row.
 *
 * <p>Filled again for each forward by one owner thread. Close it before its {@link Encoder}.
 */
public final class EncoderBatch implements AutoCloseable {
    private static final int BLOCK = KvLayer.BLOCK_POSITIONS;
    /** Key/value blocks per row: texts of four tokens and more never run out of them. */
    private static final int ROWS_PER_BLOCK = 4;

    private final EncoderConfig config;
    private final int rowsMax;
    private final int blocksMax;
    private final Arena arena = Arena.ofShared();
    private final EncoderWorkspace workspace;
    private final RowMap map;
    private final int[] tokens;
    private final int[] types;
    private final List<Integer> ends = new ArrayList<>();
    private int blocks;

    EncoderBatch(EncoderConfig config, int rowsMax) {
        if (rowsMax < 1) {
            throw new IllegalArgumentException("rowsMax: " + rowsMax + " (expected: 1 or more)");
        }
        this.config = config;
        this.rowsMax = rowsMax;
        blocksMax = rowsMax / ROWS_PER_BLOCK + 1;
        map = new RowMap(rowsMax);
        tokens = new int[rowsMax];
        types = new int[rowsMax];
        try {
            workspace = EncoderWorkspace.allocate(arena, config, rowsMax, blocksMax);
        } catch (RuntimeException | OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }

    /** Forgets all texts. */
    public void clear() {
        map.clear();
        ends.clear();
        blocks = 0;
    }

    /** Whether a text of so many tokens can still be added. */
    public boolean hasRoomFor(int count) {
        return count <= rowsMax - rows() && Math.ceilDiv(count, BLOCK) <= blocksMax - blocks;
    }

    /**
     * Adds a text.
     *
     * @param ids its tokens, those that the tokenizer adds included: 1 to the model's context
     * @param typeIds the type of each, 0 for a text alone; of the same length
     * @return its number in this batch, from 0 on
     * @throws IllegalArgumentException if a token or type is outside the model's tables, or there are too many or none
     * @throws IllegalStateException if there is no room
     */
    public int add(int[] ids, int[] typeIds) {
        check(ids, typeIds);
        if (!hasRoomFor(ids.length)) {
            throw new IllegalStateException("rows: " + rows() + " and " + ids.length
                    + " more (expected: at most rowsMax, " + rowsMax + "; see hasRoomFor)");
        }
        int[] table = new int[Math.ceilDiv(ids.length, BLOCK)];
        for (int i = 0; i < table.length; i++) {
            table[i] = blocks++;
        }
        for (int position = 0; position < ids.length; position++) {
            tokens[rows()] = ids[position];
            types[rows()] = typeIds[position];
            map.add(position, ids.length - 1, table);
        }
        ends.add(rows());
        return ends.size() - 1;
    }

    private void check(int[] ids, int[] typeIds) {
        if (ids.length < 1 || ids.length > config.contextLength()) {
            throw new IllegalArgumentException(
                    "tokens: " + ids.length + " (expected: 1 to " + config.contextLength() + ", the model's context)");
        }
        if (typeIds.length != ids.length) {
            throw new IllegalArgumentException("types: " + typeIds.length + " (expected: " + ids.length + ")");
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= config.vocabularySize()) {
                throw new IllegalArgumentException(
                        "tokenId: " + ids[i] + " (expected: 0 to " + (config.vocabularySize() - 1) + ")");
            }
            if (typeIds[i] < 0 || typeIds[i] >= Math.max(1, config.tokenTypes())) {
                throw new IllegalArgumentException("type: " + typeIds[i] + " (expected: 0 to "
                        + (Math.max(1, config.tokenTypes()) - 1) + ", the model's token types)");
            }
        }
    }

    /** How many tokens all texts have together. */
    public int rows() {
        return map.rows();
    }

    /** How many texts there are. */
    public int texts() {
        return ends.size();
    }

    /** The row of a text's first token. */
    int start(int text) {
        return Objects.checkIndex(text, texts()) == 0 ? 0 : ends.get(text - 1);
    }

    /** One more than the row of its last. */
    int end(int text) {
        return ends.get(text);
    }

    int token(int row) {
        return tokens[Objects.checkIndex(row, rows())];
    }

    int type(int row) {
        return types[Objects.checkIndex(row, rows())];
    }

    RowMap map() {
        return map;
    }

    EncoderWorkspace workspace() {
        return workspace;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
