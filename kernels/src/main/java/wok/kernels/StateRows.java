package wok.kernels;

import java.util.Objects;

/**
 * Which rows of a batch belong to which state slot, in order: the chain of a slot's rows is what a recurrence runs
 * along. A row may ask that the state behind it be kept in another slot too, for a later sequence that begins alike.
 * Filled again for each step by its one owner thread, without allocation.
 */
public final class StateRows {
    private static final int NONE = -1;

    private final int[] positions;
    private final int[] keeps;
    private final int[] nexts;
    private final int[] slots;
    private final int[] firsts;
    private final int[] lasts;
    private int rows;
    private int chains;

    public StateRows(int rowsMax) {
        positions = new int[rowsMax];
        keeps = new int[rowsMax];
        nexts = new int[rowsMax];
        slots = new int[rowsMax];
        firsts = new int[rowsMax];
        lasts = new int[rowsMax];
    }

    public void clear() {
        rows = 0;
        chains = 0;
    }

    /**
     * Adds the next row.
     *
     * @param position in its sequence; the slot's state must be that behind the position before, and at 0 is taken as
     *     zeros
     * @param slot its sequence's
     * @throws IllegalArgumentException if the slot's row before this one in the batch is not at the position before
     */
    public void add(int position, int slot) {
        if (rows == positions.length) {
            throw new IllegalStateException("rows: " + rows + " (expected: room for one more)");
        }
        int chain = chainOf(slot);
        if (chain == chains) {
            slots[chains] = slot;
            firsts[chains++] = rows;
        } else {
            int before = positions[lasts[chain]];
            if (position != before + 1) {
                throw new IllegalArgumentException("position: " + position + " (expected: " + (before + 1)
                        + ", behind the row before it in state slot " + slot + ")");
            }
            nexts[lasts[chain]] = rows;
        }
        lasts[chain] = rows;
        positions[rows] = position;
        keeps[rows] = NONE;
        nexts[rows++] = NONE;
    }

    /** Keeps the state behind the row added last in another slot too, which no row of the batch may have. */
    public void keep(int slot) {
        keeps[Objects.checkIndex(rows - 1, rows)] = slot;
    }

    /** The chain of a slot, or the number of chains. Rows of one sequence mostly stand together. */
    private int chainOf(int slot) {
        int chain = chains - 1;
        while (chain >= 0 && slots[chain] != slot) {
            chain--;
        }
        return chain < 0 ? chains : chain;
    }

    public int rows() {
        return rows;
    }

    /** How many slots have rows. */
    public int chains() {
        return chains;
    }

    public int slot(int chain) {
        return slots[Objects.checkIndex(chain, chains)];
    }

    public int firstRow(int chain) {
        return firsts[Objects.checkIndex(chain, chains)];
    }

    public int lastRow(int chain) {
        return lasts[Objects.checkIndex(chain, chains)];
    }

    public int position(int row) {
        return positions[Objects.checkIndex(row, rows)];
    }

    /** The next row of the same slot, or less than 0. */
    public int nextRow(int row) {
        return nexts[Objects.checkIndex(row, rows)];
    }

    /** The slot that is to keep the state behind a row, or less than 0. */
    public int keptIn(int row) {
        return keeps[Objects.checkIndex(row, rows)];
    }

    /** Whether a chain begins its sequence. */
    boolean startsAtZero(int chain) {
        return positions[firstRow(chain)] == 0;
    }
}
