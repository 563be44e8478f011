package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the metadata of Cohere 2. */
record CohereGguf(GgufFields gguf) {
    private static final int GLOBAL_LAYER_INTERVAL = 4;

    ModelConfig read() {
        List<Integer> heads = gguf.perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = gguf.perLayer("attention.head_count_kv", Optional.of(heads));
        List<Integer> inner = gguf.perLayer("feed_forward_length", Optional.empty());
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < gguf.layers(); layer++) {
            list.add(new LayerConfig(
                    attention(layer, heads.get(layer), kvHeads.get(layer)),
                    new DenseConfig(inner.get(layer), GatedActivation.SILU, gguf.has(layer, "ffn_gate.bias")),
                    NormPlacement.PARALLEL));
        }
        double epsilon = gguf.fields().real(gguf.key("attention.layer_norm_epsilon"));
        return gguf.model(
                list,
                new NormConfig(NormConfig.Kind.LAYER, (float) epsilon),
                new Scales(1, 1, (float) gguf.fields().real(gguf.key("logit_scale"), 1), 0));
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = gguf.headDim(heads);
        boolean sliding = gguf.isWindowed(layer, GLOBAL_LAYER_INTERVAL);
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        ScoreConfig.of(1 / Math.sqrt(headDim)),
                        sliding ? Optional.of(gguf.rope(RopePairing.NEIGHBOURS, headDim, 10_000)) : Optional.empty(),
                        ProjectionConfig.of(
                                gguf.has(layer, "attn_q.bias"), gguf.has(layer, "attn_output.bias"), QueryNorms.NONE))
                .withWindow(sliding ? gguf.fields().count(gguf.key("attention.sliding_window"), 0) : 0);
    }
}
