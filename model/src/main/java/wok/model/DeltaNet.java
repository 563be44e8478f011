package wok.model;

import java.util.List;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.kernels.GatedActivation;
import wok.kernels.Recurrence;
import wok.kernels.RecurrentState;
import wok.kernels.StateRows;

/**
 * A gated delta net as {@link DeltaRuleConfig} has it:
 *
 * <pre>
 * q, k, v = silu(convolution(project x)), q and k of each head normed to length 1, q also / sqrt(keyDim)
 * beta    = rateScale * sigmoid(beta x);   decay = exp(-exp(log rate) * softplus(alpha x + bias))
 * o       = the delta rule on the sequence's state
 * output  = project (norm(o) of each head * gate(gate x))
 * </pre>
 *
 * All of it in 32-bit floats but the projections. The rows of a sequence follow each other through convolution and rule
 * one by one, see {@code wok.kernels.DeltaTask}. Immutable, any thread.
 *
 * @param layer whose buffers and state it uses
 * @param inputs to queries, keys and values: one matrix for all of them, or one each
 * @param learning beta and the decay
 * @param norm of the answers of each head; never adds 1 to its weight
 */
record DeltaNet(
        int layer,
        DeltaRuleConfig config,
        List<Input> inputs,
        Learning learning,
        Projection gate,
        Norm norm,
        Linear output)
        implements Block {
    /** What queries' and keys' squares are added to before the root. */
    private static final float LENGTH_EPSILON = 1e-6f;

    /**
     * Some of the channels that are convolved.
     *
     * @param convolution [taps][channels]
     */
    record Input(Linear projection, int firstChannel, FloatRows convolution) {}

    /**
     * @param bias of alpha, one row
     * @param rates of forgetting, one row [heads], positive
     */
    record Learning(Linear beta, Projection alpha, FloatRows bias, FloatRows rates) {}

    @Override
    public boolean looksBack() {
        return true;
    }

    @Override
    public void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        Workspace.DeltaBuffers buffers = workspace.delta(layer);
        Recurrence recurrence = compute.recurrence();
        StateRows chains = batch.states();
        RecurrentState state = kv.states().layer(layer);
        project(compute, workspace.input(), rows, buffers);
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            FloatRows projected = buffers.projected().get(i);
            recurrence.convolve(
                    projected, input.firstChannel(), input.convolution(), chains, state, buffers.channels());
        }
        int keys = config.keyColumns();
        float queryScale = (float) (1 / Math.sqrt(config.keyDim()));
        FloatRows channels = buffers.channels();
        recurrence.normHeads(channels, rows, 0, config.keyHeads(), config.keyDim(), LENGTH_EPSILON, queryScale);
        recurrence.normHeads(channels, rows, keys, config.keyHeads(), config.keyDim(), LENGTH_EPSILON, 1);
        FloatRows answers = buffers.answers().f32();
        recurrence.delta(channels, buffers.rates(), buffers.decays(), chains, state, answers);
        norm.forwardHeads(compute, answers, rows, config.heads());
        switch (config.gate()) {
            case SILU -> compute.gatedActivation(buffers.gates(), answers, rows, GatedActivation.SILU, answers);
            case SIGMOID -> compute.gateBySigmoid(answers, buffers.gates(), rows);
        }
        output.forwardPreparing(compute, buffers.answers(), rows, workspace.output());
    }

    private void project(Compute compute, Activations input, int rows, Workspace.DeltaBuffers buffers) {
        for (int i = 0; i < inputs.size(); i++) {
            inputs.get(i)
                    .projection()
                    .forwardPreparing(compute, input, rows, buffers.projected().get(i));
        }
        gate.forward(compute, input, rows, buffers.narrow(), buffers.gates());
        learning.alpha().forward(compute, input, rows, buffers.narrow(), buffers.decays());
        compute.recurrence().decay(buffers.decays(), rows, learning.bias(), learning.rates());
        learning.beta().forwardPreparing(compute, input, rows, buffers.rates());
        compute.activate(buffers.rates(), rows, wok.kernels.Activation.SIGMOID);
        if (config.rateScale() != 1) {
            compute.scale(buffers.rates(), rows, (float) config.rateScale());
        }
    }
}
