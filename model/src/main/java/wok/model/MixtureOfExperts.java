package wok.model;

import java.util.Arrays;
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
 * <p>Experts are computed in waves ({@link ExpertWave}). The gates and ups of a wave are one run of the thread team, its
 * downs another, and the shared expert's products run with those of the first wave. For one row, decoding, that makes
 * two meetings of the team instead of two for each chosen expert, and nothing is gathered: all read the row where it
 * is. Experts with many rows, in a prompt, take a slot of their own, since their products are long enough.
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
        int[] starts = buffers.choice().starts();
        ExpertWave wave = buffers.wave();
        boolean isFirst = true;
        wave.clear();
        for (int e = 0; e < experts.size(); e++) {
            int count = starts[e + 1] - starts[e];
            if (count > 0 && !wave.offer(e, count)) {
                run(compute, workspace, rows, buffers, isFirst);
                isFirst = false;
                wave.clear();
                wave.offer(e, count);
            }
        }
        run(compute, workspace, rows, buffers, isFirst);
    }

    private void run(Compute compute, Workspace workspace, int rows, Workspace.ExpertBuffers buffers, boolean isFirst) {
        ExpertWave wave = buffers.wave();
        boolean withShared = isFirst && shared.isPresent();
        for (int i = 0; i < wave.size(); i++) {
            gather(compute, workspace, rows, buffers, i);
        }
        if (withShared) {
            shared.get().prepare(compute, workspace.input(), rows);
            shared.get().queueInner(compute, workspace.input(), rows, sharedBuffers(buffers));
        }
        for (int i = 0; i < wave.size(); i++) {
            expert(wave, i).queueInner(compute, input(workspace, rows, buffers, i), count(buffers, i), inner(wave, i));
        }
        compute.multiply();
        for (int i = 0; i < wave.size(); i++) {
            expert(wave, i).activate(compute, input(workspace, rows, buffers, i), count(buffers, i), inner(wave, i));
            expert(wave, i)
                    .queueOutput(
                            compute,
                            count(buffers, i),
                            inner(wave, i),
                            wave.slot(i).output());
        }
        if (withShared) {
            shared.get().activate(compute, workspace.input(), rows, sharedBuffers(buffers));
            shared.get().queueOutput(compute, rows, sharedBuffers(buffers), workspace.output());
        }
        compute.multiply();
        if (isFirst) {
            begin(compute, workspace, rows, buffers);
        }
        for (int i = 0; i < wave.size(); i++) {
            add(compute, workspace, buffers, i);
        }
    }

    /** Brings an expert's rows together, weighed if the router says so, and prepares them. */
    private void gather(Compute compute, Workspace workspace, int rows, Workspace.ExpertBuffers buffers, int i) {
        Router.Choice choice = buffers.choice();
        ExpertWave wave = buffers.wave();
        int first = choice.starts()[wave.expert(i)];
        int count = count(buffers, i);
        Activations input = input(workspace, rows, buffers, i);
        if (input != workspace.input()) {
            compute.gatherRows(workspace.input().f32(), choice.rows(), first, count, input.f32());
            if (config.router().scalesInput()) {
                compute.scaleRows(input.f32(), count, choice.weights(), first);
                Arrays.fill(choice.weights(), first, first + count, 1);
            }
            expert(wave, i).prepare(compute, input, count);
        } else if (i == 0 || rows > 1 || !expert(wave, i).isPreparedAlike(expert(wave, i - 1))) {
            expert(wave, i).prepare(compute, input, count); // of one row once, for all that are alike
        }
    }

    /** The batch's own rows where all of them go to the expert as they are; gathered ones otherwise. */
    private Activations input(Workspace workspace, int rows, Workspace.ExpertBuffers buffers, int i) {
        boolean areAll = count(buffers, i) == rows && !config.router().scalesInput();
        return areAll ? workspace.input() : buffers.wave().slot(i).input();
    }

    /** What experts are added to: the shared one's output, or zeros. */
    private void begin(Compute compute, Workspace workspace, int rows, Workspace.ExpertBuffers buffers) {
        FloatRows output = workspace.output();
        if (shared.isEmpty()) {
            output.memory().asSlice(0, 4L * rows * output.columns()).fill((byte) 0);
            return;
        }
        shared.get().complete(compute, rows, sharedBuffers(buffers), output);
        if (sharedGate.isPresent()) {
            sharedGate.get().forwardPreparing(compute, workspace.input(), rows, buffers.sharedGate());
            compute.scaleRowsBySigmoid(output, buffers.sharedGate(), rows);
        }
    }

    private void add(Compute compute, Workspace workspace, Workspace.ExpertBuffers buffers, int i) {
        Router.Choice choice = buffers.choice();
        ExpertWave wave = buffers.wave();
        int first = choice.starts()[wave.expert(i)];
        FloatRows output = wave.slot(i).output();
        int count = count(buffers, i);
        expert(wave, i).complete(compute, count, inner(wave, i), output);
        compute.scatterAddRows(output, count, choice.rows(), choice.weights(), first, workspace.output());
    }

    private FeedForward expert(ExpertWave wave, int i) {
        return experts.get(wave.expert(i));
    }

    private static Workspace.FeedForwardBuffers inner(ExpertWave wave, int i) {
        return wave.slot(i).inner();
    }

    private static Workspace.FeedForwardBuffers sharedBuffers(Workspace.ExpertBuffers buffers) {
        return buffers.shared().orElseThrow();
    }

    private static int count(Workspace.ExpertBuffers buffers, int i) {
        int[] starts = buffers.choice().starts();
        int e = buffers.wave().expert(i);
        return starts[e + 1] - starts[e];
    }
}
