package wok.model;

import java.util.List;
import java.util.Optional;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;

/**
 * A mixture of experts: {@code sum of weight[e] * expert[e](x)} over the experts that the router chose, plus the shared
 * expert.
 *
 * <p>Rows are sorted by expert, and each expert's rows go through it as one small batch. An expert's products compute
 * every row by itself, and a row adds up its experts in the order of their numbers: so it does not matter to a bit
 * which rows it met at an expert. The shared expert comes first; without one the sum begins at zero.
 *
 * @param layer whose buffers it computes in
 */
record MixtureOfExperts(
        int layer,
        ExpertsConfig config,
        Router router,
        List<FeedForward> experts,
        Optional<FeedForward> shared,
        Optional<Linear> sharedGate)
        implements Block {

    @Override
    public boolean looksBack() {
        return false;
    }

    @Override
    public void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        Workspace.ExpertBuffers buffers = workspace.experts().get(layer).orElseThrow();
        router.choose(compute, workspace, rows, buffers.choice());
        startWithShared(compute, workspace, rows, buffers);
        int[] starts = buffers.choice().starts();
        for (int e = 0; e < experts.size(); e++) {
            if (starts[e] < starts[e + 1]) {
                addExpert(compute, workspace, buffers, e, starts[e + 1] - starts[e]);
            }
        }
    }

    private void startWithShared(Compute compute, Workspace workspace, int rows, Workspace.ExpertBuffers buffers) {
        FloatRows output = workspace.output();
        if (shared.isEmpty()) {
            output.memory().asSlice(0, 4L * rows * output.columns()).fill((byte) 0);
            return;
        }
        FeedForward expert = shared.get();
        expert.prepare(compute, workspace.input(), rows);
        expert.forward(compute, workspace.input(), rows, buffers.shared().orElseThrow(), output);
        if (sharedGate.isPresent()) {
            sharedGate.get().forwardPreparing(compute, workspace.input(), rows, buffers.sharedGate());
            compute.scaleRowsBySigmoid(output, buffers.sharedGate(), rows);
        }
    }

    private void addExpert(Compute compute, Workspace workspace, Workspace.ExpertBuffers buffers, int e, int count) {
        Router.Choice choice = buffers.choice();
        int first = choice.starts()[e];
        FeedForward expert = experts.get(e);
        Activations input = buffers.input();
        compute.gatherRows(workspace.input().f32(), choice.rows(), first, count, input.f32());
        if (config.router().scalesInput()) {
            compute.scaleRows(input.f32(), count, choice.weights(), first);
            java.util.Arrays.fill(choice.weights(), first, first + count, 1);
        }
        expert.prepare(compute, input, count);
        expert.forward(compute, input, count, buffers.expert(), buffers.output());
        compute.scatterAddRows(buffers.output(), count, choice.rows(), choice.weights(), first, workspace.output());
    }
}
