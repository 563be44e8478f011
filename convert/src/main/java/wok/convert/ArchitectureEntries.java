package wok.convert;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import wok.formats.GgufValueType;
import wok.formats.GgufWriter;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.model.AttentionConfig;
import wok.model.DenseConfig;
import wok.model.ExpertsConfig;
import wok.model.LayerConfig;
import wok.model.ModelConfig;
import wok.model.NormConfig;
import wok.model.RopeConfig;
import wok.model.RopeScaling;
import wok.model.RouterConfig;

/**
 * A model's configuration as GGUF's keys ({@code gguf-py/gguf/constants.py}): what {@code GgufConfig} reads, written. A
 * configuration that GGUF has no key for is refused, since the file would be another model.
 *
 * <p>One use, one thread.
 */
final class ArchitectureEntries {
    private final Map<String, Consumer<GgufWriter>> entries = new LinkedHashMap<>();
    private final String architecture;
    private final ModelConfig config;
    private final HuggingFaceFolder folder;

    ArchitectureEntries(String architecture, ModelConfig config, HuggingFaceFolder folder) {
        this.architecture = architecture;
        this.config = config;
        this.folder = folder;
    }

    /** The attention that says what the whole model's keys are: the first layer's that sees all positions, if any does. */
    static AttentionConfig firstAttention(ModelConfig config) {
        return config.layers().stream()
                .map(LayerConfig::attention)
                .filter(attention -> attention.window() == 0)
                .findFirst()
                .orElseGet(() -> config.layers().getFirst().attention());
    }

    /** The experts of the first layer that has some. */
    static Optional<ExpertsConfig> experts(ModelConfig config) {
        return config.layers().stream()
                .map(LayerConfig::feedForward)
                .filter(ExpertsConfig.class::isInstance)
                .map(ExpertsConfig.class::cast)
                .findFirst();
    }

    Map<String, Consumer<GgufWriter>> entries() {
        number("vocab_size", config.vocabularySize());
        number("context_length", config.contextLength());
        number("embedding_length", config.hidden());
        number("block_count", config.layers().size());
        numbers("feed_forward_length", this::inner);
        numbers("attention.head_count", layer -> layer.attention().heads());
        numbers("attention.head_count_kv", layer -> layer.attention().kvHeads());
        boolean isRms = config.norm().kind() == NormConfig.Kind.RMS;
        real(
                "attention.layer_norm_" + (isRms ? "rms_" : "") + "epsilon",
                config.norm().epsilon());
        AttentionConfig attention = firstAttention(config);
        number("attention.key_length", attention.headDim());
        number("attention.value_length", attention.headDim());
        realUnless(0, "attn_logit_softcapping", attention.scores().softcap());
        realUnless(0, "final_logit_softcapping", config.scales().logitsSoftcap());
        attention.rope().ifPresent(this::addRope);
        addWindow();
        experts(config).ifPresent(this::addExperts);
        return entries;
    }

    private int inner(LayerConfig layer) {
        return switch (layer.feedForward()) {
            case DenseConfig dense -> dense.inner();
            case ExpertsConfig experts ->
                folder.config()
                        .number("intermediate_size")
                        .map(Json.Num::intValue)
                        .orElse(experts.expert().inner());
        };
    }

    private void addRope(RopeConfig rope) {
        number("rope.dimension_count", rope.dimensions());
        real("rope.freq_base", rope.base());
        switch (rope.scaling()) {
            case RopeScaling.None none -> {}
            case RopeScaling.Llama3 llama3 -> {} // a tensor says it
            case RopeScaling.Linear linear -> {
                text("rope.scaling.type", "linear");
                real("rope.scaling.factor", linear.factor());
            }
            case RopeScaling.Yarn yarn -> addYarn(yarn);
            default -> throw inexpressible("rope_scaling " + rope.scaling());
        }
    }

    /** Readers work the factor on cosine and sine out by themselves; what a model says besides is a factor on that. */
    private void addYarn(RopeScaling.Yarn yarn) {
        text("rope.scaling.type", "yarn");
        real("rope.scaling.factor", yarn.factor());
        number("rope.scaling.original_context_length", yarn.originalContext());
        realUnless(32, "rope.scaling.yarn_beta_fast", yarn.betaFast());
        realUnless(1, "rope.scaling.yarn_beta_slow", yarn.betaSlow());
        double own = yarn.factor() <= 1 ? 1 : 0.1 * StrictMath.log(yarn.factor()) + 1;
        realUnless(1, "rope.scaling.attn_factor", (float) (yarn.magnitude() / own));
    }

    private void addWindow() {
        List<Integer> windows = config.layers().stream()
                .map(layer -> layer.attention().window())
                .toList();
        int window = windows.stream().max(Integer::compare).orElse(0);
        if (window == 0) {
            return;
        }
        if (windows.stream().anyMatch(w -> w != 0 && w != window)) {
            throw inexpressible("windows of several lengths");
        }
        number("attention.sliding_window", window);
        if (windows.contains(0)) {
            addPattern(windows);
        } else if (!architecture.equals("llama")) {
            throw inexpressible("a window in every layer");
        }
        config.layers().stream()
                .map(LayerConfig::attention)
                .filter(attention -> attention.window() > 0)
                .findFirst()
                .flatMap(AttentionConfig::rope)
                .filter(local ->
                        !Optional.of(local).equals(firstAttention(config).rope()))
                .ifPresent(local -> real("rope.freq_base_swa", local.base()));
    }

    /** Every n-th layer sees everything, or a flag for each layer. */
    private void addPattern(List<Integer> windows) {
        if (!List.of("gemma3", "gpt-oss", "cohere2", "olmo2").contains(architecture)) {
            throw inexpressible("a sliding window in some layers");
        }
        OptionalInt period = IntStream.rangeClosed(2, windows.size())
                .filter(n -> IntStream.range(0, windows.size())
                        .allMatch(layer -> (windows.get(layer) == 0) == ((layer + 1) % n == 0)))
                .findFirst();
        String key = architecture + ".attention.sliding_window_pattern";
        if (period.isPresent()) {
            number("attention.sliding_window_pattern", period.getAsInt());
        } else {
            List<Boolean> flags = windows.stream().map(window -> window > 0).toList();
            entries.put(key, writer -> writer.array(key, GgufValueType.BOOL, flags));
        }
    }

    private void addExperts(ExpertsConfig experts) {
        RouterConfig router = experts.router();
        number("expert_count", experts.experts());
        number("expert_used_count", experts.used());
        number("expert_feed_forward_length", experts.expert().inner());
        if (architecture.equals("qwen3moe") || architecture.equals("llama")) {
            if (!router.normalised() || router.scoring() != RouterConfig.Scoring.SOFTMAX || router.scale() != 1) {
                throw inexpressible("a router other than softmax with normalised weights (norm_topk_prob)");
            }
            return;
        }
        experts.shared().ifPresent(shared -> {
            number(
                    "expert_shared_count",
                    Math.max(1, shared.inner() / experts.expert().inner()));
            number("expert_shared_feed_forward_length", shared.inner());
        });
        int dense = 0;
        while (config.layers().get(dense).feedForward() instanceof DenseConfig) {
            dense++;
        }
        number("leading_dense_block_count", dense);
        number("expert_group_count", router.groups());
        number("expert_group_used_count", router.groupsUsed());
        real("expert_weights_scale", router.scale());
        String key = architecture + ".expert_weights_norm";
        entries.put(key, writer -> writer.bool(key, router.normalised()));
        number(
                "expert_gating_func",
                switch (router.scoring()) {
                    case SOFTMAX -> 1;
                    case SIGMOID -> 2;
                    case SOFTMAX_OF_CHOSEN -> 3;
                    default -> throw inexpressible("a router by " + router.scoring());
                });
    }

    private ConvertException inexpressible(String what) {
        return new ConvertException(folder.path() + ": " + what + " (expected: what GGUF has a key for in architecture "
                + architecture + ")");
    }

    private void number(String name, long value) {
        String key = architecture + "." + name;
        entries.put(key, writer -> writer.u32(key, value));
    }

    /** One number if all layers have the same, or one for each. */
    private void numbers(String name, ToIntFunction<LayerConfig> value) {
        List<Integer> values =
                config.layers().stream().map(layer -> value.applyAsInt(layer)).toList();
        if (values.stream().distinct().count() == 1) {
            number(name, values.getFirst());
        } else {
            String key = architecture + "." + name;
            entries.put(key, writer -> writer.array(key, GgufValueType.I32, values));
        }
    }

    private void real(String name, double value) {
        String key = architecture + "." + name;
        entries.put(key, writer -> writer.f32(key, (float) value));
    }

    private void realUnless(double absent, String name, double value) {
        if (value != absent) {
            real(name, value);
        }
    }

    private void text(String name, String value) {
        String key = architecture + "." + name;
        entries.put(key, writer -> writer.text(key, value));
    }
}
