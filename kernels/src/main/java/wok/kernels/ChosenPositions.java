package wok.kernels;

import java.util.Objects;

/**
 * For every row of a batch the positions that it attends to, ascending. Filled by {@link Compute#choosePositions}, rows
 * by different workers; read afterwards.
 */
public final class ChosenPositions {
    private final int[][] positions;
    private final int[] counts;

    /** @param most how many a row may have */
    public ChosenPositions(int rowsMax, int most) {
        positions = new int[rowsMax][most];
        counts = new int[rowsMax];
    }

    /** How many a row may have. */
    public int most() {
        return positions[0].length;
    }

    /** How many a row has. */
    public int count(int row) {
        return counts[row];
    }

    /** Position number {@code index} of a row. */
    public int position(int row, int index) {
        Objects.checkIndex(index, counts[row]);
        return positions[row][index];
    }

    void set(int row, int index, int position) {
        positions[row][index] = position;
    }

    void setCount(int row, int count) {
        counts[row] = Objects.checkIndex(count, most() + 1);
    }
}
