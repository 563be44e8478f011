package wok.model;

import java.util.Optional;
import wok.kernels.ActivationForm;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.kernels.PackedMatrix;

/**
 * A linear projection: {@code y = W x + bias}, and what adapters add to it. It holds its packed weights, and with them
 * the choice of kernel: nothing above it knows how the weights were stored. One forward at a time.
 */
final class Linear {
    private final PackedMatrix weight;
    private final Optional<FloatRows> bias;
    private final Optional<AdaptedRows> adapted;
    private final Optional<Observed> observed;

    /** Who is told of the products with this matrix, and by what name. */
    record Observed(ActivationObserver observer, String name) {}

    /** @param adapted empty where rows are not those of the batch, as an expert's are: no adapter changes those */
    Linear(PackedMatrix weight, Optional<FloatRows> bias, Optional<AdaptedRows> adapted, Optional<Observed> observed) {
        this.weight = weight;
        this.bias = bias;
        this.adapted = adapted;
        this.observed = observed;
    }

    /** The matrix itself, for products of many at once. */
    PackedMatrix weight() {
        return weight;
    }

    ActivationForm activationForm() {
        return weight.activationForm();
    }

    int rows() {
        return weight.rows();
    }

    int columns() {
        return weight.columns();
    }

    /** Brings the activations into the form that this projection multiplies with, then multiplies. */
    void forwardPreparing(Compute compute, Activations x, int rows, FloatRows y) {
        compute.prepare(x, rows, activationForm());
        forward(compute, x, rows, y);
    }

    /** @param x prepared for {@link #activationForm}, rows x columns */
    void forward(Compute compute, Activations x, int rows, FloatRows y) {
        queue(compute, x, rows, y);
        compute.multiply();
        complete(compute, x, rows, y);
    }

    /** The product alone, made by the next {@link Compute#multiply}; then {@link #complete} adds what belongs to it. */
    void queue(Compute compute, Activations x, int rows, FloatRows y) {
        if (observed.isPresent()) {
            observed.get().observer().multiplied(observed.get().name(), x.f32(), rows);
        }
        compute.queue(weight, x, rows, y);
    }

    /** Adds the bias and the adapters' updates. */
    void complete(Compute compute, Activations x, int rows, FloatRows y) {
        if (bias.isPresent()) {
            compute.addBias(y, rows, bias.get());
        }
        if (adapted.isPresent()) {
            adapted.get().update(this, compute, x.f32(), y);
        }
    }
}
