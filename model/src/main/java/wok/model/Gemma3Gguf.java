package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the metadata of Gemma 3. */
record Gemma3Gguf(GgufFields gguf) {
    /** The 27B model, the one of Gemma 3's sizes whose queries are not scaled by the head's own size. */
    private static final int LAYERS_OF_27B = 62;

    ModelConfig read() {
        List<Integer> heads = gguf.perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = gguf.perLayer("attention.head_count_kv", Optional.of(heads));
        List<Integer> inner = gguf.perLayer("feed_forward_length", Optional.empty());
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < gguf.layers(); layer++) {
            list.add(new LayerConfig(
                    attention(layer, heads.get(layer), kvHeads.get(layer)),
                    new DenseConfig(inner.get(layer), GatedActivation.GELU_TANH, gguf.has(layer, "ffn_gate.bias")),
                    NormPlacement.BEFORE_AND_AFTER));
        }
        return gguf.model(
                list,
                gguf.rmsNorm(),
                Scales.of(Math.sqrt(gguf.hidden()), gguf.fields().real(gguf.key("final_logit_softcapping"), 0)));
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = gguf.headDim(heads);
        int window = gguf.isWindowed(layer, 6) ? gguf.fields().count(gguf.key("attention.sliding_window"), 0) : 0;
        double divisor = gguf.layers() == LAYERS_OF_27B ? (double) gguf.hidden() / heads : headDim;
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        ScoreConfig.of(1 / Math.sqrt(divisor))
                                .withSoftcap(gguf.fields().real(gguf.key("attn_logit_softcapping"), 0)),
                        Optional.of(rope(headDim, window > 0)),
                        ProjectionConfig.of(
                                gguf.has(layer, "attn_q.bias"), gguf.has(layer, "attn_output.bias"), QueryNorms.HEADS))
                .withWindow(window);
    }

    private RopeConfig rope(int headDim, boolean local) {
        if (!local) {
            return gguf.rope(RopePairing.HALVES, headDim, 1_000_000);
        }
        int dimensions = gguf.fields().size(gguf.key("rope.dimension_count"), headDim);
        double base = gguf.fields().real(gguf.key("rope.freq_base_swa"), 10_000);
        return new RopeConfig(RopePairing.HALVES, dimensions, base, new RopeScaling.None());
    }
}
