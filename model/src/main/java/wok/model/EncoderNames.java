package wok.model;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;

/**
 * How files name an encoder's weights, without {@code .weight} and {@code .bias}. Immutable.
 *
 * @param prefix before all names but the head's
 * @param stems by role; a layer's with {@code #} for its number
 */
record EncoderNames(String prefix, Map<EncoderRole, String> stems) {
    private static final List<String> PREFIXES =
            List.of("", "bert.", "roberta.", "model.", "nomic_bert.", "0.auto_model.");

    /** As transformers has them for BERT and RoBERTa. */
    private static final Map<EncoderRole, String> BERT = Map.ofEntries(
            entry(EncoderRole.TOKENS, "embeddings.word_embeddings"),
            entry(EncoderRole.POSITIONS, "embeddings.position_embeddings"),
            entry(EncoderRole.TYPES, "embeddings.token_type_embeddings"),
            entry(EncoderRole.EMBEDDING_NORM, "embeddings.LayerNorm"),
            entry(EncoderRole.QUERY, "encoder.layer.#.attention.self.query"),
            entry(EncoderRole.KEY, "encoder.layer.#.attention.self.key"),
            entry(EncoderRole.VALUE, "encoder.layer.#.attention.self.value"),
            entry(EncoderRole.ATTENTION_OUTPUT, "encoder.layer.#.attention.output.dense"),
            entry(EncoderRole.ATTENTION_NORM, "encoder.layer.#.attention.output.LayerNorm"),
            entry(EncoderRole.UP, "encoder.layer.#.intermediate.dense"),
            entry(EncoderRole.DOWN, "encoder.layer.#.output.dense"),
            entry(EncoderRole.FEED_FORWARD_NORM, "encoder.layer.#.output.LayerNorm"),
            entry(EncoderRole.POOLER, "pooler.dense"));

    /** As Nomic's own code has them, and the hub's files. */
    private static final Map<EncoderRole, String> NOMIC = Map.ofEntries(
            entry(EncoderRole.TOKENS, "embeddings.word_embeddings"),
            entry(EncoderRole.TYPES, "embeddings.token_type_embeddings"),
            entry(EncoderRole.EMBEDDING_NORM, "emb_ln"),
            entry(EncoderRole.QUERY_KEY_VALUE, "encoder.layers.#.attn.Wqkv"),
            entry(EncoderRole.ATTENTION_OUTPUT, "encoder.layers.#.attn.out_proj"),
            entry(EncoderRole.ATTENTION_NORM, "encoder.layers.#.norm1"),
            entry(EncoderRole.UP, "encoder.layers.#.mlp.fc11"),
            entry(EncoderRole.GATE, "encoder.layers.#.mlp.fc12"),
            entry(EncoderRole.DOWN, "encoder.layers.#.mlp.fc2"),
            entry(EncoderRole.FEED_FORWARD_NORM, "encoder.layers.#.norm2"));

    private static final Map<EncoderRole, String> MODERN = Map.ofEntries(
            entry(EncoderRole.TOKENS, "embeddings.tok_embeddings"),
            entry(EncoderRole.EMBEDDING_NORM, "embeddings.norm"),
            entry(EncoderRole.FINAL_NORM, "final_norm"),
            entry(EncoderRole.QUERY_KEY_VALUE, "layers.#.attn.Wqkv"),
            entry(EncoderRole.ATTENTION_OUTPUT, "layers.#.attn.Wo"),
            entry(EncoderRole.ATTENTION_NORM, "layers.#.attn_norm"),
            entry(EncoderRole.GATE_UP, "layers.#.mlp.Wi"),
            entry(EncoderRole.DOWN, "layers.#.mlp.Wo"),
            entry(EncoderRole.FEED_FORWARD_NORM, "layers.#.mlp_norm"));

    private static final Map<EncoderRole, String> GGUF = Map.ofEntries(
            entry(EncoderRole.TOKENS, "token_embd"),
            entry(EncoderRole.POSITIONS, "position_embd"),
            entry(EncoderRole.TYPES, "token_types"),
            entry(EncoderRole.EMBEDDING_NORM, "token_embd_norm"),
            entry(EncoderRole.QUERY, "blk.#.attn_q"),
            entry(EncoderRole.KEY, "blk.#.attn_k"),
            entry(EncoderRole.VALUE, "blk.#.attn_v"),
            entry(EncoderRole.QUERY_KEY_VALUE, "blk.#.attn_qkv"),
            entry(EncoderRole.ATTENTION_OUTPUT, "blk.#.attn_output"),
            entry(EncoderRole.ATTENTION_NORM, "blk.#.attn_output_norm"),
            entry(EncoderRole.UP, "blk.#.ffn_up"),
            entry(EncoderRole.GATE, "blk.#.ffn_gate"),
            entry(EncoderRole.DOWN, "blk.#.ffn_down"),
            entry(EncoderRole.FEED_FORWARD_NORM, "blk.#.layer_output_norm"));

    static EncoderNames of(ModelSource source, EncoderFamily family) {
        return switch (source) {
            case GgufModel gguf -> new EncoderNames("", GGUF);
            case HuggingFaceFolder folder -> ofFolder(folder.tensors().keySet(), family);
        };
    }

    private static EncoderNames ofFolder(Set<String> names, EncoderFamily family) {
        Map<EncoderRole, String> stems = switch (family) {
            case BERT, ROBERTA, XLM_ROBERTA -> BERT;
            case NOMIC_BERT -> NOMIC;
            case MODERNBERT -> MODERN;
        };
        String tokens = stems.get(EncoderRole.TOKENS) + ".weight";
        String prefix = PREFIXES.stream()
                .filter(candidate -> names.contains(candidate + tokens))
                .findFirst()
                .orElse("");
        return new EncoderNames(prefix, stems);
    }

    /** The name of a weight of the whole model; empty if files of this kind have none. */
    Optional<String> ofModel(EncoderRole role) {
        return Optional.ofNullable(stems.get(role)).map(stem -> prefix + stem);
    }

    /** The name of a layer's weight; empty if files of this kind have none. */
    Optional<String> ofLayer(int layer, EncoderRole role) {
        return Optional.ofNullable(stems.get(role)).map(stem -> prefix + stem.replace("#", Integer.toString(layer)));
    }
}
