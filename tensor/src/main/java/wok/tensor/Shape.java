package wok.tensor;

import java.util.List;

/**
 * A tensor's dimensions, outermost first (row-major: the last dimension's elements are neighbours in memory). GGUF
 * files list them the other way round; their reader turns them.
 */
public record Shape(List<Long> dimensions) {

    public Shape {
        dimensions = List.copyOf(dimensions);
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new IllegalArgumentException("dimension: " + dimension + " (expected: 0 or more)");
            }
        }
    }

    public static Shape of(long... dimensions) {
        return new Shape(java.util.Arrays.stream(dimensions).boxed().toList());
    }

    public int rank() {
        return dimensions.size();
    }

    public long dimension(int index) {
        return dimensions.get(index);
    }

    /**
     * The product of the dimensions; 1 for a scalar.
     *
     * @throws ArithmeticException if it does not fit into a long
     */
    public long elements() {
        long product = 1;
        for (long dimension : dimensions) {
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }

    /** The length of one row: the last dimension, 1 for a scalar. */
    public long columns() {
        return dimensions.isEmpty() ? 1 : dimensions.getLast();
    }

    /** The number of rows: the product of all dimensions but the last. */
    public long rows() {
        long product = 1;
        for (int i = 0; i < dimensions.size() - 1; i++) {
            product = Math.multiplyExact(product, dimensions.get(i));
        }
        return product;
    }

    @Override
    public String toString() {
        return dimensions.toString();
    }
}
