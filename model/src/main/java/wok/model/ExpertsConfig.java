package wok.model;

import java.util.Optional;

/**
 * A mixture of experts: a router chooses {@code used} of {@code experts} feed-forward blocks for each position and
 * weighs their outputs. Source: Shazeer et al. 2017; the shared expert is DeepSeekMoE's (Dai et al. 2024).
 *
 * @param expert what each expert is like
 * @param shared an expert that every position passes through
 * @param sharedGate whether the shared expert's output is multiplied by sigmoid of a projection of the input (Qwen)
 */
public record ExpertsConfig(
        int experts,
        int used,
        DenseConfig expert,
        RouterConfig router,
        Optional<DenseConfig> shared,
        boolean sharedGate)
        implements FeedForwardConfig {
    static final int EXPERTS_MAX = 1 << 12;

    public ExpertsConfig {
        ConfigRule.positive("experts (num_experts, n_routed_experts, expert_count)", experts, EXPERTS_MAX);
        ConfigRule.positive("used (num_experts_per_tok, expert_used_count)", used, experts);
        ConfigRule.require(
                experts % router.groups() == 0,
                "groups (n_group, expert_group_count)",
                router.groups(),
                "a divisor of the experts, " + experts);
        ConfigRule.require(
                used <= experts / router.groups() * router.groupsUsed(),
                "groupsUsed (topk_group, expert_group_used_count)",
                router.groupsUsed(),
                "groups with at least " + used + " experts");
        ConfigRule.require(
                shared.isPresent() || !sharedGate, "sharedGate", sharedGate, "false where there is no shared expert");
    }
}
