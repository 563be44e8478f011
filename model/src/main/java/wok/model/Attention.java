package wok.model;

import java.util.Optional;
import wok.kernels.ActivationForm;
import wok.kernels.Activations;
import wok.kernels.AttentionSpec;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
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
 * @param rope empty if queries and keys don't turn
 * @param sinks one row [heads]
 */
record Attention(
        int layer,
        AttentionSpec spec,
        Optional<RopeTable> rope,
        Projections projections,
        QueryKeyNorms norms,
        Optional<FloatRows> sinks,
        Optional<QueryScale> queryScale)
        implements Block {

    /** @param gated whether the query projection gives a gate behind each head */
    record Projections(Linear query, Linear key, Linear value, Linear output, boolean gated) {}

    /** What norms queries and keys. */
    sealed interface QueryKeyNorms {
        record None() implements QueryKeyNorms {}

        /** Every head by itself, before it turns. */
        record Heads(Norm query, Norm key) implements QueryKeyNorms {}

        /** All heads together, before they turn. */
        record Whole(Norm query, Norm key) implements QueryKeyNorms {}

        /** Every head by itself, after it has turned. */
        record HeadsAfterTurning(Norm head) implements QueryKeyNorms {}
    }

    @Override
    public boolean looksBack() {
        return true;
    }

    @Override
    public void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        Workspace.AttentionBuffers buffers = workspace.attention(layer);
        project(compute, workspace.input(), rows, buffers);
        normAndTurn(compute, rows, buffers, batch.map().positions());
        KvLayer cache = kv.layer(layer);
        compute.appendKv(cache, buffers.keys(), buffers.values(), batch.map());
        FloatRows mixed = buffers.mixed().f32();
        compute.attention(buffers.queries(), cache, batch.map(), spec, sinks, mixed);
        if (buffers.gates().isPresent()) {
            compute.gateBySigmoid(mixed, buffers.gates().get(), rows);
        }
        projections.output().forwardPreparing(compute, buffers.mixed(), rows, workspace.output());
    }

    private void project(Compute compute, Activations input, int rows, Workspace.AttentionBuffers buffers) {
        Linear query = projections.query();
        Linear key = projections.key();
        Linear value = projections.value();
        FloatRows queries = buffers.projected().orElse(buffers.queries());
        ActivationForm form = query.activationForm();
        compute.prepare(input, rows, form);
        if (key.activationForm() != form) {
            compute.prepare(input, rows, key.activationForm());
        }
        if (value.activationForm() != form && value.activationForm() != key.activationForm()) {
            compute.prepare(input, rows, value.activationForm());
        }
        query.queue(compute, input, rows, queries);
        key.queue(compute, input, rows, buffers.keys());
        value.queue(compute, input, rows, buffers.values());
        compute.multiply();
        query.complete(compute, input, rows, queries);
        key.complete(compute, input, rows, buffers.keys());
        value.complete(compute, input, rows, buffers.values());
        if (projections.gated()) {
            compute.splitHeads(
                    queries,
                    rows,
                    spec.heads(),
                    buffers.queries(),
                    buffers.gates().orElseThrow());
        }
    }

    private void normAndTurn(Compute compute, int rows, Workspace.AttentionBuffers buffers, int[] positions) {
        FloatRows queries = buffers.queries();
        FloatRows keys = buffers.keys();
        switch (norms) {
            case QueryKeyNorms.None none -> {}
            case QueryKeyNorms.Heads heads -> {
                heads.query().forwardHeads(compute, queries, rows, spec.heads());
                heads.key().forwardHeads(compute, keys, rows, spec.kvHeads());
            }
            case QueryKeyNorms.Whole whole -> {
                whole.query().forward(compute, queries, rows, queries);
                whole.key().forward(compute, keys, rows, keys);
            }
            case QueryKeyNorms.HeadsAfterTurning after -> {}
        }
        if (rope.isPresent()) {
            compute.rope(queries, rows, spec.heads(), spec.headDim(), rope.get(), positions);
            compute.rope(keys, rows, spec.kvHeads(), spec.headDim(), rope.get(), positions);
        }
        if (norms instanceof QueryKeyNorms.HeadsAfterTurning after) {
            after.head().forwardHeads(compute, queries, rows, spec.heads());
            after.head().forwardHeads(compute, keys, rows, spec.kvHeads());
        }
        if (queryScale.isPresent()) {
            scaleQueries(compute, queries, rows, buffers.factors(), positions);
        }
    }

    private void scaleQueries(Compute compute, FloatRows queries, int rows, float[] factors, int[] positions) {
        for (int row = 0; row < rows; row++) {
            factors[row] = queryScale.orElseThrow().at(positions[row]);
        }
        compute.scaleRows(queries, rows, factors, 0);
    }
}
