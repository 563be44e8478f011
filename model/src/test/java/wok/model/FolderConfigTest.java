package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.kernels.GatedActivation;

class FolderConfigTest {
    private static final String LLAMA = """
            {"model_type": "llama", "vocab_size": 320, "hidden_size": 64, "intermediate_size": 96,
             "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu",
             "max_position_embeddings": 512, "rms_norm_eps": 1e-05, "rope_theta": 10000.0}
            """;

    @TempDir
    Path folder;

    static Stream<Path> foldersWithBothStyles() {
        return Stream.of(
                        "llama",
                        "llama-tied",
                        "mistral",
                        "qwen2",
                        "qwen3",
                        "gemma3_text",
                        "qwen3_moe",
                        "mixtral",
                        "gpt_oss",
                        "glm4_moe",
                        "minimax_m2",
                        "llama4",
                        "deepseek_v2",
                        "deepseek_v3",
                        "mistral4",
                        "olmo2",
                        "olmo3",
                        "phi3",
                        "phi3-longrope",
                        "smollm3",
                        "granite",
                        "cohere2",
                        "ministral3",
                        "deepseek_v32",
                        "qwen3_next",
                        "qwen3_5",
                        "qwen3_5_moe",
                        "olmo_hybrid",
                        "kimi_linear")
                .flatMap(name -> Golden.find(name).stream());
    }

    @ParameterizedTest
    @MethodSource("foldersWithBothStyles")
    void readsTheSameModelFromBothStyles(Path golden) throws IOException {
        ModelConfig old = read(Files.readString(golden.resolve("config.json")));
        ModelConfig v5 = read(Files.readString(golden.resolve("config.v5.json")));

        assertThat(v5).isEqualTo(old);
    }

    @Test
    void readsGemmasTextPartWithTheDefaultsThatPublishedFilesLeaveOut() {
        ModelConfig config = read("""
                {"model_type": "gemma3", "vision_config": {}, "text_config": {"model_type": "gemma3_text",
                 "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
                 "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024}}
                """);

        AttentionConfig local = config.layers().get(4).attention();
        AttentionConfig global = config.layers().get(5).attention();
        assertThat(config.vocabularySize()).isEqualTo(262_208);
        assertThat(config.contextLength()).isEqualTo(131_072);
        assertThat(config.tiedEmbeddings()).isTrue();
        assertThat(local.heads()).isEqualTo(8);
        assertThat(local.kvHeads()).isEqualTo(4);
        assertThat(local.headDim()).isEqualTo(256);
        assertThat(local.window()).isEqualTo(1024);
        assertThat(local.rope().orElseThrow().base()).isEqualTo(10_000);
        assertThat(local.rope().orElseThrow().scaling()).isEqualTo(new RopeScaling.None());
        assertThat(global.window()).isZero();
        assertThat(global.rope().orElseThrow().base()).isEqualTo(1_000_000);
        assertThat(global.rope().orElseThrow().scaling()).isEqualTo(new RopeScaling.Linear(8));
        assertThat(config.layers().getFirst().dense().activation()).isEqualTo(GatedActivation.GELU_TANH);
    }

    @Test
    void qwensWindowBeginsAtALayerAndOnlyIfItIsUsed() {
        String qwen = LLAMA.replace("llama", "qwen2")
                .replace("}", ", \"sliding_window\": 16, \"max_window_layers\": 1, \"use_sliding_window\": USE}");

        assertThat(windows(qwen.replace("USE", "true"))).containsExactly(0, 16, 16);
        assertThat(windows(qwen.replace("USE", "false"))).containsExactly(0, 0, 0);
    }

    @Test
    void mistralsWindowIsInEveryLayerUnlessItIsNull() {
        String mistral = LLAMA.replace("llama", "mistral");

        assertThat(windows(mistral.replace("}", ", \"sliding_window\": 7}"))).containsExactly(7, 7, 7);
        assertThat(windows(mistral.replace("}", ", \"sliding_window\": null}"))).containsExactly(0, 0, 0);
        assertThat(windows(mistral)).containsExactly(4096, 4096, 4096);
    }

    @Test
    void llamaTakesBiasesFromItsOptions() {
        LayerConfig layer = read(LLAMA.replace("}", ", \"attention_bias\": true, \"mlp_bias\": true}"))
                .layers()
                .getFirst();

        assertThat(layer.attention().projections().inputBias()).isTrue();
        assertThat(layer.attention().projections().outputBias()).isTrue();
        assertThat(layer.dense().bias()).isTrue();
    }

    @Test
    void dynamicScalingIsNoneWithinTheContext() {
        ModelConfig config = read(LLAMA.replace("}", ", \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}}"));

        assertThat(config.layers().getFirst().attention().rope().orElseThrow().scaling())
                .isEqualTo(new RopeScaling.None());
    }

    @Test
    void namesAnUnsupportedArchitectureAndTheSupportedOnes() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(LLAMA.replace("llama", "mamba")))
                .withMessageContaining("config.json: architecture \"mamba\" is not supported")
                .withMessageContaining("gemma3, gemma3_text, ")
                .withMessageContaining(" llama, ");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read("{\"model_type\": \"mistral3\", \"text_config\": {\"model_type\": \"mamba\"}}"))
                .withMessageContaining("architecture \"mamba\" is not supported");
    }

    @Test
    void rejectsQuantisedCheckpoints() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() ->
                        read(LLAMA.replace("}", ", \"quantization_config\": {\"quant_method\": \"bitsandbytes\"}}")))
                .withMessageContaining("quantization_config");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"num_attention_heads\": 4 | \"num_attention_heads\": 0 | num_attention_heads: 0",
                "\"num_attention_heads\": 4 | \"num_attention_heads\": 1e99 | num_attention_heads: 1.0E99",
                "\"num_attention_heads\": 4 | \"num_attention_heads\": \"4\" | num_attention_heads: \"4\"",
                "\"num_attention_heads\": 4 | \"num_attention_heads\": 5 | a divisor of hidden_size, 64",
                "\"num_attention_heads\": 4, | '' | num_attention_heads: missing",
                "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | num_key_value_heads",
                "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 8 | a divisor of the heads, 4",
                "\"hidden_size\": 64 | \"hidden_size\": 60 | an even number",
                "\"hidden_size\": 64 | \"hidden_size\": -64 | hidden_size: -64",
                "\"hidden_size\": 64 | \"hidden_size\": 2000000000 | head_dim",
                "\"hidden_size\": 64 | \"hidden_size\": 262144, \"head_dim\": 16 | hidden_size",
                "\"vocab_size\": 320 | \"vocab_size\": 2147483647 | vocab_size",
                "\"intermediate_size\": 96 | \"intermediate_size\": 99999999 | intermediate_size",
                "\"num_hidden_layers\": 3 | \"num_hidden_layers\": 1000000 | num_hidden_layers",
                "\"max_position_embeddings\": 512 | \"max_position_embeddings\": 2000000000 | max_position_embeddings",
                "\"rms_norm_eps\": 1e-05 | \"rms_norm_eps\": 0 | rms_norm_eps",
                "\"rms_norm_eps\": 1e-05 | \"rms_norm_eps\": 1e999 | rms_norm_eps",
                "\"rope_theta\": 10000.0 | \"rope_theta\": -1 | rope_theta",
                "\"rope_theta\": 10000.0 | \"rope_theta\": 0.5 | rope_theta",
                "\"hidden_act\": \"silu\" | \"hidden_act\": \"relu\" | hidden_act: \"relu\"",
                "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | silu, swish, gelu_pytorch_tanh or gelu_new",
                "\"model_type\": \"llama\", | '' | model_type: missing",
                "\"vocab_size\": 320 | \"vocab_size\": 320, \"partial_rotary_factor\": 0.5 | partial_rotary_factor",
            })
    void rejectsFields(String field, String replacement, String message) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(LLAMA.replace(field, replacement)))
                .withMessageContaining("config.json")
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\": \"spiral\"} | rope_type: \"spiral\" (expected: default, linear, dynamic, llama3, yarn,",
                "{\"type\": \"longrope\"} | short_factor: missing",
                "{\"type\": \"longrope\", \"short_factor\": [1, \"2\"]} | short_factor",
                "{\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1]} | short_factor",
                "{\"type\": \"longrope\", \"short_factor\": [1, 2, 3, 4, 5, 6, 7, 8], \"long_factor\": [1]} | long_factor",
                "{\"type\": \"longrope\", \"short_factor\": [1, 2, 3, 4, 5, 6, 7, 0], \"long_factor\": [1]} | short_factor",
                "{\"rope_type\": \"proportional\", \"partial_rotary_factor\": 0.5} | partial_rotary_factor: 0.5",
                "{\"rope_type\": \"dynamic\", \"factor\": 2, \"original_max_position_embeddings\": 256}"
                        + " | original_max_position_embeddings: 256 (expected: with dynamic at least",
                "{\"rope_type\": 3} | rope_type: 3",
                "{\"rope_type\": \"linear\"} | factor: missing",
                "{\"rope_type\": \"linear\", \"factor\": 0} | factor",
                "{\"rope_type\": \"llama3\", \"factor\": 8} | low_freq_factor: missing",
                "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 1,"
                        + " \"original_max_position_embeddings\": 64} | high_freq_factor",
                "{\"rope_type\": \"yarn\", \"factor\": 4, \"beta_fast\": -1} | beta_fast",
            })
    void rejectsRopeScalings(String scaling, String message) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(LLAMA.replace("}", ", \"rope_scaling\": " + scaling + "}")))
                .withMessageContaining(message);
    }

    @Test
    void takesDynamicScalingAsNoneUpToTheContext() {
        ModelConfig plain = read(LLAMA);

        assertThat(read(LLAMA.replace("}", ", \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}}")))
                .isEqualTo(plain);
        assertThat(read(LLAMA.replace(
                        "}",
                        ", \"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 2,"
                                + " \"original_max_position_embeddings\": 512}}")))
                .isEqualTo(plain);
    }

    @Test
    void rejectsGemmasCapOnScores() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() ->
                        read(LLAMA.replace("llama", "gemma3_text").replace("}", ", \"attn_logit_softcapping\": 50.0}")))
                .withMessageContaining("attn_logit_softcapping: 50.0 (expected: null");
    }

    @Test
    void rejectsLayerTypesThatTheFamilyDoesNotHave() {
        String qwen = LLAMA.replace("llama", "qwen3");

        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(qwen.replace("}", ", \"layer_types\": [\"full_attention\"]}")))
                .withMessageContaining("layer_types: 1 elements");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(qwen.replace(
                        "}", ", \"layer_types\": [\"full_attention\", \"linear_attention\", \"full_attention\"]}")))
                .withMessageContaining("linear_attention");
    }

    private List<Integer> windows(String json) {
        return read(json).layers().stream()
                .map(layer -> layer.attention().window())
                .toList();
    }

    private ModelConfig read(String json) {
        try {
            Files.writeString(folder.resolve("config.json"), json);
            assertThat(Json.parse("config.json", json)).isInstanceOf(Json.Obj.class);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        try (HuggingFaceFolder opened = HuggingFaceFolder.open(folder)) {
            return ModelConfig.of(opened);
        }
    }
}
