package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.GgufModel;
import wok.formats.GgufWriter;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;
import wok.formats.SafetensorsWriter;
import wok.kernels.ActivationPrecision;
import wok.kernels.BlockDecoder;
import wok.kernels.FloatRows;
import wok.kernels.KvType;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Latent attention as files bring it: both layouts of its weights, blocks to ignore, its cache, and many experts. */
class LatentAttentionTest {
    private static final ModelOptions EXACT =
            ModelOptions.defaults().withThreads(2).withActivations(ActivationPrecision.F32);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int[] PROMPT = {5, 300, 17, 44, 201, 9, 9, 120, 63, 2, 77, 31};

    @TempDir
    Path folder;

    @Test
    void aFileWithKeysAndValuesInOneMatrixGivesTheLogitsOfOneWithThemApart() throws IOException {
        Path apart = Golden.find("gguf").orElseThrow().resolve("deepseek_v3-Q8_0.gguf");
        Path whole = folder.resolve("whole.gguf");
        try (GgufModel source = (GgufModel) ModelSource.open(apart)) {
            writeInOneMatrix(source, whole);
        }

        assertThat(SequenceRun.distance(lastLogits(whole), lastLogits(apart))).isLessThan(1e-6);
    }

    /** As llama.cpp's converter wrote it before 2025. */
    private static void writeInOneMatrix(GgufModel source, Path to) throws IOException {
        GgufWriter writer = new GgufWriter();
        source.metadata().values().forEach((key, value) -> {
            switch (value) {
                case String text -> writer.text(key, text);
                case Boolean flag -> writer.bool(key, flag);
                case Double number -> writer.f32(key, number.floatValue());
                case Long number when !key.contains("attention.") -> writer.u32(key, number);
                default -> {}
            }
        });
        writer.u32("deepseek2.attention.head_count", 4)
                .u32("deepseek2.attention.head_count_kv", 4)
                .u32("deepseek2.attention.key_length", 32)
                .u32("deepseek2.attention.value_length", 20)
                .u32("deepseek2.attention.q_lora_rank", 32)
                .u32("deepseek2.attention.kv_lora_rank", 32);
        for (Tensor tensor : source.tensors().values()) {
            if (tensor.name().endsWith("attn_k_b.weight")) {
                Tensor values = Objects.requireNonNull(
                        source.tensors().get(tensor.name().replace("k_b", "v_b")));
                writer.tensor(joined(tensor, values));
            } else if (!tensor.name().endsWith("attn_v_b.weight")) {
                writer.tensor(tensor);
            }
        }
        writer.write(to);
    }

    /** From keys [heads, rank, 16] and values [heads, 20, rank] to [heads x 36, rank]. */
    private static Tensor joined(Tensor keys, Tensor values) {
        float[] k = decoded(keys);
        float[] v = decoded(values);
        MemorySegment data = MemorySegment.ofArray(new byte[4 * 4 * 36 * 32]);
        for (int row = 0; row < 4 * 36; row++) {
            int head = row / 36;
            int inHead = row % 36;
            for (int c = 0; c < 32; c++) {
                float x = inHead < 16 ? k[(head * 32 + c) * 16 + inHead] : v[(head * 20 + inHead - 16) * 32 + c];
                data.set(FLOAT, 4L * (row * 32 + c), x);
            }
        }
        return new Tensor(keys.name().replace("k_b", "kv_b"), DType.F32, Shape.of(4 * 36, 32), data);
    }

    private static float[] decoded(Tensor tensor) {
        float[] values = new float[(int) tensor.shape().elements()];
        BlockDecoder.decode(tensor.dtype(), tensor.data(), 0, values.length, values, 0);
        return values;
    }

    @Test
    void blocksThatGuessFurtherTokensAreNotMissedAndNotReported() throws IOException {
        Path golden = Golden.find("deepseek_v3").orElseThrow();
        Path model = Files.createDirectory(folder.resolve("predicting"));
        Files.copy(golden.resolve("config.json"), model.resolve("config.json"));
        try (HuggingFaceFolder source = (HuggingFaceFolder) ModelSource.open(golden)) {
            SafetensorsWriter writer = new SafetensorsWriter();
            source.tensors().values().forEach(writer::tensor);
            for (String name : List.of("eh_proj.weight", "enorm.weight", "self_attn.o_proj.weight")) {
                writer.tensor(random("model.layers.3." + name, 8, 8));
            }
            writer.write(model.resolve("model.safetensors"));
        }

        assertThat(lastLogits(model)).containsExactly(lastLogits(golden));
        try (Transformer transformer = Transformer.open(ModelSource.open(model), EXACT)) {
            assertThat(transformer.unusedTensors()).isEmpty();
        }
    }

    @Test
    void thePositionKeepsTheLatentAndOneKeyAndNoMore() {
        try (Transformer v3 =
                Transformer.open(ModelSource.open(Golden.find("deepseek_v3").orElseThrow()), EXACT)) {
            // 3 layers, 16 positions, latentRank 32 and 16 dimensions that turn.
            assertThat(v3.kvBlockBytes(KvType.F32)).isEqualTo(3L * 16 * (32 + 16) * 4);
            assertThat(v3.kvBlockBytes(KvType.F16)).isEqualTo(3L * 16 * (32 + 16) * 2);
        }
    }

    @Test
    void sixteenSequencesWithTwoHundredAndFiftySixExpertsGiveTheBitsOfEachAlone() throws IOException {
        Path model = Files.createDirectory(folder.resolve("experts"));
        writeModelOfManyExperts(model);
        try (Transformer transformer = Transformer.open(ModelSource.open(model), EXACT)) {
            int[][] alone = IntStream.range(0, 16)
                    .mapToObj(sequence -> lastBits(transformer, sequence, 1))
                    .map(bits -> bits[0])
                    .toArray(int[][]::new);

            assertThat(lastBits(transformer, 0, 16)).isDeepEqualTo(alone);
        }
    }

    /** The bits of the third token's logits of some sequences, which step together. */
    private static int[][] lastBits(Transformer transformer, int first, int count) {
        try (KvCache kv = transformer.allocateKv(count, KvType.F16);
                Batch batch = transformer.newBatch(count, count)) {
            int[][] bits = new int[count][];
            for (int position = 0; position < 3; position++) {
                batch.clear();
                for (int i = 0; i < count; i++) {
                    batch.add((first + i) * 19 + position, position, new int[] {i}, true);
                }
                FloatRows logits = transformer.forward(batch, kv);
                for (int i = 0; i < count; i++) {
                    bits[i] = SequenceRun.bits(logits.row(i));
                }
            }
            return bits;
        }
    }

    /** DeepSeek V3's shape in small: one dense layer, one with 256 experts in 8 groups. */
    private static void writeModelOfManyExperts(Path model) throws IOException {
        Files.writeString(model.resolve("config.json"), """
                {"model_type": "deepseek_v3", "vocab_size": 320, "hidden_size": 64, "intermediate_size": 96,
                 "moe_intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 8, "q_lora_rank": 48,
                 "kv_lora_rank": 32, "qk_nope_head_dim": 16, "qk_rope_head_dim": 16, "v_head_dim": 16,
                 "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "n_group": 8,
                 "topk_group": 4, "first_k_dense_replace": 1, "max_position_embeddings": 512}
                """);
        SafetensorsWriter writer = new SafetensorsWriter()
                .tensor(random("model.embed_tokens.weight", 320, 64))
                .tensor(random("lm_head.weight", 320, 64))
                .tensor(random("model.norm.weight", 64));
        for (int layer = 0; layer < 2; layer++) {
            String name = "model.layers." + layer + ".";
            writer.tensor(random(name + "input_layernorm.weight", 64))
                    .tensor(random(name + "post_attention_layernorm.weight", 64))
                    .tensor(random(name + "self_attn.q_a_proj.weight", 48, 64))
                    .tensor(random(name + "self_attn.q_a_layernorm.weight", 48))
                    .tensor(random(name + "self_attn.q_b_proj.weight", 8 * 32, 48))
                    .tensor(random(name + "self_attn.kv_a_proj_with_mqa.weight", 48, 64))
                    .tensor(random(name + "self_attn.kv_a_layernorm.weight", 32))
                    .tensor(random(name + "self_attn.kv_b_proj.weight", 8 * 32, 32))
                    .tensor(random(name + "self_attn.o_proj.weight", 64, 8 * 16));
        }
        addFeedForward(writer, "model.layers.0.mlp.", 96);
        writer.tensor(random("model.layers.1.mlp.gate.weight", 256, 64))
                .tensor(random("model.layers.1.mlp.gate.e_score_correction_bias", 256));
        addFeedForward(writer, "model.layers.1.mlp.shared_experts.", 16);
        for (int expert = 0; expert < 256; expert++) {
            addFeedForward(writer, "model.layers.1.mlp.experts." + expert + ".", 16);
        }
        writer.write(model.resolve("model.safetensors"));
    }

    private static void addFeedForward(SafetensorsWriter writer, String name, int inner) {
        writer.tensor(random(name + "gate_proj.weight", inner, 64))
                .tensor(random(name + "up_proj.weight", inner, 64))
                .tensor(random(name + "down_proj.weight", 64, inner));
    }

    private static Tensor random(String name, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        MemorySegment data = MemorySegment.ofArray(new byte[(int) (4 * shape.elements())]);
        for (long i = 0; i < shape.elements(); i++) {
            data.set(FLOAT, 4 * i, (float) random.nextDouble(-0.3, 0.3));
        }
        return new Tensor(name, DType.F32, shape, data);
    }

    private static float[] lastLogits(Path model) {
        try (Transformer transformer = Transformer.open(ModelSource.open(model), EXACT);
                SequenceRun run = new SequenceRun(transformer, KvType.F32, PROMPT.length)) {
            return run.logits(PROMPT)[PROMPT.length - 1];
        }
    }
}
