package wok.model;

import java.util.Optional;
import wok.formats.GgufModel;
import wok.kernels.Activation;
import wok.kernels.RopePairing;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Reads an encoder's GGUF metadata: {@code bert} (BERT, and RoBERTa, whose converter cuts the unused first positions off)
 * and {@code nomic-bert}. Source: llama.cpp, {@code convert_hf_to_gguf.py} and {@code src/llama-model.cpp}. One use, one
 * thread.
 */
final class EncoderGgufConfig {
    private final String where;
    private final GgufModel gguf;
    private final ConfigFields fields;

    EncoderGgufConfig(String where, GgufModel gguf) {
        this.where = where;
        this.gguf = gguf;
        this.fields = ConfigFields.of(where, gguf.metadata());
    }

    EncoderConfig read() {
        String architecture = fields.text("general.architecture");
        EncoderFamily family = EncoderFamily.ofGgufArchitecture(architecture)
                .orElseThrow(() -> EncoderFamily.unsupported(where, architecture));
        String prefix = architecture + ".";
        boolean nomic = family == EncoderFamily.NOMIC_BERT;
        int hidden = fields.size(prefix + "embedding_length");
        int heads = fields.size(prefix + "attention.head_count");
        if (fields.flag(prefix + "attention.causal", false)) {
            throw fields.wrong(prefix + "attention.causal", true, "false");
        }
        ConfigRule.positive("heads (attention.head_count)", heads, Math.max(1, hidden));
        Optional<RopeConfig> rope = nomic
                ? Optional.of(new RopeConfig(
                        RopePairing.HALVES,
                        hidden / heads,
                        fields.real(prefix + "rope.freq_base", 10_000),
                        new RopeScaling.None()))
                : Optional.empty();
        return new EncoderConfig(
                family,
                rows("token_embd.weight"),
                hidden,
                heads,
                fields.size(prefix + "feed_forward_length"),
                nomic ? fields.size(prefix + "context_length") : rows("position_embd.weight"),
                nomic ? -1 : 0,
                gguf.tensors().containsKey("token_types.weight") ? rows("token_types.weight") : 0,
                nomic ? Activation.SILU : Activation.GELU_ERF,
                nomic,
                false,
                (float) fields.real(prefix + "attention.layer_norm_epsilon"),
                new EncoderConfig.Biases(has("blk.0.attn_output.bias"), has("blk.0.ffn_up.bias"), true),
                EncoderFolderConfig.repeated(
                        fields.size(prefix + "block_count"), new EncoderLayerConfig(0, rope, false)));
    }

    private boolean has(String tensor) {
        return gguf.tensors().containsKey(tensor);
    }

    private int rows(String name) {
        Tensor tensor = gguf.tensors().get(name);
        if (tensor == null) {
            throw new ModelException(where + ": tensor " + name + ": missing (expected: a matrix)");
        }
        Shape shape = tensor.shape();
        if (shape.rank() != 2 || shape.rows() > Integer.MAX_VALUE) {
            throw new ModelException(where + ": tensor " + name + ": shape " + shape + " (expected: a matrix)");
        }
        return (int) shape.rows();
    }
}
