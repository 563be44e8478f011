package wok.model;

import java.util.List;
import java.util.Optional;
import wok.kernels.Activations;
import wok.kernels.AttentionSpec;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.kernels.HeadColumns;
import wok.kernels.KvLayer;
import wok.kernels.PackedMatrix;
import wok.kernels.RopeTable;

/**
 * Latent attention of one layer, in the form that keeps the cache small.
 *
 * <p>As trained, a position's latent c gives every head a key {@code K c} and a value {@code V c}; beside it there is one
 * key for all heads, which turns. A score is {@code q . K c = (K^T q) . c}, and a weighed sum of values {@code V} times the
 * weighed sum of latents. So {@code K^T} goes to the query and {@code V} to the sum, and in between all heads attend to the
 * latents themselves: attention with one key/value head whose rows [latent | turned key] are keys and values at once. That
 * row is all a position leaves behind: 576 numbers for DeepSeek V3 instead of 40,960.
 *
 * <p>The other form, which unpacks keys and values of every head, multiplies less in a long prompt: 192 + 128 numbers for
 * each pair of positions and head instead of 576 twice. It was not taken: the same row must have the same bits in a prompt
 * and one by one, so one form has to serve both, and decoding reads 70 times less memory in this one.
 *
 * <p>Of the weighed sums only the latent's part is used; the key's part is a ninth of the work in V3, and costs less than
 * another kernel would. Immutable, any thread.
 *
 * @param layer whose buffers and KV blocks it uses
 * @param chooser of the positions to attend to; empty = all
 */
record LatentAttention(
        int layer,
        LatentConfig config,
        Optional<RopeTable> rope,
        Queries queries,
        Latents latents,
        Linear output,
        Optional<PositionChooser> chooser)
        implements Block {

    /**
     * How queries are made.
     *
     * @param compression to a short latent first, normed
     * @param matrix from that, or from the input
     * @param absorbed for each head K^T: [latentRank, plainDims]
     */
    record Queries(Optional<Compression> compression, Linear matrix, List<PackedMatrix> absorbed) {}

    /** To a latent. */
    record Compression(Linear matrix, Norm norm) {}

    /**
     * What is kept of a position.
     *
     * @param compression to latent and key; the norm is the latent's
     * @param values for each head V: [valueDims, latentRank]
     */
    record Latents(Compression compression, List<PackedMatrix> values) {}

    @Override
    public boolean looksBack() {
        return true;
    }

    @Override
    public void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace.LatentBuffers buffers = batch.workspace().latent(layer);
        KvLayer cache = kv.layer(layer);
        project(compute, batch.workspace(), rows, buffers);
        normAndTurnKept(compute, batch, rows, buffers);
        compute.appendKv(cache, buffers.kept(), buffers.kept(), batch.map());
        absorb(compute, batch, rows, buffers);
        attend(compute, batch, kv, rows, buffers);
        FloatRows values = buffers.values().f32();
        LatentShape shape = config.shape();
        HeadColumns all = HeadColumns.all(shape.valueDims());
        compute.multiplyHeads(latents.values(), buffers.mixed(), shape.latentOfCached(), rows, values, all);
        output.forwardPreparing(
                compute, buffers.values(), rows, batch.workspace().output());
    }

    private void attend(Compute compute, Batch batch, KvCache kv, int rows, Workspace.LatentBuffers buffers) {
        KvLayer cache = kv.layer(layer);
        if (chooser.isEmpty()) {
            compute.attention(buffers.absorbed(), cache, batch.map(), spec(), buffers.mixed());
            return;
        }
        Workspace.ChooserBuffers choice = buffers.chooser().orElseThrow();
        Activations queryLatent = buffers.queryLatent().orElseThrow();
        chooser.get().choose(compute, batch, rows, queryLatent, kv.index(layer), choice);
        compute.attentionToChosen(buffers.absorbed(), cache, batch.map(), choice.chosen(), spec(), buffers.mixed());
    }

    private AttentionSpec spec() {
        LatentShape shape = config.shape();
        float scale = (float) config.scores().scale();
        return new AttentionSpec(shape.heads(), 1, shape.cachedDims(), scale, 0, 0);
    }

    private void project(Compute compute, Workspace workspace, int rows, Workspace.LatentBuffers buffers) {
        Linear latent = latents.compression().matrix();
        Linear query = queries.compression().map(Compression::matrix).orElse(queries.matrix());
        FloatRows made =
                buffers.queryLatent().isPresent() ? buffers.queryLatent().get().f32() : buffers.queries();
        compute.prepare(workspace.input(), rows, latent.activationForm());
        if (query.activationForm() != latent.activationForm()) {
            compute.prepare(workspace.input(), rows, query.activationForm());
        }
        latent.queue(compute, workspace.input(), rows, buffers.kept());
        query.queue(compute, workspace.input(), rows, made);
        compute.multiply();
        latent.complete(compute, workspace.input(), rows, buffers.kept());
        query.complete(compute, workspace.input(), rows, made);
        if (queries.compression().isPresent()) {
            queries.compression().get().norm().forward(compute, made, rows, made);
            queries.matrix().forwardPreparing(compute, buffers.queryLatent().orElseThrow(), rows, buffers.queries());
        }
    }

    private void normAndTurnKept(Compute compute, Batch batch, int rows, Workspace.LatentBuffers buffers) {
        LatentShape shape = config.shape();
        FloatRows kept = buffers.kept();
        FloatRows latent = buffers.latent();
        HeadColumns all = HeadColumns.all(shape.latentRank());
        compute.copyHeads(kept, shape.latentOfCached(), rows, latent, all);
        latents.compression().norm().forward(compute, latent, rows, latent);
        compute.copyHeads(latent, all, rows, kept, shape.latentOfCached());
        turn(compute, batch, rows, kept, shape.turningOfCached(), kept);
    }

    private void absorb(Compute compute, Batch batch, int rows, Workspace.LatentBuffers buffers) {
        LatentShape shape = config.shape();
        FloatRows made = buffers.queries();
        FloatRows absorbed = buffers.absorbed();
        compute.multiplyHeads(queries.absorbed(), made, shape.plainOfQuery(), rows, absorbed, shape.latentOfCached());
        turn(compute, batch, rows, made, shape.turningOfQuery(), absorbed);
        if (config.scores().queryScale().isPresent()) {
            QueryScale scale = config.scores().queryScale().get();
            for (int row = 0; row < rows; row++) {
                buffers.factors()[row] = scale.at(batch.map().position(row));
            }
            compute.scaleRows(absorbed, rows, buffers.factors(), 0);
        }
    }

    /** Turns what turns of one matrix's heads on the way to its place in another's, which may be the same. */
    private void turn(Compute compute, Batch batch, int rows, FloatRows from, HeadColumns of, FloatRows to) {
        int heads = from.columns() / of.stride();
        HeadColumns all = HeadColumns.all(of.count());
        FloatRows turning = batch.workspace().latent(layer).turning().reshaped(rows, heads * of.count());
        compute.copyHeads(from, of, rows, turning, all);
        if (rope.isPresent()) {
            int[] positions = batch.map().positions();
            compute.rope(turning, rows, heads, of.count(), rope.get(), positions);
        }
        compute.copyHeads(turning, all, rows, to, config.shape().turningOfCached());
    }
}
