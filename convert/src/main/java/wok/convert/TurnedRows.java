package wok.convert;

import wok.tensor.Shape;

/**
 * Rows of queries or keys, in the order in which neighbours turn together: of each head the first row, the row half a
 * head further, the second row, and so on. Folders keep the two halves of a head apart. Immutable; any thread.
 */
record TurnedRows(RowSource stored, Shape shape, int heads) implements RowSource {

    @Override
    public void read(long first, int rows, float[] out) {
        int columns = Math.toIntExact(shape.columns());
        int headRows = Math.toIntExact(shape.rows() / heads);
        float[] one = new float[columns];
        for (int row = 0; row < rows; row++) {
            long wanted = first + row;
            stored.read(wanted - wanted % headRows + place((int) (wanted % headRows), headRows), 1, one);
            System.arraycopy(one, 0, out, row * columns, columns);
        }
    }

    /** Where in the folder's order of a head the row is that GGUF has at {@code index}. */
    static int place(int index, int headRows) {
        return index / 2 + index % 2 * (headRows / 2);
    }
}
