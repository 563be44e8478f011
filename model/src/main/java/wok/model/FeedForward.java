package wok.model;

import wok.kernels.ActivationForm;
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
        ActivationForm form = gate.activationForm();
        gate.forwardPreparing(compute, input, rows, buffers.gate());
        if (up.activationForm() != form) {
            compute.prepare(input, rows, up.activationForm());
        }
        up.forward(compute, input, rows, buffers.up());
        compute.gatedActivation(
                buffers.gate(), buffers.up(), rows, activation, buffers.inner().f32());
        down.forwardPreparing(compute, buffers.inner(), rows, workspace.output());
    }
}
