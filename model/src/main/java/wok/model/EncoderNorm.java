package wok.model;

import java.util.Optional;
import wok.kernels.Compute;
import wok.kernels.FloatRows;

/**
 * A LayerNorm. Immutable, any thread.
 *
 * @param weight one row
 * @param bias one row, or empty
 */
record EncoderNorm(FloatRows weight, Optional<FloatRows> bias, float epsilon) {

    /** Norms the first {@code rows} rows of {@code x} into {@code out}, which may be {@code x}. */
    void forward(Compute compute, FloatRows x, int rows, FloatRows out) {
        compute.layerNorm(x, rows, weight, bias, epsilon, out);
    }
}
