package wok.convert;

/** The biases of queries or keys in the order of {@link TurnedRows}. Immutable; any thread. */
record TurnedColumns(RowSource stored, int columns, int heads) implements RowSource {

    @Override
    public void read(long first, int rows, float[] out) {
        float[] own = new float[columns];
        stored.read(0, 1, own);
        int headRows = columns / heads;
        for (int i = 0; i < columns; i++) {
            out[i] = own[i - i % headRows + TurnedRows.place(i % headRows, headRows)];
        }
    }
}
