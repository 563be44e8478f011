package wok.model;

import wok.kernels.Compute;
import wok.kernels.FloatRows;

/** An RMSNorm: {@code x * weight / sqrt(mean(x^2) + epsilon)}. Immutable, any thread. */
final class Norm {
    private final FloatRows weight;
    private final float epsilon;

    /** @param weight one row; kept, not copied */
    Norm(FloatRows weight, float epsilon) {
        this.weight = weight;
        this.epsilon = epsilon;
    }

    /** Norms the first {@code rows} rows of {@code x} into {@code out}, which may be {@code x}. */
    void forward(Compute compute, FloatRows x, int rows, FloatRows out) {
        compute.rmsNorm(x, rows, weight, epsilon, out);
    }

    /** Norms every head of the first {@code rows} rows by itself, in place. */
    void forwardHeads(Compute compute, FloatRows x, int rows, int heads) {
        compute.rmsNormHeads(x, rows, heads, weight.columns(), weight, epsilon);
    }
}
