package wok.model;

import java.util.List;
import java.util.Optional;
import wok.kernels.RecurrentShape;

/**
 * A gated delta net: queries, keys and values pass a short convolution, and a matrix per head learns each position's
 * value for its key, forgets by a decay, and answers the query. What a sequence has been is in that matrix alone: the
 * layer has a state of fixed size instead of keys and values. Sources: Yang, Kautz and Hatamizadeh 2024 (Qwen3-Next,
 * Qwen 3.5, OLMo hybrid); Kimi Team 2025 (Kimi Linear).
 *
 * @param heads value heads
 * @param keyHeads key heads; each serves {@code heads / keyHeads} value heads
 * @param keyDim numbers in a key and in a query
 * @param valueDim numbers in a value
 * @param taps positions that the convolution sees, its own among them
 * @param decay how a state is forgotten
 * @param gate what the heads' normed answers are multiplied by
 * @param rateScale what the rate of learning, a sigmoid, is multiplied by: 2 lets a state turn a value round
 * @param normEpsilon of the norm of the heads' answers
 * @param joined whether files have queries, keys and values in one matrix
 */
public record DeltaRuleConfig(
        int heads,
        int keyHeads,
        int keyDim,
        int valueDim,
        int taps,
        Decay decay,
        Gate gate,
        double rateScale,
        double normEpsilon,
        boolean joined)
        implements MixerConfig {
    static final int TAPS_MAX = 64;

    /** How a state is forgotten from one position to the next. */
    public enum Decay {
        /** By a factor for each head. */
        HEADS,
        /** By a factor for each number of a head's keys: Kimi Linear. */
        KEYS
    }

    /** What the heads' normed answers are multiplied by: a function of a projection of the layer's input. */
    public enum Gate {
        SILU,
        /** Kimi Linear. */
        SIGMOID
    }

    public DeltaRuleConfig {
        String keyHeadsName = "keyHeads (linear_num_key_heads, ssm.group_count)";
        ConfigRule.positive("heads (linear_num_value_heads, ssm.time_step_rank)", heads, HeadShape.HEADS_MAX);
        ConfigRule.positive(keyHeadsName, keyHeads, HeadShape.HEADS_MAX);
        ConfigRule.require(heads % keyHeads == 0, keyHeadsName, keyHeads, "a divisor of the value heads, " + heads);
        ConfigRule.positive("keyDim (linear_key_head_dim, ssm.state_size)", keyDim, HeadShape.HEAD_DIM_MAX);
        ConfigRule.positive("valueDim (linear_value_head_dim, ssm.inner_size)", valueDim, HeadShape.HEAD_DIM_MAX);
        ConfigRule.positive("taps (linear_conv_kernel_dim, ssm.conv_kernel)", taps, TAPS_MAX);
        ConfigRule.positive("rateScale", rateScale);
        ConfigRule.positive("normEpsilon (rms_norm_eps, attention.layer_norm_rms_epsilon)", normEpsilon);
    }

    /** The layer's sizes as the kernels take them. */
    RecurrentShape shape() {
        return new RecurrentShape(heads, keyHeads, keyDim, valueDim, taps);
    }

    /** Columns of all keys, and of all queries. */
    int keyColumns() {
        return keyHeads * keyDim;
    }

    /** Columns of all values. */
    int valueColumns() {
        return heads * valueDim;
    }

    /** Columns of what is convolved: all in one, or queries, keys and values. */
    List<Integer> inputColumns() {
        return joined ? List.of(shape().channels()) : List.of(keyColumns(), keyColumns(), valueColumns());
    }

    /** Columns of the decays. */
    int decayColumns() {
        return decay == Decay.HEADS ? heads : heads * keyDim;
    }

    /** The sizes of a layer's state, for memory; empty if the mixer has none. */
    static Optional<RecurrentShape> shapeOf(MixerConfig mixer) {
        return mixer instanceof DeltaRuleConfig delta ? Optional.of(delta.shape()) : Optional.empty();
    }
}
