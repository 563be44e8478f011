package wok.model;

import java.util.Optional;
import wok.kernels.Activation;
import wok.kernels.Activations;
import wok.kernels.AttentionSpec;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.kernels.RopeTable;

/**
 * One layer of an encoder: attention of every token to all of its text, and a feed-forward block. Norms stand after the
 * blocks (Devlin et al. 2019) or before them (Warner et al. 2024). Immutable, any thread.
 *
 * @param attentionNorm absent only in front of ModernBERT's first layer
 * @param activated gate if the block is gated, otherwise up
 * @param multiplied up, if the block is gated: what the activated half is multiplied by
 */
record EncoderLayer(
        AttentionSpec spec,
        Optional<RopeTable> rope,
        Projections projections,
        Linear attentionOutput,
        Optional<EncoderNorm> attentionNorm,
        Activation activation,
        Linear activated,
        Optional<Linear> multiplied,
        Linear down,
        EncoderNorm feedForwardNorm,
        boolean normsFirst) {

    /** What queries, keys and values are made with. */
    record Projections(Linear query, Linear key, Linear value) {}

    void forward(Compute compute, EncoderBatch batch) {
        int rows = batch.rows();
        EncoderWorkspace workspace = batch.workspace();
        Activations hidden = workspace.hidden();
        attend(compute, batch, before(compute, workspace, attentionNorm, rows));
        join(compute, hidden.f32(), workspace.output(), rows, attentionNorm);
        feedForward(compute, workspace, before(compute, workspace, Optional.of(feedForwardNorm), rows), rows);
        join(compute, hidden.f32(), workspace.output(), rows, Optional.of(feedForwardNorm));
    }

    /** What a block reads. */
    private Activations before(Compute compute, EncoderWorkspace workspace, Optional<EncoderNorm> norm, int rows) {
        if (!normsFirst || norm.isEmpty()) {
            return workspace.hidden();
        }
        norm.get()
                .forward(
                        compute,
                        workspace.hidden().f32(),
                        rows,
                        workspace.normed().f32());
        return workspace.normed();
    }

    private void join(Compute compute, FloatRows hidden, FloatRows output, int rows, Optional<EncoderNorm> norm) {
        compute.add(hidden, output, rows);
        if (!normsFirst && norm.isPresent()) {
            norm.get().forward(compute, hidden, rows, hidden);
        }
    }

    private void attend(Compute compute, EncoderBatch batch, Activations input) {
        int rows = batch.rows();
        EncoderWorkspace workspace = batch.workspace();
        project(compute, projections.query(), input, rows, workspace.queries());
        project(compute, projections.key(), input, rows, workspace.keys());
        project(compute, projections.value(), input, rows, workspace.values());
        if (rope.isPresent()) {
            int[] positions = batch.map().positions();
            compute.rope(workspace.queries(), rows, spec.heads(), spec.headDim(), rope.get(), positions);
            compute.rope(workspace.keys(), rows, spec.kvHeads(), spec.headDim(), rope.get(), positions);
        }
        compute.appendKv(workspace.kv(), workspace.keys(), workspace.values(), batch.map());
        FloatRows mixed = workspace.mixed().f32();
        compute.attention(workspace.queries(), workspace.kv(), batch.map(), spec, mixed);
        attentionOutput.forwardPreparing(compute, workspace.mixed(), rows, workspace.output());
    }

    private static void project(Compute compute, Linear linear, Activations input, int rows, FloatRows out) {
        linear.forwardPreparing(compute, input, rows, out);
    }

    private void feedForward(Compute compute, EncoderWorkspace workspace, Activations input, int rows) {
        FloatRows inner = workspace.inner().f32();
        activated.forwardPreparing(compute, input, rows, inner);
        compute.activate(inner, rows, activation);
        if (multiplied.isPresent()) {
            multiplied.get().forwardPreparing(compute, input, rows, workspace.factors());
            compute.times(inner, workspace.factors(), rows);
        }
        down.forwardPreparing(compute, workspace.inner(), rows, workspace.output());
    }
}
