package wok.model;

import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;

/**
 * The gated feed-forward block: {@code down(activation(gate x) * up x)}. Source: Shazeer 2020, "GLU variants improve
 * Transformer". Immutable, any thread.
 *
 * @param layer whose buffers it computes in
 */
record FeedForward(int layer, DenseConfig config, Linear gate, Linear up, Linear down) implements Block {

    @Override
    public boolean looksBack() {
        return false;
    }

    @Override
    public void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        prepare(compute, workspace.input(), rows);
        Workspace.FeedForwardBuffers buffers = workspace.feedForward().get(layer);
        forward(compute, workspace.input(), rows, buffers, workspace.output());
    }

    /** Brings the input into the forms that gate and up multiply with. */
    void prepare(Compute compute, Activations input, int rows) {
        compute.prepare(input, rows, gate.activationForm());
        if (up.activationForm() != gate.activationForm()) {
            compute.prepare(input, rows, up.activationForm());
        }
    }

    /** @param input prepared */
    private void forward(
            Compute compute, Activations input, int rows, Workspace.FeedForwardBuffers buffers, FloatRows output) {
        queueInner(compute, input, rows, buffers);
        compute.multiply();
        activate(compute, input, rows, buffers);
        queueOutput(compute, rows, buffers, output);
        compute.multiply();
        complete(compute, rows, buffers, output);
    }

    /** Gate and up, made by the next {@link Compute#multiply}. */
    void queueInner(Compute compute, Activations input, int rows, Workspace.FeedForwardBuffers buffers) {
        gate.queue(compute, input, rows, buffers.gate());
        up.queue(compute, input, rows, buffers.up());
    }

    /** From gate and up to what down multiplies. */
    void activate(Compute compute, Activations input, int rows, Workspace.FeedForwardBuffers buffers) {
        gate.complete(compute, input, rows, buffers.gate());
        up.complete(compute, input, rows, buffers.up());
        if (config.limit() > 0) {
            float limit = (float) config.limit();
            compute.clamp(buffers.gate(), rows, Float.NEGATIVE_INFINITY, limit);
            compute.clamp(buffers.up(), rows, -limit, limit);
        }
        compute.gatedActivation(
                buffers.gate(), buffers.up(), rows, config.activation(), buffers.inner(), down.activationForm());
    }

    /** Down, made by the next {@link Compute#multiply}. */
    void queueOutput(Compute compute, int rows, Workspace.FeedForwardBuffers buffers, FloatRows output) {
        down.queue(compute, buffers.inner(), rows, output);
    }

    /** What belongs to the output beside its product. */
    void complete(Compute compute, int rows, Workspace.FeedForwardBuffers buffers, FloatRows output) {
        down.complete(compute, buffers.inner(), rows, output);
    }

    /** Whether an input that is prepared for another block is prepared for this one. */
    boolean isPreparedAlike(FeedForward other) {
        return gate.activationForm() == other.gate.activationForm() && up.activationForm() == other.up.activationForm();
    }
}
