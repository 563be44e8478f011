package wok.model;

import java.util.Optional;
import wok.kernels.ActivationForm;
import wok.kernels.Activations;
import wok.kernels.AttentionSpec;
import wok.kernels.Compute;
import wok.kernels.KvLayer;
import wok.kernels.RopeTable;

/**
 * Grouped-query attention of one layer.
 *
 * <p>Rows of many sequences, at any positions, go through together: the projections see rows only, and the attention
 * itself finds each row's keys through its sequence's block table. A row's keys and values are stored before any row
 * attends, so that rows of one prompt see those before them in the same batch. That a row then gives the same bits
 * alone, in a batch, and behind a cached prefix is the kernels' promise: a row's sums run over its positions in order,
 * in splits whose size is a constant.
 *
 * <p>Queries, keys and values are three products in one run of the team and not one over joined weights: mixed files
 * (Q4_K_M keeps some values in Q6_K) could not be joined.
 *
 * <p>Immutable, any thread.
 *
 * @param layer whose buffers and KV blocks it uses
 */
record Attention(
        int layer,
        AttentionSpec spec,
        RopeTable rope,
        Linear query,
        Linear key,
        Linear value,
        Linear output,
        Optional<HeadNorms> headNorms)
        implements Block {

    /** The norms of every query head and of every key head. */
    record HeadNorms(Norm query, Norm key) {}

    @Override
    public boolean looksBack() {
        return true;
    }

    @Override
    public void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        Workspace.AttentionBuffers buffers = workspace.attention().get(layer);
        project(compute, workspace.input(), rows, buffers);
        if (headNorms.isPresent()) {
            headNorms.get().query().forwardHeads(compute, buffers.queries(), rows, spec.heads());
            headNorms.get().key().forwardHeads(compute, buffers.keys(), rows, spec.kvHeads());
        }
        int[] positions = batch.map().positions();
        compute.rope(buffers.queries(), rows, spec.heads(), spec.headDim(), rope, positions);
        compute.rope(buffers.keys(), rows, spec.kvHeads(), spec.headDim(), rope, positions);
        KvLayer cache = kv.layer(layer);
        compute.appendKv(cache, buffers.keys(), buffers.values(), batch.map());
        compute.attention(
                buffers.queries(), cache, batch.map(), spec, buffers.mixed().f32());
        output.forwardPreparing(compute, buffers.mixed(), rows, workspace.output());
    }

    private void project(Compute compute, Activations input, int rows, Workspace.AttentionBuffers buffers) {
        ActivationForm form = query.activationForm();
        compute.prepare(input, rows, form);
        if (key.activationForm() != form) {
            compute.prepare(input, rows, key.activationForm());
        }
        if (value.activationForm() != form && value.activationForm() != key.activationForm()) {
            compute.prepare(input, rows, value.activationForm());
        }
        query.queue(compute, input, rows, buffers.queries());
        key.queue(compute, input, rows, buffers.keys());
        value.queue(compute, input, rows, buffers.values());
        compute.multiply();
        query.addBias(compute, rows, buffers.queries());
        key.addBias(compute, rows, buffers.keys());
        value.addBias(compute, rows, buffers.values());
    }
}
