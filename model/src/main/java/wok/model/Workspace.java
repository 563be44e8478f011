package wok.model;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import wok.kernels.Activations;
import wok.kernels.ChosenPositions;
import wok.kernels.FloatRows;

/**
 * The memory that a forward pass computes in, allocated once for a batch's greatest number of rows. Layers of the same
 * shape share their buffers, since only one block is at work at a time.
 *
 * @param residual the stream that every block adds to: rows x hidden
 * @param input what a block reads, normed: rows x hidden
 * @param output what a block gives: rows x hidden
 * @param mixers by layer
 * @param feedForward by layer; of a layer with experts, those of one expert
 * @param experts by layer, of those that have some
 * @param last the rows that want logits: logits rows x hidden
 * @param logits logits rows x vocabulary
 */
record Workspace(
        FloatRows residual,
        Activations input,
        FloatRows output,
        List<MixerBuffers> mixers,
        List<FeedForwardBuffers> feedForward,
        List<Optional<ExpertBuffers>> experts,
        Activations last,
        FloatRows logits) {

    /** What a mixer computes in. */
    sealed interface MixerBuffers permits AttentionBuffers, DeltaBuffers, LatentBuffers {}

    /**
     * @param projected queries and gates by head, where there are gates: rows x (heads x 2 headDim)
     * @param queries rows x (heads x headDim)
     * @param keys rows x (kvHeads x headDim), as are values
     * @param gates rows x (heads x headDim), where there are gates
     * @param mixed what attention gives to the output projection: rows x (heads x headDim)
     * @param factors of queries, by row
     */
    @SuppressWarnings("ArrayRecordComponent") // buffers, never compared
    record AttentionBuffers(
            Optional<FloatRows> projected,
            FloatRows queries,
            FloatRows keys,
            FloatRows values,
            Optional<FloatRows> gates,
            Activations mixed,
            float[] factors)
            implements MixerBuffers {}

    /**
     * @param queryLatent what queries are made from, where that is not the input: rows x queryRank
     * @param queries rows x (heads x queryDims)
     * @param kept the rows for the cache: rows x cachedDims
     * @param latent rows x latentRank
     * @param turning dimensions on their way: rows x (heads x turningDims)
     * @param absorbed queries as they meet the cache: rows x (heads x cachedDims), as is mixed
     * @param values what the output projection gets: rows x (heads x valueDims)
     * @param factors of queries, by row
     * @param chooser where positions are chosen
     */
    @SuppressWarnings("ArrayRecordComponent") // buffers, never compared
    record LatentBuffers(
            Optional<Activations> queryLatent,
            FloatRows queries,
            FloatRows kept,
            FloatRows latent,
            FloatRows turning,
            FloatRows absorbed,
            FloatRows mixed,
            Activations values,
            float[] factors,
            Optional<ChooserBuffers> chooser)
            implements MixerBuffers {}

    /**
     * @param queries rows x (heads x dims)
     * @param keys rows x dims
     * @param factors rows x heads
     */
    record ChooserBuffers(FloatRows queries, FloatRows keys, FloatRows factors, ChosenPositions chosen) {}

    /**
     * @param projected queries, keys and values before the convolution, together or each by itself: rows x theirs
     * @param channels the same behind it: rows x (queries, keys, values)
     * @param rates beta: rows x heads
     * @param decays rows x heads, or rows x (heads x keyDim)
     * @param gates rows x (heads x valueDim)
     * @param narrow between the two matrices of a projection that has two: rows x valueDim
     * @param answers what the heads give to the output projection: rows x (heads x valueDim)
     */
    record DeltaBuffers(
            List<FloatRows> projected,
            FloatRows channels,
            FloatRows rates,
            FloatRows decays,
            FloatRows gates,
            Activations narrow,
            Activations answers)
            implements MixerBuffers {}

    /** @param inner gate, activated and multiplied by up: rows x inner, as are the other two */
    record FeedForwardBuffers(FloatRows gate, FloatRows up, Activations inner) {}

    /**
     * @param shared where the shared expert computes, while others do
     * @param sharedGate rows x 1
     */
    record ExpertBuffers(
            Router.Choice choice, ExpertWave wave, Optional<FeedForwardBuffers> shared, FloatRows sharedGate) {}

    static Workspace allocate(Arena arena, ModelConfig config, int rows, int logitsRows) {
        WorkspaceAllocation allocation = new WorkspaceAllocation(arena, config.hidden(), rows);
        return new Workspace(
                FloatRows.allocate(arena, rows, config.hidden()),
                Activations.allocate(arena, rows, config.hidden()),
                FloatRows.allocate(arena, rows, config.hidden()),
                config.layers().stream().map(l -> allocation.mixer(l.mixer())).toList(),
                config.layers().stream()
                        .map(l -> allocation.feedForward(l.feedForward()))
                        .toList(),
                config.layers().stream()
                        .map(l -> allocation.experts(l.feedForward()))
                        .toList(),
                Activations.allocate(arena, logitsRows, config.hidden()),
                FloatRows.allocate(arena, logitsRows, config.vocabularySize()));
    }

    /** The buffers of a layer with softmax attention. */
    AttentionBuffers attention(int layer) {
        return (AttentionBuffers) mixers.get(layer);
    }

    /** The buffers of a layer with latent attention. */
    LatentBuffers latent(int layer) {
        return (LatentBuffers) mixers.get(layer);
    }

    /** The buffers of a layer with a delta net. */
    DeltaBuffers delta(int layer) {
        return (DeltaBuffers) mixers.get(layer);
    }
}
