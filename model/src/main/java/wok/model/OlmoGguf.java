package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the metadata of OLMo 2, and of OLMo 3, which is the same with windows. */
record OlmoGguf(GgufFields gguf) {
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
                    NormPlacement.AFTER));
        }
        return gguf.model(list, gguf.rmsNorm(), Scales.none());
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = gguf.headDim(heads);
        int window = gguf.fields().count(gguf.key("attention.sliding_window"), 0);
        boolean sliding = window > 0 && gguf.isWindowed(layer, GLOBAL_LAYER_INTERVAL);
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        ScoreConfig.of(1 / Math.sqrt(headDim)),
                        Optional.of(rope(headDim, sliding)),
                        ProjectionConfig.of(
                                gguf.has(layer, "attn_q.bias"),
                                gguf.has(layer, "attn_output.bias"),
                                QueryNorms.PROJECTIONS))
                .withWindow(sliding ? window : 0);
    }

    /** Sliding layers are not scaled. */
    private RopeConfig rope(int headDim, boolean sliding) {
        RopeConfig rope = gguf.rope(RopePairing.HALVES, headDim, 10_000);
        double base = gguf.fields().real(gguf.key("rope.freq_base_swa"), rope.base());
        return sliding ? new RopeConfig(rope.pairing(), rope.dimensions(), base, new RopeScaling.None()) : rope;
    }
}
