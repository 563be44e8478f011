package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/**
 * Reads the metadata of dense families that have Llama's order of blocks and one thing or two of their own: Phi 3,
 * SmolLM3, Granite, GLM-4 and Ministral 3.
 */
record DenseGguf(GgufFields gguf) {
    /** SmolLM3's layers without rotary embedding: llama.cpp knows no key for them. */
    private static final int STILL_LAYERS_OF_SMOLLM3 = 4;

    ModelConfig read() {
        int experts = gguf.fields().count(gguf.key("expert_count"), 0);
        if (experts != 0) {
            throw gguf.fields()
                    .wrong(
                            gguf.key("expert_count"),
                            experts,
                            "none in " + gguf.family().label());
        }
        List<Integer> heads = gguf.perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = gguf.perLayer("attention.head_count_kv", Optional.of(heads));
        List<Integer> inner = gguf.perLayer("feed_forward_length", Optional.empty());
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < gguf.layers(); layer++) {
            list.add(new LayerConfig(
                    attention(layer, heads.get(layer), kvHeads.get(layer)),
                    new DenseConfig(inner.get(layer), GatedActivation.SILU, gguf.has(layer, "ffn_gate.bias")),
                    gguf.family() == Family.GLM4 ? NormPlacement.BEFORE_AND_AFTER : NormPlacement.BEFORE));
        }
        return gguf.model(list, gguf.rmsNorm(), scales());
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = gguf.headDim(heads);
        boolean still = gguf.family() == Family.SMOLLM3 && (layer + 1) % STILL_LAYERS_OF_SMOLLM3 == 0;
        boolean joined = gguf.has(layer, "attn_qkv.weight");
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        ScoreConfig.of(scale(headDim)).withQueryScale(queryScale()),
                        still ? Optional.empty() : Optional.of(rope(headDim)),
                        ProjectionConfig.of(
                                gguf.has(layer, joined ? "attn_qkv.bias" : "attn_q.bias"),
                                gguf.has(layer, "attn_output.bias"),
                                QueryNorms.NONE))
                .withWindow(window());
    }

    private double scale(int headDim) {
        double own = 1 / Math.sqrt(headDim);
        return gguf.family() == Family.GRANITE ? gguf.fields().real(gguf.key("attention.scale"), own) : own;
    }

    /** Phi 3 alone: llama.cpp leaves its window out, transformers does not. */
    private int window() {
        return gguf.family() == Family.PHI3 ? gguf.fields().count(gguf.key("attention.sliding_window"), 0) : 0;
    }

    /** Granite's logits are divided by their factor. */
    private Scales scales() {
        if (gguf.family() != Family.GRANITE) {
            return Scales.none();
        }
        ConfigFields fields = gguf.fields();
        return new Scales(
                (float) fields.real(gguf.key("embedding_scale"), 1),
                (float) fields.real(gguf.key("residual_scale"), 1),
                (float) (1 / fields.real(gguf.key("logit_scale"), 1)),
                0);
    }

    /** Converters permute the rows of all but Phi's queries and keys, or find them so (GLM-4). */
    private RopeConfig rope(int headDim) {
        RopePairing pairing = gguf.family() == Family.PHI3 ? RopePairing.HALVES : RopePairing.NEIGHBOURS;
        RopeConfig rope = gguf.rope(pairing, headDim, 10_000);
        double weight = gguf.fields().real(gguf.key("rope.scaling.yarn_log_multiplier"), 0);
        if (gguf.family() == Family.MINISTRAL3 && rope.scaling() instanceof RopeScaling.Yarn yarn && weight > 0) {
            return rope.withScaling(
                    yarn.withMagnitude(yarn.magnitude() / RopeScaling.Yarn.magnitude(yarn.factor(), weight)));
        }
        return rope;
    }

    private Optional<QueryScale> queryScale() {
        ConfigFields fields = gguf.fields();
        double beta = fields.real(gguf.key("attention.temperature_scale"), 0);
        if (gguf.family() != Family.MINISTRAL3 || beta == 0) {
            return Optional.empty();
        }
        int context = fields.size(gguf.key("context_length"));
        return Optional.of(
                new QueryScale(beta, fields.size(gguf.key("rope.scaling.original_context_length"), context), 0));
    }
}
