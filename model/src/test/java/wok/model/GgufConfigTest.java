package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.formats.GgufModel;
import wok.formats.GgufValueType;
import wok.formats.GgufWriter;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.tensor.DType;
import wok.tensor.Shape;

class GgufConfigTest {

    @TempDir
    Path folder;

    @Test
    void llamaPairsNeighboursAndTiesEmbeddingsWhenThereIsNoOutput() {
        ModelConfig config = read(keys("llama"));

        AttentionConfig attention = config.layers().getFirst().attention();
        assertThat(config.family()).isEqualTo(Family.LLAMA);
        assertThat(config.layers()).hasSize(12);
        assertThat(config.vocabularySize()).isEqualTo(320);
        assertThat(config.tiedEmbeddings()).isTrue();
        assertThat(attention.rope().orElseThrow().pairing()).isEqualTo(RopePairing.NEIGHBOURS);
        assertThat(attention.kvHeads()).isEqualTo(4);
        assertThat(attention.headDim()).isEqualTo(16);
        assertThat(attention.projections().inputBias()).isFalse();
        assertThat(config.layers().getFirst().dense().activation()).isEqualTo(GatedActivation.SILU);
    }

    @Test
    void takesBiasesAndAnOutputFromTheTensorsThatAreThere() {
        ModelConfig config = read(keys("llama"), "output.weight", "blk.3.attn_q.bias", "blk.3.attn_output.bias");

        assertThat(config.tiedEmbeddings()).isFalse();
        assertThat(config.layers().get(3).attention().projections().inputBias()).isTrue();
        assertThat(config.layers().get(3).attention().projections().outputBias())
                .isTrue();
        assertThat(config.layers().get(4).attention().projections().inputBias()).isFalse();
    }

    @Test
    void qwen2HasBiasesAndQwen3NormsOnHeads() {
        assertThat(read(keys("qwen2"))
                        .layers()
                        .getFirst()
                        .attention()
                        .projections()
                        .inputBias())
                .isTrue();
        assertThat(read(keys("qwen3"))
                        .layers()
                        .getFirst()
                        .attention()
                        .projections()
                        .norms())
                .isEqualTo(ProjectionConfig.QueryNorms.HEADS);
        assertThat(read(keys("qwen3"))
                        .layers()
                        .getFirst()
                        .attention()
                        .rope()
                        .orElseThrow()
                        .pairing())
                .isEqualTo(RopePairing.HALVES);
    }

    @Test
    void gemmasEverySixthLayerIsGlobalUnlessThePatternSaysOtherwise() {
        Map<String, Object> keys = keys("gemma3");
        keys.put("gemma3.attention.sliding_window", 8L);
        keys.put("gemma3.rope.scaling.type", "linear");
        keys.put("gemma3.rope.scaling.factor", 8f);

        ModelConfig config = read(keys);
        assertThat(windows(config)).containsExactly(8, 8, 8, 8, 8, 0, 8, 8, 8, 8, 8, 0);
        assertThat(config.layers().get(0).attention().rope().orElseThrow())
                .isEqualTo(new RopeConfig(RopePairing.HALVES, 16, 10_000, new RopeScaling.None()));
        assertThat(config.layers().get(5).attention().rope().orElseThrow())
                .isEqualTo(new RopeConfig(RopePairing.HALVES, 16, 1_000_000, new RopeScaling.Linear(8)));
        assertThat(config.scales().embedding()).isEqualTo(8);

        keys.put("gemma3.attention.sliding_window_pattern", 4L);
        assertThat(windows(read(keys))).containsExactly(8, 8, 8, 0, 8, 8, 8, 0, 8, 8, 8, 0);
        keys.put(
                "gemma3.attention.sliding_window_pattern",
                List.of(true, false, true, true, true, true, true, true, true, true, true, true));
        assertThat(windows(read(keys))).containsExactly(8, 0, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8);
    }

    @Test
    void gemmas27BScalesQueriesByHiddenOverHeads() {
        Map<String, Object> keys = keys("gemma3");
        keys.put("gemma3.block_count", 62L);
        keys.put("gemma3.attention.key_length", 32L);
        keys.put("gemma3.attention.value_length", 32L);

        assertThat(read(keys).layers().getFirst().attention().scores().scale())
                .isCloseTo(1 / Math.sqrt(16), within(1e-12));
    }

    @Test
    void readsSizesThatDifferByLayer() {
        Map<String, Object> keys = keys("llama");
        keys.put("llama.block_count", 2L);
        keys.put("llama.attention.head_count_kv", List.of(4L, 1L));
        keys.put("llama.feed_forward_length", List.of(32L, 96L));

        List<LayerConfig> layers = read(keys).layers();
        assertThat(layers.get(1).attention().kvHeads()).isEqualTo(1);
        assertThat(layers.get(0).dense().inner()).isEqualTo(32);
    }

    @Test
    void readsYarnAsLlamaCppMeansIt() {
        Map<String, Object> keys = keys("qwen2");
        keys.put("qwen2.rope.scaling.type", "yarn");
        keys.put("qwen2.rope.scaling.factor", 4f);
        keys.put("qwen2.rope.scaling.original_context_length", 128L);

        assertThat(read(keys)
                        .layers()
                        .getFirst()
                        .attention()
                        .rope()
                        .orElseThrow()
                        .scaling())
                .isEqualTo(new RopeScaling.Yarn(4, 128, 32, 1, 0.1 * StrictMath.log(4.0) + 1, true));
    }

    @Test
    void readsTheLinearScalingOfOldFiles() {
        Map<String, Object> keys = keys("llama");
        keys.put("llama.rope.scale_linear", 4f);

        assertThat(read(keys)
                        .layers()
                        .getFirst()
                        .attention()
                        .rope()
                        .orElseThrow()
                        .scaling())
                .isEqualTo(new RopeScaling.Linear(4));
    }

    @Test
    void namesAnUnsupportedArchitectureAndExpertsWhereTheFamilyHasNone() {
        Map<String, Object> experts = keys("qwen2");
        experts.put("qwen2.expert_count", 8L);

        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(keys("mamba")))
                .withMessageContaining("model.gguf: architecture \"mamba\" is not supported (supported: ");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(experts))
                .withMessageContaining("qwen2.expert_count: 8 (expected: none in qwen2)");
    }

    @ParameterizedTest
    @CsvSource({
        "block_count, 0",
        "block_count, 1000000",
        "embedding_length, 0",
        "embedding_length, 4000000",
        "context_length, 4294967295",
        "feed_forward_length, 0",
        "feed_forward_length, 100000000",
        "attention.head_count, 0",
        "attention.head_count, 5",
        "attention.head_count, 1000000",
        "attention.head_count_kv, 0",
        "attention.head_count_kv, 3",
        "attention.key_length, 0",
        "attention.key_length, 17",
        "attention.key_length, 100000",
        "attention.value_length, 8",
        "rope.dimension_count, 0",
        "rope.dimension_count, 5",
        "rope.dimension_count, 64",
        "vocab_size, 0",
        "vocab_size, 4000000000",
    })
    void rejectsSizes(String key, long value) {
        Map<String, Object> keys = keys("llama");
        keys.put("llama." + key, value);

        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(keys))
                .withMessageContaining("model.gguf")
                .withMessageContaining(key);
    }

    @ParameterizedTest
    @CsvSource({
        "block_count, missing",
        "embedding_length, missing",
        "context_length, missing",
        "feed_forward_length, missing",
        "attention.head_count, missing",
        "attention.layer_norm_rms_epsilon, missing",
    })
    void rejectsMissingKeys(String key, String message) {
        Map<String, Object> keys = keys("llama");
        keys.remove("llama." + key);

        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(keys))
                .withMessageContaining("llama." + key + ": " + message);
    }

    @Test
    void rejectsValuesOfAnotherKind() {
        Map<String, Object> keys = keys("llama");
        keys.put("llama.embedding_length", "64");
        Map<String, Object> scaling = keys("llama");
        scaling.put("llama.rope.scaling.type", "longrope");
        Map<String, Object> lists = keys("llama");
        lists.put("llama.attention.head_count", List.of(4L, 4L));
        Map<String, Object> epsilon = keys("llama");
        epsilon.put("llama.attention.layer_norm_rms_epsilon", Float.NaN);

        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(keys))
                .withMessageContaining("llama.embedding_length: \"64\"");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(scaling))
                .withMessageContaining("llama.rope.scaling.type: \"longrope\" (expected: none, linear or yarn)");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(lists))
                .withMessageContaining("llama.attention.head_count: [4, 4] (expected: a number, or one for each of 12");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(epsilon))
                .withMessageContaining("llama.attention.layer_norm_rms_epsilon: NaN");
    }

    private static List<Integer> windows(ModelConfig config) {
        return config.layers().stream().map(layer -> layer.attention().window()).toList();
    }

    /** 12 layers, hidden 64, 4 heads of 16. */
    private static Map<String, Object> keys(String architecture) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("general.architecture", architecture);
        keys.put(architecture + ".vocab_size", 320L);
        keys.put(architecture + ".context_length", 512L);
        keys.put(architecture + ".embedding_length", 64L);
        keys.put(architecture + ".block_count", 12L);
        keys.put(architecture + ".feed_forward_length", 96L);
        keys.put(architecture + ".attention.head_count", 4L);
        keys.put(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f);
        return keys;
    }

    private ModelConfig read(Map<String, Object> keys, String... tensors) {
        GgufWriter writer = new GgufWriter();
        keys.forEach((key, value) -> {
            switch (value) {
                case String text -> writer.text(key, text);
                case Long number -> writer.u32(key, number);
                case Float number -> writer.f32(key, number);
                case List<?> list ->
                    writer.array(
                            key, list.getFirst() instanceof Boolean ? GgufValueType.BOOL : GgufValueType.U32, list);
                default -> throw new IllegalArgumentException(key);
            }
        });
        for (String tensor : tensors) {
            writer.tensor(tensor, DType.F32, Shape.of(4), () -> MemorySegment.ofArray(new byte[16]));
        }
        Path file = folder.resolve("model.gguf");
        try {
            writer.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (GgufModel model = GgufModel.open(file)) {
            return ModelConfig.of(model);
        }
    }
}
