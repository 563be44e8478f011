package wok.model;

import java.util.List;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;

/**
 * A model's mathematics as numbers.
 *
 * <p>A family is not a class here. Llama, Mistral, Qwen and Gemma differ in whether there is a bias, a norm per head, a
 * window, another base for the angles, a factor on the embeddings: each of these is a field, and a layer is a record of
 * such fields. Hence every layer has its own {@link LayerConfig}, though in most families they are all equal: Gemma's
 * local and global layers, Qwen's window that begins at some layer, and the per-layer head counts of pruned Llamas then
 * need no rule of their own in the forward pass. The price is a list of 30 to 100 equal references.
 *
 * <p>Two readers make this record from the two ways in which models are published: {@code FolderConfig} from
 * config.json, as transformers 4 wrote it and as transformers 5 does, {@code GgufConfig} from GGUF metadata. The same
 * model gives equal records from both files of a folder, and records that differ only in the pairing of rotary
 * dimensions from a folder and the GGUF converted from it, because converters permute the rows of Llama's queries and
 * keys. Defaults are those that the formats' first programs have, and only there where published files do leave a key
 * out; anything else that is missing is refused by its key.
 *
 * <p>Numbers in files may be hostile. Every record checks its own fields as it is made; sizes have greatest values far
 * above any published model's, so that products of two of them fit into a long and a row of three into an int where one
 * is needed. That tensors really have these sizes is checked when they are read.
 *
 * @param vocabularySize rows of the embedding and of the logits
 * @param contextLength greatest number of positions of a sequence
 * @param hidden length of a row of the residual stream
 * @param norm of the residual stream
 * @param tiedEmbeddings whether the embedding matrix is also the output projection
 */
public record ModelConfig(
        Family family,
        int vocabularySize,
        int contextLength,
        int hidden,
        List<LayerConfig> layers,
        NormConfig norm,
        Scales scales,
        boolean tiedEmbeddings) {
    static final int VOCABULARY_MAX = 1 << 23;
    static final int CONTEXT_MAX = 1 << 24;
    static final int HIDDEN_MAX = 1 << 17;
    static final int LAYERS_MAX = 1 << 10;

    public ModelConfig {
        layers = List.copyOf(layers);
        ConfigRule.positive("vocabularySize (vocab_size)", vocabularySize, VOCABULARY_MAX);
        ConfigRule.positive("contextLength (max_position_embeddings, context_length)", contextLength, CONTEXT_MAX);
        ConfigRule.positive("hidden (hidden_size, embedding_length)", hidden, HIDDEN_MAX);
        ConfigRule.positive("layers (num_hidden_layers, block_count)", layers.size(), LAYERS_MAX);
    }

    /**
     * Reads the configuration of an opened model; no weights are touched.
     *
     * @throws ModelException if the family is not supported, or a field is missing, of the wrong kind or out of range
     */
    public static ModelConfig of(ModelSource source) {
        return switch (source) {
            case HuggingFaceFolder folder -> FolderConfig.read(folder);
            case GgufModel gguf -> GgufConfig.read(gguf);
        };
    }

    /**
     * The same model with a shorter context; its own when that is shorter still.
     *
     * @param positions Integer.MAX_VALUE if none was asked for: then a model with {@link RopeScaling.LongRope} has its
     *     original context, where the short factors hold
     */
    ModelConfig withContextAtMost(int positions) {
        int asked = positions;
        if (positions == Integer.MAX_VALUE) {
            asked = layers.stream().mapToInt(ModelConfig::contextUnasked).min().orElse(positions);
        }
        return new ModelConfig(
                family, vocabularySize, Math.min(contextLength, asked), hidden, layers, norm, scales, tiedEmbeddings);
    }

    private static int contextUnasked(LayerConfig layer) {
        return layer.mixer() instanceof AttentionConfig a
                ? a.rope().flatMap(RopeConfig::contextOfShortFactors).orElse(Integer.MAX_VALUE)
                : Integer.MAX_VALUE;
    }
}
