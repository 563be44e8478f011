package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the metadata of Llama and of the families that differ from it by a flag: Mistral, Qwen 2, Qwen 3. */
record LlamaGguf(GgufFields gguf) {

    ModelConfig read() {
        int experts = expertCount();
        List<Integer> heads = gguf.perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = gguf.perLayer("attention.head_count_kv", Optional.of(heads));
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < gguf.layers(); layer++) {
            list.add(new LayerConfig(
                    attention(layer, heads.get(layer), kvHeads.get(layer)),
                    experts > 0 ? experts(experts, layer) : dense(layer),
                    NormPlacement.BEFORE));
        }
        return gguf.model(
                list, gguf.rmsNorm(), Scales.of(1, gguf.fields().real(gguf.key("final_logit_softcapping"), 0)));
    }

    /** Files of Mixtral call themselves llama, with experts. */
    private int expertCount() {
        int experts = gguf.fields().count(gguf.key("expert_count"), 0);
        if (experts != 0 && gguf.family() != Family.LLAMA) {
            throw gguf.fields()
                    .wrong(
                            gguf.key("expert_count"),
                            experts,
                            "none in " + gguf.family().label());
        }
        return experts;
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        Family family = gguf.family();
        int headDim = gguf.headDim(heads);
        boolean headNorms = family == Family.QWEN3;
        RopePairing pairing = family == Family.LLAMA ? RopePairing.NEIGHBOURS : RopePairing.HALVES;
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        ScoreConfig.of(1 / Math.sqrt(headDim))
                                .withSoftcap(gguf.fields().real(gguf.key("attn_logit_softcapping"), 0)),
                        Optional.of(gguf.rope(pairing, headDim, 10_000)),
                        ProjectionConfig.of(
                                family == Family.QWEN2 || gguf.has(layer, "attn_q.bias"),
                                gguf.has(layer, "attn_output.bias"),
                                headNorms ? QueryNorms.HEADS : QueryNorms.NONE))
                .withWindow(window());
    }

    private DenseConfig dense(int layer) {
        return new DenseConfig(inner(layer), GatedActivation.SILU, gguf.has(layer, "ffn_gate.bias"));
    }

    private int inner(int layer) {
        return gguf.perLayer("feed_forward_length", Optional.empty()).get(layer);
    }

    private ExpertsConfig experts(int experts, int layer) {
        ConfigFields fields = gguf.fields();
        int inner = fields.maybeSize(gguf.key("expert_feed_forward_length")).orElseGet(() -> inner(layer));
        return new ExpertsConfig(
                experts,
                fields.size(gguf.key("expert_used_count")),
                new DenseConfig(inner, GatedActivation.SILU, false),
                RouterConfig.of(RouterConfig.Scoring.SOFTMAX, true),
                Optional.empty(),
                false);
    }

    /** Qwen's converters write no window; where a file has one nevertheless, llama.cpp doesn't read it. */
    private int window() {
        boolean isLlama = gguf.family() == Family.LLAMA || gguf.family() == Family.MISTRAL;
        return isLlama ? gguf.fields().count(gguf.key("attention.sliding_window"), 0) : 0;
    }
}
