package wok.convert;

import wok.tensor.Shape;

/**
 * The weights of a norm that multiplies by one more than is stored, times a factor. Immutable; any thread.
 *
 * @param factor 1 nearly always
 */
record PlusOne(RowSource stored, Shape shape, float factor) implements RowSource {

    @Override
    public void read(long first, int rows, float[] out) {
        stored.read(first, rows, out);
        for (int i = 0; i < Math.toIntExact(rows * shape.columns()); i++) {
            out[i] = (out[i] + 1) * factor;
        }
    }
}
