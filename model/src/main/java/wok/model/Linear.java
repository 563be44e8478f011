package wok.model;

import java.util.Optional;
import wok.kernels.ActivationForm;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.kernels.PackedMatrix;

/**
 * A linear projection: {@code y = W x + bias}. It holds its packed weights, and with them the choice of kernel: nothing
 * above it knows how the weights were stored. Immutable, any thread.
 */
final class Linear {
    private final PackedMatrix weight;
    private final Optional<FloatRows> bias;

    Linear(PackedMatrix weight, Optional<FloatRows> bias) {
        this.weight = weight;
        this.bias = bias;
    }

    ActivationForm activationForm() {
        return weight.activationForm();
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
        addBias(compute, rows, y);
    }

    /** The product without its bias, made by the next {@link Compute#multiply}; then {@link #addBias} completes it. */
    void queue(Compute compute, Activations x, int rows, FloatRows y) {
        compute.queue(weight, x, rows, y);
    }

    void addBias(Compute compute, int rows, FloatRows y) {
        if (bias.isPresent()) {
            compute.addBias(y, rows, bias.get());
        }
    }
}
