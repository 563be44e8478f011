package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the config.json of Llama and of the families that differ from it by a flag: Mistral, Qwen 2, Qwen 3. */
record LlamaFolder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size");
        int context = fields.size("max_position_embeddings", contextWhenAbsent());
        int layers = folder.layers();
        AttentionConfig attention = attention(hidden, context);
        List<Integer> windows = windows(layers);
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            list.add(new LayerConfig(attention.withWindow(windows.get(layer)), dense(), NormPlacement.BEFORE));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size"),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-6),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig attention(int hidden, int context) {
        ConfigFields fields = folder.fields();
        Family family = folder.family();
        int heads = fields.size("num_attention_heads");
        boolean headNorms = family == Family.QWEN3;
        int headDim = family == Family.QWEN3 ? fields.size("head_dim", 128) : folder.headDim(hidden, heads);
        boolean bias = (family == Family.LLAMA || headNorms) && fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", kvHeadsWhenAbsent(heads)), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                Optional.of(folder.ropes().read(folder.ropes().flat(), headDim, context)),
                ProjectionConfig.of(
                        bias || family == Family.QWEN2, bias, headNorms ? QueryNorms.HEADS : QueryNorms.NONE));
    }

    private DenseConfig dense() {
        return new DenseConfig(
                folder.fields().size("intermediate_size"),
                folder.activation("hidden_act", "silu"),
                folder.family() == Family.LLAMA && folder.fields().flag("mlp_bias", false));
    }

    private int contextWhenAbsent() {
        return switch (folder.family()) {
            case LLAMA -> 2048;
            case MISTRAL -> 131_072;
            default -> 32_768;
        };
    }

    private int kvHeadsWhenAbsent(int heads) {
        return switch (folder.family()) {
            case LLAMA -> heads;
            case MISTRAL -> 8;
            default -> 32;
        };
    }

    /** The window of every layer; 0 for a layer that sees everything before it. */
    private List<Integer> windows(int layers) {
        int window = window();
        boolean typed = folder.family() != Family.LLAMA && folder.family() != Family.MISTRAL;
        Optional<List<Integer>> ofTypes = typed ? folder.windowsOfTypes(layers, window) : Optional.empty();
        if (ofTypes.isPresent()) {
            return ofTypes.get();
        }
        int firstWindowed = typed ? folder.fields().count("max_window_layers", 28) : 0;
        List<Integer> windows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            windows.add(layer >= firstWindowed ? window : 0);
        }
        return windows;
    }

    /** What {@code sliding_window} says for the layers that have one; absent and null differ. */
    private int window() {
        ConfigFields fields = folder.fields();
        boolean isNull = folder.config().has("sliding_window") && !fields.has("sliding_window");
        return switch (folder.family()) {
            case LLAMA -> 0;
            case MISTRAL -> isNull ? 0 : fields.size("sliding_window", 4096);
            default -> fields.flag("use_sliding_window", false) && !isNull ? fields.size("sliding_window", 4096) : 0;
        };
    }
}
