package wok.model;

import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;

/** From a row to another by one matrix, or by two of which the first has few rows. Immutable, any thread. */
sealed interface Projection {

    /** One matrix. */
    record Whole(Linear matrix) implements Projection {}

    /** {@code y = up (down x)}. */
    record Narrow(Linear down, Linear up) implements Projection {}

    /**
     * Computes it.
     *
     * @param narrow where the few numbers between two matrices go: rows x theirs
     */
    default void forward(Compute compute, Activations x, int rows, Activations narrow, FloatRows y) {
        switch (this) {
            case Whole whole -> whole.matrix().forwardPreparing(compute, x, rows, y);
            case Narrow pair -> {
                pair.down().forwardPreparing(compute, x, rows, narrow.f32());
                pair.up().forwardPreparing(compute, narrow, rows, y);
            }
        }
    }
}
