package wok.convert;

import java.util.List;
import wok.tensor.Tensor;

/**
 * Matrices of one shape, one behind the other. Immutable; any thread.
 *
 * @param parts at least one
 */
record StackedRows(List<Tensor> parts) implements RowSource {

    @Override
    public void read(long first, int rows, float[] out) {
        long each = parts.getFirst().shape().rows();
        int columns = Math.toIntExact(parts.getFirst().shape().columns());
        float[] one = new float[columns];
        for (int row = 0; row < rows; row++) {
            long at = first + row;
            RowSource.of(parts.get((int) (at / each))).read(at % each, 1, one);
            System.arraycopy(one, 0, out, row * columns, columns);
        }
    }
}
