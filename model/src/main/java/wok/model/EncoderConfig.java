package wok.model;

import java.util.List;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.Activation;

/**
 * What an encoder computes: every token of a text sees all the others, and there is one vector per token. A value.
 *
 * @param hidden width of the residual stream
 * @param inner width between the feed-forward projections
 * @param contextLength tokens that a text may have, those that the tokenizer adds included
 * @param positionOffset the row of the first position in the table of learned positions; -1 if positions are rotary
 * @param tokenTypes rows of the table of token types; 0 for none
 * @param gated whether the feed-forward block multiplies {@code act(gate)} by {@code up}
 * @param normsFirst whether norms stand before the blocks (and one behind the last), and not after each
 */
public record EncoderConfig(
        EncoderFamily family,
        int vocabularySize,
        int hidden,
        int heads,
        int inner,
        int contextLength,
        int positionOffset,
        int tokenTypes,
        Activation activation,
        boolean gated,
        boolean normsFirst,
        float normEpsilon,
        Biases biases,
        List<EncoderLayerConfig> layers) {
    static final int WIDTH_MAX = 1 << 16;
    static final int CONTEXT_MAX = 1 << 20;
    static final int LAYERS_MAX = 1024;

    /** Which projections and norms have one. */
    public record Biases(boolean attention, boolean feedForward, boolean norms) {}

    public EncoderConfig {
        layers = List.copyOf(layers);
        ConfigRule.positive("vocabulary (vocab_size)", vocabularySize, 1 << 24);
        ConfigRule.positive("hidden (hidden_size, embedding_length)", hidden, WIDTH_MAX);
        ConfigRule.positive("inner (intermediate_size, feed_forward_length)", inner, WIDTH_MAX * 4L);
        ConfigRule.positive("heads (num_attention_heads, attention.head_count)", heads, hidden);
        ConfigRule.require(
                hidden % heads == 0,
                "heads (num_attention_heads, attention.head_count)",
                heads,
                "a divisor of hidden, " + hidden);
        ConfigRule.positive("context (max_position_embeddings, context_length)", contextLength, CONTEXT_MAX);
        ConfigRule.positive("layers (num_hidden_layers, block_count)", layers.size(), LAYERS_MAX);
        ConfigRule.positive("epsilon (layer_norm_eps)", normEpsilon);
        ConfigRule.require(
                tokenTypes >= 0 && tokenTypes <= 1 << 16, "token types (type_vocab_size)", tokenTypes, "0 to 65536");
    }

    public int headDim() {
        return hidden / heads;
    }

    /** Whether positions are looked up in a table. */
    boolean learnsPositions() {
        return positionOffset >= 0;
    }

    /** Whether the source says that it is an encoder; whether it is one that Wok runs, {@link #of} says. */
    public static boolean isEncoder(ModelSource source) {
        return switch (source) {
            case GgufModel gguf ->
                gguf.metadata()
                        .text("general.architecture")
                        .filter(name -> EncoderFamily.ofGgufArchitecture(name).isPresent())
                        .isPresent();
            case HuggingFaceFolder folder ->
                folder.json("config.json")
                        .or(() -> derived(folder))
                        .flatMap(config -> config.text("model_type"))
                        .filter(name -> EncoderFamily.ofModelType(name).isPresent())
                        .isPresent();
        };
    }

    private static java.util.Optional<Json.Obj> derived(HuggingFaceFolder folder) {
        return folder.tensors().isEmpty() ? java.util.Optional.empty() : java.util.Optional.of(folder.config());
    }

    /**
     * Reads the configuration.
     *
     * @throws ModelException if the family is no encoder that is supported, or a field is missing or not as it must be
     */
    public static EncoderConfig of(ModelSource source) {
        String where = source.path().toString();
        try {
            return switch (source) {
                case GgufModel gguf -> new EncoderGgufConfig(where, gguf).read();
                case HuggingFaceFolder folder -> new EncoderFolderConfig(where, folder.config()).read();
            };
        } catch (ModelException e) {
            throw e.in(where);
        }
    }
}
