package wok.model;

import java.util.Optional;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.kernels.IndexSpec;
import wok.kernels.KvLayer;
import wok.kernels.RopeTable;

/**
 * DeepSeek V3.2's indexer: small queries from the query's latent meet one small key of every position, and the best
 * positions are attended to. Its keys lie in a cache of their own, by position as all else, so that a cached prefix serves
 * it too. The published program turns queries and keys by a Hadamard matrix and rounds them to 8 bits; the first changes
 * no product, the second only saves time, and neither is done here. Immutable, any thread.
 */
record PositionChooser(
        IndexerConfig config,
        Linear query,
        Linear key,
        FloatRows keyWeight,
        FloatRows keyBias,
        Linear factor,
        RopeTable rope) {
    private static final float EPSILON = 1e-6f;

    /**
     * Chooses for the rows of a batch, after their keys are stored.
     *
     * @param queryLatent normed
     */
    void choose(
            Compute compute,
            Batch batch,
            int rows,
            Activations queryLatent,
            KvLayer cache,
            Workspace.ChooserBuffers buffers) {
        Activations input = batch.workspace().input();
        int[] positions = batch.map().positions();
        key.forwardPreparing(compute, input, rows, buffers.keys());
        compute.layerNorm(buffers.keys(), rows, keyWeight, Optional.of(keyBias), EPSILON, buffers.keys());
        compute.rope(buffers.keys(), rows, 1, config.dims(), rope, positions);
        compute.appendKv(cache, buffers.keys(), buffers.keys(), batch.map());
        query.forwardPreparing(compute, queryLatent, rows, buffers.queries());
        compute.rope(buffers.queries(), rows, config.heads(), config.dims(), rope, positions);
        factor.forwardPreparing(compute, input, rows, buffers.factors());
        compute.scale(buffers.factors(), rows, (float) (1 / Math.sqrt(config.heads())));
        IndexSpec spec = new IndexSpec(config.heads(), config.dims(), (float) (1 / Math.sqrt(config.dims())));
        compute.choosePositions(buffers.queries(), buffers.factors(), cache, batch.map(), spec, buffers.chosen());
    }
}
