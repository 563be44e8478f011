package wok.model;

/**
 * How a router chooses experts and weighs them. Scores come from the router's logits; chosen are those with the best
 * scores (of equals the first), after the correction and within the kept groups; weights are their scores without the
 * correction.
 *
 * @param scoring how logits become scores
 * @param bias whether the projection to logits has a bias
 * @param correction whether a number per expert is added to its score for the choice only (DeepSeek V3)
 * @param groups neighbouring experts make so many groups, all of one size
 * @param groupsUsed how many groups are kept, the best ones
 * @param groupScore what a group is ranked by
 * @param normalised whether weights are divided by their sum
 * @param scale what weights are multiplied by in the end
 * @param scalesInput whether a weight multiplies its expert's input and not its output (Llama 4)
 */
public record RouterConfig(
        Scoring scoring,
        boolean bias,
        boolean correction,
        int groups,
        int groupsUsed,
        GroupScore groupScore,
        boolean normalised,
        double scale,
        boolean scalesInput) {

    /** How logits become scores. */
    public enum Scoring {
        /** Softmax over all experts. */
        SOFTMAX,
        /** Each for itself. */
        SIGMOID,
        /** {@code sqrt(log(1 + e^x))}: DeepSeek V4. */
        SQRT_SOFTPLUS,
        /** The choice is by logits, and softmax over the chosen gives the weights: gpt-oss. */
        SOFTMAX_OF_CHOSEN,
        /** The choice is by logits, whose sigmoids are the weights: Llama 4. */
        SIGMOID_OF_CHOSEN
    }

    /** What a group is ranked by. */
    public enum GroupScore {
        /** Its best expert: DeepSeek V2. */
        BEST,
        /** The sum of its two best: DeepSeek V3. */
        TWO_BEST
    }

    public RouterConfig {
        ConfigRule.positive("groups (n_group, expert_group_count)", groups, ExpertsConfig.EXPERTS_MAX);
        ConfigRule.positive("groupsUsed (topk_group, expert_group_used_count)", groupsUsed, groups);
        ConfigRule.positive("scale (routed_scaling_factor, expert_weights_scale)", scale);
    }

    /** One group, no bias, no correction. */
    public static RouterConfig of(Scoring scoring, boolean normalised) {
        return new RouterConfig(scoring, false, false, 1, 1, GroupScore.BEST, normalised, 1, false);
    }

    /** With a bias of the projection. */
    RouterConfig withBias() {
        return new RouterConfig(
                scoring, true, correction, groups, groupsUsed, groupScore, normalised, scale, scalesInput);
    }

    /** With a correction. */
    RouterConfig withCorrection() {
        return new RouterConfig(scoring, bias, true, groups, groupsUsed, groupScore, normalised, scale, scalesInput);
    }

    /** With groups, of which the best are kept. */
    RouterConfig withGroups(int count, int used, GroupScore score) {
        return new RouterConfig(scoring, bias, correction, count, used, score, normalised, scale, scalesInput);
    }

    /** With another factor on the weights. */
    RouterConfig withScale(double factor) {
        return new RouterConfig(
                scoring, bias, correction, groups, groupsUsed, groupScore, normalised, factor, scalesInput);
    }

    /** With weights that multiply the experts' inputs. */
    RouterConfig withScaledInput() {
        return new RouterConfig(scoring, bias, correction, groups, groupsUsed, groupScore, normalised, scale, true);
    }
}
