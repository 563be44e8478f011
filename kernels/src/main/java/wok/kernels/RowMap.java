package wok.kernels;

import java.util.Objects;

/**
 * Where the rows of a batch are: for each row its position in its sequence and its sequence's key/value blocks.
 * Row r's keys and values of position p are in block {@code blockTable(r)[p / 16]} at place {@code p % 16}. Filled
 * again for each step by its one owner thread, without allocation.
 */
public final class RowMap {
    private final int[] positions;
    private final int[][] blockTables;
    private int rows;

    public RowMap(int rowsMax) {
        positions = new int[rowsMax];
        blockTables = new int[rowsMax][];
    }

    public void clear() {
        rows = 0;
    }

    /**
     * Adds a row.
     *
     * @param position 0 and more
     * @param blockTable kept, not copied; rows of one sequence should pass the same array, so that they share work
     */
    public void add(int position, int[] blockTable) {
        if (rows == positions.length) {
            throw new IllegalStateException("rows: " + rows + " (expected: room for one more)");
        }
        Objects.checkIndex(position / KvLayer.BLOCK_POSITIONS, blockTable.length);
        if (position < 0) {
            throw new IllegalArgumentException("position: " + position + " (expected: 0 or more)");
        }
        positions[rows] = position;
        blockTables[rows++] = blockTable;
    }

    public int rows() {
        return rows;
    }

    public int position(int row) {
        return positions[Objects.checkIndex(row, rows)];
    }

    public int[] blockTable(int row) {
        return blockTables[Objects.checkIndex(row, rows)];
    }

    /** The positions of all rows, for {@link Compute#rope}; only the first {@link #rows()} count. Not a copy. */
    public int[] positions() {
        return positions;
    }
}
