package wok.convert;

import wok.kernels.BlockDecoder;
import wok.tensor.Tensor;

/** Gives rows of a tensor that is to be written, as numbers. Implementations are immutable; any thread. */
@FunctionalInterface
interface RowSource {
    /**
     * Rows {@code first} to {@code first + rows - 1} into {@code out}, from 0 on.
     *
     * @throws wok.kernels.KernelException if they are stored in a type that cannot be read
     */
    void read(long first, int rows, float[] out);

    /** A tensor's own rows. */
    static RowSource of(Tensor tensor) {
        long columns = tensor.shape().columns();
        return (first, rows, out) -> BlockDecoder.decode(
                tensor.dtype(), tensor.rows(first, rows), 0, Math.toIntExact(rows * columns), out, 0);
    }
}
