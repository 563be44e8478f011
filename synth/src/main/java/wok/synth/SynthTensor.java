package wok.synth;

import java.util.ArrayList;
import java.util.List;
import wok.tensor.Shape;

/**
 * One tensor of a model: names are those that llama.cpp's converter gives ({@code gguf-py/gguf/constants.py}).
 *
 * @param layer its block, 0 for a tensor of the whole model
 */
record SynthTensor(String name, Shape shape, Role role, int layer) {

    /** What decides a tensor's type and values. */
    enum Role {
        EMBEDDING,
        OUTPUT,
        /** The matrix that makes values for attention. */
        VALUE,
        /** The last matrix of the feed-forward part. */
        DOWN,
        MATRIX,
        /** What chooses experts: never quantised. */
        ROUTER,
        /** Factors near 1. */
        NORM,
        /** A bias. */
        VECTOR
    }

    /** All tensors of a shape, in the order in which they stand in the file. */
    static List<SynthTensor> of(SynthShape shape) {
        List<SynthTensor> all = new ArrayList<>();
        all.add(matrix("token_embd", shape.vocabulary(), shape.hidden(), Role.EMBEDDING, 0));
        for (int layer = 0; layer < shape.layers(); layer++) {
            attention(shape, layer, all);
            feedForward(shape, layer, all);
        }
        all.add(vector("output_norm.weight", shape.hidden(), Role.NORM, 0));
        if (!shape.tied()) {
            all.add(matrix("output", shape.vocabulary(), shape.hidden(), Role.OUTPUT, 0));
        }
        return all;
    }

    private static void attention(SynthShape shape, int layer, List<SynthTensor> all) {
        String block = "blk." + layer + ".";
        boolean gemma = shape.architecture().equals("gemma3");
        int queries = shape.heads() * shape.headDim();
        int keys = shape.kvHeads() * shape.headDim();
        all.add(vector(block + "attn_norm.weight", shape.hidden(), Role.NORM, layer));
        all.add(matrix(block + "attn_q", queries, shape.hidden(), Role.MATRIX, layer));
        all.add(matrix(block + "attn_k", keys, shape.hidden(), Role.MATRIX, layer));
        all.add(matrix(block + "attn_v", keys, shape.hidden(), Role.VALUE, layer));
        if (shape.architecture().equals("qwen2")) {
            all.add(vector(block + "attn_q.bias", queries, Role.VECTOR, layer));
            all.add(vector(block + "attn_k.bias", keys, Role.VECTOR, layer));
            all.add(vector(block + "attn_v.bias", keys, Role.VECTOR, layer));
        }
        if (gemma || shape.architecture().startsWith("qwen3")) {
            all.add(vector(block + "attn_q_norm.weight", shape.headDim(), Role.NORM, layer));
            all.add(vector(block + "attn_k_norm.weight", shape.headDim(), Role.NORM, layer));
        }
        all.add(matrix(block + "attn_output", shape.hidden(), queries, Role.MATRIX, layer));
        if (gemma) {
            all.add(vector(block + "post_attention_norm.weight", shape.hidden(), Role.NORM, layer));
        }
    }

    private static void feedForward(SynthShape shape, int layer, List<SynthTensor> all) {
        String block = "blk." + layer + ".";
        all.add(vector(block + "ffn_norm.weight", shape.hidden(), Role.NORM, layer));
        if (shape.experts().isPresent()) {
            experts(shape, shape.experts().get(), layer, all);
            return;
        }
        all.add(matrix(block + "ffn_gate", shape.feedForward(), shape.hidden(), Role.MATRIX, layer));
        all.add(matrix(block + "ffn_up", shape.feedForward(), shape.hidden(), Role.MATRIX, layer));
        all.add(matrix(block + "ffn_down", shape.hidden(), shape.feedForward(), Role.DOWN, layer));
        if (shape.architecture().equals("gemma3")) {
            all.add(vector(block + "post_ffw_norm.weight", shape.hidden(), Role.NORM, layer));
        }
    }

    private static void experts(SynthShape shape, SynthShape.Experts experts, int layer, List<SynthTensor> all) {
        String block = "blk." + layer + ".ffn_";
        Shape in = Shape.of(experts.count(), experts.inner(), shape.hidden());
        Shape out = Shape.of(experts.count(), shape.hidden(), experts.inner());
        Shape router = Shape.of(experts.count(), shape.hidden());
        all.add(new SynthTensor(block + "gate_inp.weight", router, Role.ROUTER, layer));
        all.add(new SynthTensor(block + "gate_exps.weight", in, Role.MATRIX, layer));
        all.add(new SynthTensor(block + "up_exps.weight", in, Role.MATRIX, layer));
        all.add(new SynthTensor(block + "down_exps.weight", out, Role.DOWN, layer));
    }

    private static SynthTensor matrix(String stem, int rows, int columns, Role role, int layer) {
        return new SynthTensor(stem + ".weight", Shape.of(rows, columns), role, layer);
    }

    private static SynthTensor vector(String name, int length, Role role, int layer) {
        return new SynthTensor(name, Shape.of(length), role, layer);
    }
}
