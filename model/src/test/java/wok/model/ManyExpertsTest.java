package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import wok.formats.GgufWriter;
import wok.formats.ModelSource;
import wok.kernels.FloatRows;
import wok.kernels.KernelSet;
import wok.kernels.KvType;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.testkit.BlockQuantiser;

/**
 * A model with DeepSeek V3's mixture (256 experts in 8 groups of which 4 are kept, 8 experts a row, sigmoid routing with
 * a correction, a shared expert, a first layer without experts) and random weights, behind plain attention.
 */
class ManyExpertsTest {
    private static final int HIDDEN = 64;
    private static final int EXPERTS = 256;
    private static final int INNER = 32;
    private static final int VOCABULARY = 128;
    private static final int STREAMS = 16;
    private static final int STEPS = 6;

    @TempDir
    static Path folder;

    /** Its bits, however they are computed. */
    record Subject(DType dtype, KvType kv) implements BitSubject {
        @Override
        public Transformer open(KernelSet kernels, int threads) {
            Path file = folder.resolve(dtype + ".gguf");
            if (!file.toFile().exists()) {
                ManyExpertsTest.write(file, dtype);
            }
            return Transformer.open(
                    ModelSource.open(file),
                    ModelOptions.defaults().withKernels(kernels).withThreads(threads));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "Q8_0", "Q4_0"})
    void logitsAreTheSameHoweverTheyAreComputed(DType dtype) {
        BitSubject.requireSameBits(new Subject(dtype, KvType.F16));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "Q8_0"})
    void sixteenStreamsGiveTheBitsOfEachAlone(DType dtype) {
        Subject subject = new Subject(dtype, KvType.F32);
        int[][] tokens = IntStream.range(0, STREAMS)
                .mapToObj(
                        s -> new SplittableRandom(s).ints(STEPS, 0, VOCABULARY).toArray())
                .toArray(int[][]::new);
        try (Transformer transformer = subject.open(KernelSet.VECTOR, 2);
                KvCache kv = transformer.allocateKv(STREAMS, KvType.F32);
                Batch batch = transformer.newBatch(STREAMS, STREAMS)) {
            for (int step = 0; step < STEPS; step++) {
                batch.clear();
                for (int s = 0; s < STREAMS; s++) {
                    batch.add(tokens[s][step], step, new int[] {s}, true);
                }
                FloatRows logits = transformer.forward(batch, kv);
                for (int s = 0; s < STREAMS; s++) {
                    int[] alone = lastAlone(transformer, Arrays.copyOf(tokens[s], step + 1));
                    assertThat(SequenceRun.bits(logits.row(s)))
                            .as("stream %d, step %d", s, step)
                            .isEqualTo(alone);
                }
            }
        }
    }

    @Test
    void rowsWhoseScoresAreNoNumbersGoThroughAndComeOutAsNone() {
        Path file = folder.resolve("broken.gguf");
        write(file, DType.F32, Float.POSITIVE_INFINITY);
        try (Transformer transformer = Transformer.open(
                        ModelSource.open(file), ModelOptions.defaults().withThreads(1));
                SequenceRun run = new SequenceRun(transformer, KvType.F32, 3)) {
            for (float[] row : run.logits(1, 2, 3)) {
                assertThat(row).containsOnly(Float.NaN);
            }
        }
    }

    private static int[] lastAlone(Transformer transformer, int[] tokens) {
        try (SequenceRun run = new SequenceRun(transformer, KvType.F32, tokens.length)) {
            return SequenceRun.bits(run.logits(tokens)[tokens.length - 1]);
        }
    }

    private static void write(Path file, DType dtype) {
        write(file, dtype, 1);
    }

    /** @param embedding what embeddings are multiplied by */
    private static void write(Path file, DType dtype, float embedding) {
        GgufWriter writer = new GgufWriter()
                .text("general.architecture", "glm4moe")
                .u32("glm4moe.context_length", 64)
                .u32("glm4moe.embedding_length", HIDDEN)
                .u32("glm4moe.block_count", 3)
                .u32("glm4moe.feed_forward_length", 96)
                .u32("glm4moe.attention.head_count", 4)
                .u32("glm4moe.attention.head_count_kv", 2)
                .u32("glm4moe.attention.key_length", 16)
                .f32("glm4moe.attention.layer_norm_rms_epsilon", 1e-5f)
                .u32("glm4moe.rope.dimension_count", 8)
                .u32("glm4moe.expert_count", EXPERTS)
                .u32("glm4moe.expert_used_count", 8)
                .u32("glm4moe.expert_feed_forward_length", INNER)
                .u32("glm4moe.expert_shared_count", 1)
                .u32("glm4moe.expert_group_count", 8)
                .u32("glm4moe.expert_group_used_count", 4)
                .u32("glm4moe.expert_gating_func", 2)
                .bool("glm4moe.expert_weights_norm", true)
                .f32("glm4moe.expert_weights_scale", 2.5f);
        matrix(writer, "token_embd.weight", DType.F32, embedding, VOCABULARY, HIDDEN);
        matrix(writer, "output_norm.weight", DType.F32, 1, HIDDEN);
        for (int layer = 0; layer < 3; layer++) {
            String block = "blk." + layer + ".";
            for (String norm : new String[] {"attn_norm", "post_attention_norm"}) {
                matrix(writer, block + norm + ".weight", DType.F32, 1, HIDDEN);
            }
            matrix(writer, block + "attn_q.weight", dtype, 1, 64, HIDDEN);
            matrix(writer, block + "attn_k.weight", dtype, 1, 32, HIDDEN);
            matrix(writer, block + "attn_v.weight", dtype, 1, 32, HIDDEN);
            matrix(writer, block + "attn_output.weight", dtype, 1, HIDDEN, 64);
            if (layer == 0) {
                gated(writer, block, "", dtype, 96);
            } else {
                matrix(writer, block + "ffn_gate_inp.weight", DType.F32, 1, EXPERTS, HIDDEN);
                matrix(writer, block + "exp_probs_b.bias", DType.F32, 0.1f, EXPERTS);
                gated(writer, block, "_exps", dtype, EXPERTS, INNER);
                gated(writer, block, "_shexp", dtype, INNER);
            }
        }
        try {
            writer.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param shape inner, and the number of experts before it where there are some */
    private static void gated(GgufWriter writer, String block, String ending, DType dtype, long... shape) {
        long[] in = Arrays.copyOf(shape, shape.length + 1);
        in[shape.length] = HIDDEN;
        long[] out = in.clone();
        out[shape.length] = shape[shape.length - 1];
        out[shape.length - 1] = HIDDEN;
        matrix(writer, block + "ffn_gate" + ending + ".weight", dtype, 1, in);
        matrix(writer, block + "ffn_up" + ending + ".weight", dtype, 1, in);
        matrix(writer, block + "ffn_down" + ending + ".weight", dtype, 1, out);
    }

    private static void matrix(GgufWriter writer, String name, DType dtype, float factor, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (factor * random.nextGaussian() / (dimensions.length == 1 ? 4 : Math.sqrt(HIDDEN)))
                    + (name.contains("norm") ? 1 : 0);
        }
        byte[] bytes = BlockQuantiser.quantise(dtype, values).bytes();
        writer.tensor(name, dtype, shape, () -> MemorySegment.ofArray(bytes));
    }
}
