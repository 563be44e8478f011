package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the metadata of Gemma 2. */
record Gemma2Gguf(GgufFields gguf) {
    /** The 27B model, the one of Gemma 2's sizes whose queries are not scaled by the head's own size. */
    private static final int LAYERS_OF_27B = 46;

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
        double cap = gguf.fields().real(gguf.key("final_logit_softcapping"), 0);
        return gguf.model(list, gguf.rmsNorm(), Scales.of(Math.sqrt(gguf.hidden()), cap));
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        ConfigFields fields = gguf.fields();
        int headDim = gguf.headDim(heads);
        double divisor = gguf.layers() == LAYERS_OF_27B ? (double) gguf.hidden() / heads : headDim;
        int window = fields.count(gguf.key("attention.sliding_window"), 4096);
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        ScoreConfig.of(1 / Math.sqrt(divisor))
                                .withSoftcap(fields.real(gguf.key("attn_logit_softcapping"), 0)),
                        Optional.of(gguf.rope(RopePairing.HALVES, headDim, 10_000)),
                        ProjectionConfig.of(
                                gguf.has(layer, "attn_q.bias"), gguf.has(layer, "attn_output.bias"), QueryNorms.NONE))
                .withWindow(gguf.isWindowed(layer, 2) ? window : 0);
    }
}
