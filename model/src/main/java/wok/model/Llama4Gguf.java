package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;
import wok.model.RouterConfig.Scoring;

/**
 * Reads the metadata of Llama 4. The format has few keys for it: that chunks have 8 192 positions, which layers turn and
 * how queries grow is written in llama.cpp. Where a file does say such a thing, it is taken at its word.
 */
record Llama4Gguf(GgufFields gguf) {
    private static final int CHUNK = 8192;
    private static final String WINDOW = "attention.sliding_window";
    /** Every so manieth layer has no rotary embedding and sees everything. */
    private static final int PERIOD = 4;
    /** Maverick, the one whose queries and keys have no norm. */
    private static final int EXPERTS_OF_MAVERICK = 128;

    ModelConfig read() {
        List<Integer> heads = gguf.perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = gguf.perLayer("attention.head_count_kv", Optional.of(heads));
        List<Integer> inner = gguf.perLayer("feed_forward_length", Optional.empty());
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < gguf.layers(); layer++) {
            list.add(new LayerConfig(
                    attention(layer, heads.get(layer), kvHeads.get(layer)),
                    gguf.has(layer, "ffn_gate_inp.weight") ? experts() : dense(inner.get(layer)),
                    NormPlacement.BEFORE));
        }
        return gguf.model(list, gguf.rmsNorm(), Scales.none());
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = gguf.headDim(heads);
        int chunk = gguf.fields().count(gguf.key(WINDOW), CHUNK);
        boolean turns = chunk == 0 || gguf.isWindowed(layer, PERIOD);
        boolean normed = turns && gguf.fields().count(gguf.key("expert_count"), 0) != EXPERTS_OF_MAVERICK;
        ScoreConfig scores = ScoreConfig.of(1 / Math.sqrt(headDim));
        return new AttentionConfig(
                        new HeadShape(heads, kvHeads, headDim),
                        turns ? scores : scores.withQueryScale(Optional.of(queryScale())),
                        turns ? Optional.of(gguf.rope(RopePairing.NEIGHBOURS, headDim, 500_000)) : Optional.empty(),
                        ProjectionConfig.of(
                                gguf.has(layer, "attn_q.bias"),
                                gguf.has(layer, "attn_output.bias"),
                                normed ? QueryNorms.HEADS_AFTER_TURNING : QueryNorms.NONE))
                .withSpan(turns && chunk > 0 ? new AttentionSpan.Chunk(chunk) : new AttentionSpan.Full());
    }

    private QueryScale queryScale() {
        ConfigFields fields = gguf.fields();
        return new QueryScale(
                fields.real(gguf.key("attention.temperature_scale"), 0.1),
                fields.real(gguf.key("attention.temperature_length"), 8192),
                1);
    }

    private ExpertsConfig experts() {
        ConfigFields fields = gguf.fields();
        DenseConfig expert = dense(fields.size(gguf.key("expert_feed_forward_length")));
        return new ExpertsConfig(
                fields.size(gguf.key("expert_count")),
                fields.size(gguf.key("expert_used_count"), 1),
                expert,
                RouterConfig.of(Scoring.SIGMOID_OF_CHOSEN, false).withScaledInput(),
                Optional.of(expert),
                false);
    }

    private static DenseConfig dense(int inner) {
        return new DenseConfig(inner, GatedActivation.SILU, false);
    }
}
