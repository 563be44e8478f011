package wok.testkit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import wok.formats.GgufWriter;
import wok.tensor.DType;
import wok.testkit.TinyWeights.Kind;
import wok.testkit.TinyWeights.Weight;

/** Writes a {@link TinyModel} with the keys and names that llama.cpp's conversion gives. */
final class TinyGguf {
    private TinyGguf() {}

    static void write(TinyModel model, Path file) throws IOException {
        GgufWriter writer = new GgufWriter();
        keys(model, writer);
        TinyTokenizer tokenizer = model.tokenizer();
        tokenizer.putInto(writer);
        for (Weight weight : TinyWeights.of(model)) {
            writer.tensor(
                    weight.ggufName(),
                    TinyWeights.dtype(model, weight),
                    weight.shape(),
                    () -> MemorySegment.ofArray(bytes(model, weight)));
        }
        writer.write(file);
    }

    private static void keys(TinyModel model, GgufWriter writer) {
        TinyFamily family = model.family();
        String prefix = family.architecture() + ".";
        writer.text("general.architecture", family.architecture())
                .text("general.name", "tiny " + family.modelType())
                .u32(prefix + "vocab_size", model.vocabulary())
                .u32(prefix + "context_length", model.contextLength())
                .u32(prefix + "embedding_length", model.hidden())
                .u32(prefix + "block_count", model.layers())
                .u32(prefix + "feed_forward_length", model.feedForward())
                .u32(prefix + "attention.head_count", model.heads())
                .u32(prefix + "attention.head_count_kv", model.kvHeads())
                .u32(prefix + "attention.key_length", model.headDim())
                .u32(prefix + "attention.value_length", model.headDim())
                .f32(prefix + "attention.layer_norm_rms_epsilon", family.normEpsilon())
                .f32(prefix + "rope.freq_base", family.ropeBase());
        if (family.permutesInGguf()) {
            writer.u32(prefix + "rope.dimension_count", model.headDim());
        }
        if (family == TinyFamily.GEMMA3_TEXT) {
            writer.u32(prefix + "attention.sliding_window", model.slidingWindow())
                    .u32(prefix + "attention.sliding_window_pattern", TinyFolder.SLIDING_PATTERN)
                    .f32(prefix + "rope.freq_base_swa", TinyFolder.LOCAL_ROPE_BASE);
        }
        writer.u32("general.file_type", fileType(model.dtype())).u32("general.quantization_version", 2);
    }

    /** llama.cpp's number for "mostly this type". */
    private static int fileType(DType dtype) {
        return switch (dtype) {
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q8_0 -> 7;
            case Q4_K -> 15;
            case Q6_K -> 18;
            case BF16 -> 32;
            default -> 0;
        };
    }

    private static byte[] bytes(TinyModel model, Weight weight) {
        Blocks blocks = TinyWeights.blocks(model, weight);
        if (model.family() == TinyFamily.GEMMA3_TEXT && weight.kind() == Kind.NORM) {
            float[] plusOne = blocks.values().clone();
            for (int i = 0; i < plusOne.length; i++) {
                plusOne[i] += 1;
            }
            return BlockQuantiser.quantise(DType.F32, plusOne).bytes();
        }
        return weight.headsPermuted() > 0 ? permuted(blocks.bytes(), weight) : blocks.bytes();
    }

    /** Row {@code half * headDim / 2 + i} of each head goes to row {@code 2 i + half}: halves become neighbours. */
    private static byte[] permuted(byte[] rows, Weight weight) {
        int headDim = weight.rows() / weight.headsPermuted();
        int rowBytes = rows.length / weight.rows();
        byte[] out = new byte[rows.length];
        for (int row = 0; row < weight.rows(); row++) {
            int within = row % headDim;
            int target = row - within + 2 * (within % (headDim / 2)) + within / (headDim / 2);
            System.arraycopy(rows, row * rowBytes, out, target * rowBytes, rowBytes);
        }
        return out;
    }
}
