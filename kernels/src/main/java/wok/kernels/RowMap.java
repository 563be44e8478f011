package wok.kernels;

import java.util.Objects;

/**
 * Where the rows of a batch are: for each row its position in its sequence, the last position that it sees (its own, or
 * in an encoder the sequence's last) and its sequence's key/value blocks. Row r's keys and values of position p are in
 * block {@code blockTable(r)[p / 16]} at place {@code p % 16}. Filled again for each step by its one owner thread,
 * without allocation.
 */
public final class RowMap {
    private final int[] positions;
    private final int[] lasts;
    private final int[][] blockTables;
    private int rows;

    public RowMap(int rowsMax) {
        positions = new int[rowsMax];
        lasts = new int[rowsMax];
        blockTables = new int[rowsMax][];
    }

    public void clear() {
        rows = 0;
    }

    /**
     * Adds a row that sees the positions up to its own.
     *
     * @param position 0 and more
     * @param blockTable kept, not copied; rows of one sequence should pass the same array, so that they share work
     */
    public void add(int position, int[] blockTable) {
        add(position, position, blockTable);
    }

    /**
     * Adds a row that sees the positions up to {@code last}, which may be behind its own: all of its sequence in an
     * encoder. A window then reaches as far ahead as back.
     *
     * @param last at least {@code position}
     * @param blockTable as for {@link #add(int, int[])}
     */
    public void add(int position, int last, int[] blockTable) {
        if (rows == positions.length) {
            throw new IllegalStateException("rows: " + rows + " (expected: room for one more)");
        }
        if (position < 0) {
            throw new IllegalArgumentException("position: " + position + " (expected: 0 or more)");
        }
        if (last < position) {
            throw new IllegalArgumentException("last: " + last + " (expected: position, " + position + ", or more)");
        }
        Objects.checkIndex(last / KvLayer.BLOCK_POSITIONS, blockTable.length);
        positions[rows] = position;
        lasts[rows] = last;
        blockTables[rows++] = blockTable;
    }

    public int rows() {
        return rows;
    }

    public int position(int row) {
        return positions[Objects.checkIndex(row, rows)];
    }

    /** The first position that a row sees. */
    int firstVisible(int row, AttentionSpec spec) {
        return spec.firstVisible(position(row));
    }

    /** The last position that a row sees. */
    int lastVisible(int row, AttentionSpec spec) {
        return spec.lastVisible(position(row), lasts[row]);
    }

    public int[] blockTable(int row) {
        return blockTables[Objects.checkIndex(row, rows)];
    }

    /** The positions of all rows, for {@link Compute#rope}; only the first {@link #rows()} count. Not a copy. */
    public int[] positions() {
        return positions;
    }
}
