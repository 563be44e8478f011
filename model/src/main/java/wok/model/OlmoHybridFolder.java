package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.model.ProjectionConfig.QueryNorms;

/**
 * Reads the config.json of OLMo hybrid: delta nets with norms before their blocks, and attention as in OLMo 2, with
 * norms behind them.
 */
record OlmoHybridFolder(FolderFields folder) {
    /** Of the norm of a delta net's answers, whatever rms_norm_eps says. */
    private static final double ANSWER_EPSILON = 1e-5;

    private static final int INTERVAL = 4;

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 3840);
        int context = fields.size("max_position_embeddings", 65_536);
        int layers = folder.layers(32);
        int heads = fields.size("num_attention_heads", 30);
        AttentionConfig attention = attention(hidden, heads, context);
        DeltaRuleConfig delta = delta(hidden, heads);
        DenseConfig dense = new DenseConfig(
                fields.size("intermediate_size", 11_008), folder.activation("hidden_act", "silu"), false);
        List<LayerConfig> list = new ArrayList<>();
        for (boolean linear : linearLayers(layers)) {
            list.add(
                    linear
                            ? new LayerConfig(delta, dense, NormPlacement.BEFORE)
                            : new LayerConfig(attention, dense, NormPlacement.AFTER));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 100_352),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-6),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    /** Without a list every fourth layer has attention, and the last one if there are fewer than four. */
    private List<Boolean> linearLayers(int layers) {
        List<Boolean> linear = new ArrayList<>(folder.linearLayers(layers, INTERVAL));
        if (!linear.contains(false) && folder.layerTypes(layers).isEmpty()) {
            linear.set(layers - 1, false);
        }
        return linear;
    }

    private AttentionConfig attention(int hidden, int heads, int context) {
        ConfigFields fields = folder.fields();
        int headDim = folder.headDim(hidden, heads);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", heads), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                turns() ? Optional.of(folder.ropes().read(folder.ropes().flat(), headDim, context)) : Optional.empty(),
                ProjectionConfig.of(bias, bias, QueryNorms.PROJECTIONS));
    }

    /** Files for long contexts have no base, and then no rotary embedding. */
    private boolean turns() {
        return folder.config()
                .object("rope_parameters")
                .map(parameters -> ConfigFields.of("rope_parameters", parameters))
                .orElse(folder.fields())
                .has("rope_theta");
    }

    private DeltaRuleConfig delta(int hidden, int attentionHeads) {
        ConfigFields fields = folder.fields();
        int keyHeads = fields.size("linear_num_key_heads", attentionHeads);
        int keyDim = fields.size("linear_key_head_dim", Math.max(1, (int) (0.75 * hidden / keyHeads)));
        ConfigRule.positive("linear_key_head_dim", keyDim, HeadShape.HEAD_DIM_MAX);
        return new DeltaRuleConfig(
                fields.size("linear_num_value_heads", attentionHeads),
                keyHeads,
                keyDim,
                fields.size("linear_value_head_dim", 2 * keyDim),
                fields.size("linear_conv_kernel_dim", 4),
                DeltaRuleConfig.Decay.HEADS,
                DeltaRuleConfig.Gate.SILU,
                fields.flag("linear_allow_neg_eigval", true) ? 2 : 1,
                ANSWER_EPSILON,
                false);
    }
}
