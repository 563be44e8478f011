package wok.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import wok.tensor.DType;
import wok.tensor.Shape;

/** The tensors of a {@link TinyModel}, by both their names, in the order of Hugging Face's files. */
final class TinyWeights {

    /** What a tensor's values are like. */
    enum Kind {
        MATRIX,
        EMBEDDING,
        NORM,
        BIAS
    }

    /**
     * One tensor.
     *
     * @param columns 0 for a vector of {@code rows} elements
     * @param headsPermuted heads whose rows GGUF holds in another order; 0 if it does not
     */
    record Weight(String name, String ggufName, Kind kind, int rows, int columns, int headsPermuted) {
        Shape shape() {
            return columns == 0 ? Shape.of(rows) : Shape.of(rows, columns);
        }

        int elements() {
            return columns == 0 ? rows : rows * columns;
        }
    }

    private final TinyModel model;
    private final List<Weight> weights = new ArrayList<>();

    private TinyWeights(TinyModel model) {
        this.model = model;
    }

    static List<Weight> of(TinyModel model) {
        TinyWeights all = new TinyWeights(model);
        all.vocabulary("model.embed_tokens.weight", "token_embd.weight", Kind.EMBEDDING);
        for (int layer = 0; layer < model.layers(); layer++) {
            all.attention("model.layers." + layer + ".", "blk." + layer + ".");
            all.feedForward("model.layers." + layer + ".", "blk." + layer + ".");
        }
        all.norm("model.norm.weight", "output_norm.weight", model.hidden());
        if (!model.tiedEmbeddings()) {
            all.vocabulary("lm_head.weight", "output.weight", Kind.MATRIX);
        }
        return List.copyOf(all.weights);
    }

    private void attention(String name, String gguf) {
        int q = model.heads() * model.headDim();
        int kv = model.kvHeads() * model.headDim();
        String attention = name + "self_attn.";
        norm(name + "input_layernorm.weight", gguf + "attn_norm.weight", model.hidden());
        projection(attention + "q_proj", gguf + "attn_q", q, model.heads());
        projection(attention + "k_proj", gguf + "attn_k", kv, model.kvHeads());
        projection(attention + "v_proj", gguf + "attn_v", kv, 0);
        matrix(attention + "o_proj.weight", gguf + "attn_output.weight", model.hidden(), q, 0);
        if (model.family().normsHeads()) {
            norm(attention + "q_norm.weight", gguf + "attn_q_norm.weight", model.headDim());
            norm(attention + "k_norm.weight", gguf + "attn_k_norm.weight", model.headDim());
        }
    }

    private void feedForward(String name, String gguf) {
        if (model.family() == TinyFamily.GEMMA3_TEXT) {
            norm(name + "post_attention_layernorm.weight", gguf + "post_attention_norm.weight", model.hidden());
            norm(name + "pre_feedforward_layernorm.weight", gguf + "ffn_norm.weight", model.hidden());
            norm(name + "post_feedforward_layernorm.weight", gguf + "post_ffw_norm.weight", model.hidden());
        } else {
            norm(name + "post_attention_layernorm.weight", gguf + "ffn_norm.weight", model.hidden());
        }
        matrix(name + "mlp.gate_proj.weight", gguf + "ffn_gate.weight", model.feedForward(), model.hidden(), 0);
        matrix(name + "mlp.up_proj.weight", gguf + "ffn_up.weight", model.feedForward(), model.hidden(), 0);
        matrix(name + "mlp.down_proj.weight", gguf + "ffn_down.weight", model.hidden(), model.feedForward(), 0);
    }

    private void projection(String name, String gguf, int rows, int headsPermuted) {
        int permuted = model.family().permutesInGguf() ? headsPermuted : 0;
        matrix(name + ".weight", gguf + ".weight", rows, model.hidden(), permuted);
        if (model.family().hasQkvBiases()) {
            weights.add(new Weight(name + ".bias", gguf + ".bias", Kind.BIAS, rows, 0, 0));
        }
    }

    private void matrix(String name, String gguf, int rows, int columns, int headsPermuted) {
        weights.add(new Weight(name, gguf, Kind.MATRIX, rows, columns, headsPermuted));
    }

    private void vocabulary(String name, String gguf, Kind kind) {
        weights.add(new Weight(name, gguf, kind, model.vocabulary(), model.hidden(), 0));
    }

    private void norm(String name, String gguf, int width) {
        weights.add(new Weight(name, gguf, Kind.NORM, width, 0, 0));
    }

    /** The type a weight is stored in: the model's where rows are whole blocks of it. */
    static DType dtype(TinyModel model, Weight weight) {
        if (weight.columns() == 0) {
            return DType.F32;
        }
        return weight.columns() % model.dtype().blockElements() == 0 ? model.dtype() : DType.F16;
    }

    /**
     * The weight's blocks and values, rows in Hugging Face's order. Each tensor has its own random numbers, so that
     * another layer or a longer vocabulary changes no other tensor.
     */
    static Blocks blocks(TinyModel model, Weight weight) {
        SplittableRandom random = new SplittableRandom(
                model.seed() * 0x9E37_79B9_7F4A_7C15L + weight.name().hashCode());
        float[] values = new float[weight.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(model, weight, random);
        }
        return BlockQuantiser.quantise(dtype(model, weight), values);
    }

    private static float value(TinyModel model, Weight weight, SplittableRandom random) {
        // Uniform with standard deviation 1: no transcendental function, so the same bits on every machine.
        double unit = (random.nextDouble() * 2 - 1) * 1.7320508075688772;
        return (float)
                switch (weight.kind()) {
                    case MATRIX -> unit * 1.3 / Math.sqrt(weight.columns());
                    case EMBEDDING -> unit * (model.tiedEmbeddings() ? 1.0 / Math.sqrt(weight.columns()) : 0.7);
                    case NORM -> (model.family() == TinyFamily.GEMMA3_TEXT ? 0 : 1) + 0.2 * unit;
                    case BIAS -> 0.3 * unit;
                };
    }
}
