package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;
import wok.model.RouterConfig.Scoring;

/** Reads the metadata of gpt-oss. */
record GptOssGguf(GgufFields gguf) {

    ModelConfig read() {
        List<Integer> heads = gguf.perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = gguf.perLayer("attention.head_count_kv", Optional.of(heads));
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < gguf.layers(); layer++) {
            list.add(new LayerConfig(
                    attention(layer, heads.get(layer), kvHeads.get(layer)), experts(layer), NormPlacement.BEFORE));
        }
        return gguf.model(list, gguf.rmsNorm(), Scales.none());
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = gguf.headDim(heads);
        int window = gguf.fields().size(gguf.key("attention.sliding_window"), 128);
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        ScoreConfig.of(1 / Math.sqrt(headDim)).withSinks(),
                        Optional.of(rope(headDim)),
                        ProjectionConfig.of(
                                gguf.has(layer, "attn_q.bias") || gguf.has(layer, "attn_qkv.bias"),
                                gguf.has(layer, "attn_output.bias"),
                                QueryNorms.NONE))
                .withWindow(gguf.isWindowed(layer, 2) ? window : 0);
    }

    /**
     * The format has no key for whether the ends of YaRN's ramp are rounded; gpt-oss is the family where they are not.
     * llama.cpp rounds them nevertheless, which moves a tiny model's logits by some tenths.
     */
    private RopeConfig rope(int headDim) {
        RopeConfig rope = gguf.rope(RopePairing.HALVES, headDim, 150_000);
        return rope.scaling() instanceof RopeScaling.Yarn yarn
                ? new RopeConfig(rope.pairing(), rope.dimensions(), rope.base(), yarn.withoutRounding())
                : rope;
    }

    private ExpertsConfig experts(int layer) {
        ConfigFields fields = gguf.fields();
        DenseConfig expert = new DenseConfig(
                fields.size(gguf.key("expert_feed_forward_length")),
                GatedActivation.SWISH_ONE_MORE,
                gguf.has(layer, "ffn_down_exps.bias"),
                GptOssFolder.LIMIT);
        RouterConfig router = RouterConfig.of(Scoring.SOFTMAX_OF_CHOSEN, false);
        return new ExpertsConfig(
                fields.size(gguf.key("expert_count")),
                fields.size(gguf.key("expert_used_count")),
                expert,
                gguf.has(layer, "ffn_gate_inp.bias") ? router.withBias() : router,
                Optional.empty(),
                false);
    }
}
