package wok.model;

import java.util.Optional;
import wok.kernels.Compute;
import wok.kernels.FloatRows;

/** A norm of rows, or of the heads in them. Immutable, any thread. */
final class Norm {
    private final NormConfig config;
    private final FloatRows weight;

    /** @param weight one row; kept, not copied */
    Norm(NormConfig config, FloatRows weight) {
        this.config = config;
        this.weight = weight;
    }

    /** Norms the first {@code rows} rows of {@code x} into {@code out}, which may be {@code x}. */
    void forward(Compute compute, FloatRows x, int rows, FloatRows out) {
        switch (config.kind()) {
            case RMS -> compute.rmsNorm(x, rows, weight, config.epsilon(), out);
            case LAYER -> compute.layerNorm(x, rows, weight, Optional.empty(), config.epsilon(), out);
        }
    }

    /** Norms every head of the first {@code rows} rows by itself, in place, by an RMSNorm. */
    void forwardHeads(Compute compute, FloatRows x, int rows, int heads) {
        compute.rmsNormHeads(x, rows, heads, weight.columns(), weight, config.epsilon());
    }
}
