package wok.model;

import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.GatedActivation;

/**
 * The gated feed-forward block: {@code down(activation(gate x) * up x)}. Source: Shazeer 2020, "GLU variants improve
 * Transformer". Immutable, any thread.
 *
 * @param layer whose buffers it computes in
 */
record FeedForward(int layer, GatedActivation activation, Linear gate, Linear up, Linear down) implements Block {

    @Override
    public boolean looksBack() {
        return false;
    }

    @Override
    public void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        Workspace.FeedForwardBuffers buffers = workspace.feedForward().get(layer);
        Activations input = workspace.input();
        compute.prepare(input, rows, gate.activationForm());
        if (up.activationForm() != gate.activationForm()) {
            compute.prepare(input, rows, up.activationForm());
        }
        gate.queue(compute, input, rows, buffers.gate());
        up.queue(compute, input, rows, buffers.up());
        compute.multiply();
        gate.addBias(compute, rows, buffers.gate());
        up.addBias(compute, rows, buffers.up());
        Activations inner = buffers.inner();
        compute.gatedActivation(buffers.gate(), buffers.up(), rows, activation, inner, down.activationForm());
        down.forward(compute, inner, rows, workspace.output());
    }
}
