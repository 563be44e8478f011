package wok.model;

import java.lang.foreign.Arena;
import java.util.Objects;
import wok.kernels.PageArena;
import wok.kernels.RowMap;
import wok.kernels.StateRows;

/**
 * The rows of one forward pass, and the memory that it computes in. A row is one position of one sequence: a prompt's
 * next 100 tokens are 100 rows, a sequence that is being answered is one, and any number of sequences share a batch.
 * Rows of one sequence must be added in the order of their positions, without a gap, and the positions before them must
 * have been through an earlier forward or be in this batch.
 *
 * <p>Filled again for each forward by one owner thread, without allocation. Close it before its {@link Transformer}.
 */
public final class Batch implements AutoCloseable {
    private final int vocabularySize;
    private final int contextLength;
    private final Arena arena = new PageArena();
    private final int[] tokens;
    private final int[] logitsRows;
    private final RowMap map;
    private final StateRows states;
    private final boolean hasState;
    private final Workspace workspace;
    private int logitsCount;
    private final AdapterMix[] adapters;
    private AdapterMix adaptersInUse = AdapterMix.none();
    private boolean hasAdapters;

    Batch(ModelConfig config, int rowsMax, int logitsRowsMax) {
        if (rowsMax < 1) {
            throw new IllegalArgumentException("rowsMax: " + rowsMax + " (expected: 1 or more)");
        }
        if (logitsRowsMax < 1 || logitsRowsMax > rowsMax) {
            throw new IllegalArgumentException(
                    "logitsRowsMax: " + logitsRowsMax + " (expected: 1 to rowsMax, " + rowsMax + ")");
        }
        vocabularySize = config.vocabularySize();
        contextLength = config.contextLength();
        tokens = new int[rowsMax];
        adapters = new AdapterMix[rowsMax];
        logitsRows = new int[logitsRowsMax];
        map = new RowMap(rowsMax);
        states = new StateRows(rowsMax);
        hasState = StateCache.stateBytes(config) > 0;
        try {
            workspace = Workspace.allocate(arena, config, rowsMax, logitsRowsMax);
        } catch (RuntimeException | OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }

    /** Forgets all rows. */
    public void clear() {
        map.clear();
        states.clear();
        logitsCount = 0;
        adaptersInUse = AdapterMix.none();
        hasAdapters = false;
    }

    /** The adapters of the rows that are added from now on, until {@link #clear}. */
    public void use(AdapterMix mix) {
        adaptersInUse = mix;
    }

    boolean hasAdapters() {
        return hasAdapters;
    }

    AdapterMix adapters(int row) {
        return adapters[Objects.checkIndex(row, rows())];
    }

    /** Adds a row of a sequence whose state, if the model has recurrent layers, is in slot 0. */
    public void add(int tokenId, int position, int[] blockTable, boolean wantsLogits) {
        add(tokenId, position, blockTable, 0, wantsLogits);
    }

    /**
     * Adds a row.
     *
     * @param tokenId 0 to the vocabulary's size - 1
     * @param position where the token is in its sequence: 0 to the context's length - 1
     * @param blockTable the sequence's KV blocks: that of position p is {@code blockTable[p / 16]}. Kept, not copied,
     *     until {@link #clear}; rows of one sequence should bring the same array
     * @param stateSlot where the recurrent layers keep the sequence's state: that behind the position before, and
     *     anything for position 0. Models without such layers ignore it
     * @param wantsLogits whether the forward is to give this row's logits
     * @throws IllegalStateException if there is no room for another row, or for another row's logits
     */
    public void add(int tokenId, int position, int[] blockTable, int stateSlot, boolean wantsLogits) {
        if (tokenId < 0 || tokenId >= vocabularySize) {
            throw new IllegalArgumentException(
                    "tokenId: " + tokenId + " (expected: 0 to " + (vocabularySize - 1) + ")");
        }
        if (position < 0 || position >= contextLength) {
            throw new IllegalArgumentException(
                    "position: " + position + " (expected: 0 to " + (contextLength - 1) + ", the model's context)");
        }
        if (rows() == tokens.length) {
            throw new IllegalStateException("rows: " + rows() + " (expected: at most rowsMax, " + tokens.length + ")");
        }
        if (wantsLogits && logitsCount == logitsRows.length) {
            throw new IllegalStateException("rows that want logits: " + logitsCount
                    + " (expected: at most logitsRowsMax, " + logitsRows.length + ")");
        }
        int row = rows();
        if (hasState) {
            states.add(position, stateSlot);
        }
        map.add(position, blockTable);
        tokens[row] = tokenId;
        adapters[row] = adaptersInUse;
        hasAdapters |= !adaptersInUse.isNone();
        if (wantsLogits) {
            logitsRows[logitsCount++] = row;
        }
    }

    /**
     * Keeps the state behind the row added last in another slot too, from where {@link KvCache#copyState} brings it to a
     * sequence that begins alike. Models without recurrent layers have none.
     *
     * @param slot one that no row of this batch has
     */
    public void keepState(int slot) {
        if (hasState) {
            states.keep(slot);
        }
    }

    /** How many rows there are. */
    public int rows() {
        return map.rows();
    }

    /** How many rows there may be. */
    public int rowsMax() {
        return tokens.length;
    }

    /** How many rows want logits. */
    public int logitsRows() {
        return logitsCount;
    }

    /** How many rows may want logits. */
    public int logitsRowsMax() {
        return logitsRows.length;
    }

    int token(int row) {
        return tokens[Objects.checkIndex(row, rows())];
    }

    /** The row whose logits are the {@code index}-th of the forward. */
    int logitsRow(int index) {
        return logitsRows[Objects.checkIndex(index, logitsCount)];
    }

    RowMap map() {
        return map;
    }

    StateRows states() {
        return states;
    }

    Workspace workspace() {
        return workspace;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
