package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.formats.HuggingFaceFolder;

class DeepseekConfigTest {
    private static final String V3 = """
            {"model_type": "deepseek_v3", "vocab_size": 320, "hidden_size": 64, "intermediate_size": 96,
             "moe_intermediate_size": 16, "num_hidden_layers": 5, "num_attention_heads": 4, "q_lora_rank": 48,
             "n_routed_experts": 16, "num_experts_per_tok": 4, "max_position_embeddings": 512}
            """;

    @TempDir
    Path folder;

    @Test
    void keysThatAreLeftOutMeanWhatTheyMeanInTransformers() {
        ModelConfig config = read(V3);

        LatentConfig latent = (LatentConfig) config.layers().getFirst().mixer();
        assertThat(latent.shape()).isEqualTo(new LatentShape(4, 48, 512, 128, 64, 128));
        assertThat(latent.shape().cachedDims()).isEqualTo(576);
        assertThat(latent.bias()).isFalse();
        assertThat(config.layers().get(2).feedForward()).isInstanceOf(DenseConfig.class);
        ExpertsConfig experts = (ExpertsConfig) config.layers().get(3).feedForward();
        assertThat(experts.router().groups()).isEqualTo(8);
        assertThat(experts.router().groupsUsed()).isEqualTo(4);
        assertThat(experts.router().groupScore()).isEqualTo(RouterConfig.GroupScore.TWO_BEST);
        assertThat(experts.router().scale()).isEqualTo(2.5);
        assertThat(experts.shared()).isPresent();
    }

    @Test
    void v2LiteMakesQueriesFromItsInputAndRanksNoGroups() {
        ModelConfig config = read(V3.replace("deepseek_v3", "deepseek_v2")
                .replace("\"q_lora_rank\": 48", "\"q_lora_rank\": null, \"n_group\": 8, \"norm_topk_prob\": true"));

        ExpertsConfig experts = (ExpertsConfig) config.layers().getFirst().feedForward();
        assertThat(((LatentConfig) config.layers().getFirst().mixer()).shape().queryRank())
                .isZero();
        assertThat(experts.router().groups()).isEqualTo(1);
        assertThat(experts.router().normalised()).isFalse();
        assertThat(experts.shared().orElseThrow().inner()).isEqualTo(32);
    }

    @Test
    void yarnsTemperatureIsOnScores() {
        ModelConfig config = read(V3.replace("}", """
                , "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 64,
                 "mscale": 1.0, "mscale_all_dim": 1.0}}
                """));

        LatentConfig latent = (LatentConfig) config.layers().getFirst().mixer();
        double magnitude = 1 + 0.1 * Math.log(40);
        assertThat(latent.scores().scale()).isCloseTo(magnitude * magnitude / Math.sqrt(192), within(1e-12));
        assertThat(latent.rope().orElseThrow().magnitude()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"q_lora_rank\": 48 | \"q_lora_rank\": 99999 | queryRank",
                "\"q_lora_rank\": 48 | \"q_lora_rank\": 0 | q_lora_rank: 0",
                "\"q_lora_rank\": 48 | \"kv_lora_rank\": 99999 | kv_lora_rank",
                "\"q_lora_rank\": 48 | \"kv_lora_rank\": -1 | kv_lora_rank",
                "\"q_lora_rank\": 48 | \"qk_nope_head_dim\": 1000000 | qk_nope_head_dim",
                "\"q_lora_rank\": 48 | \"qk_rope_head_dim\": 7 | an even number",
                "\"q_lora_rank\": 48 | \"v_head_dim\": 5000 | v_head_dim",
                "\"num_attention_heads\": 4 | \"num_attention_heads\": 5000 | num_attention_heads",
                "\"n_routed_experts\": 16 | \"n_routed_experts\": 17 | a divisor of the experts",
                "\"n_routed_experts\": 16 | \"n_routed_experts\": 16, \"topk_group\": 1 | groups with at least 4",
                "\"n_routed_experts\": 16 | \"n_routed_experts\": 16, \"topk_group\": 9 | topk_group",
                "\"n_routed_experts\": 16 | \"n_routed_experts\": 16, \"moe_layer_freq\": 0 | moe_layer_freq",
                "\"n_routed_experts\": 16 | \"n_routed_experts\": 16, \"routed_scaling_factor\": 0 | routed_scaling",
                "\"n_routed_experts\": 16 | \"n_routed_experts\": 16, \"rope_interleave\": 1 | rope_interleave",
                "\"num_experts_per_tok\": 4, | '' | num_experts_per_tok: missing",
                "\"max_position_embeddings\": 512 | \"x\": 320 | max_position_embeddings: missing",
            })
    void rejectsFields(String field, String replacement, String message) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> read(V3.replace(field, replacement)))
                .withMessageContaining("config.json")
                .withMessageContaining(message);
    }

    @Test
    void rejectsAnUnknownWayToChooseExperts() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() ->
                        read(V3.replace("deepseek_v3", "deepseek_v2").replace("}", ", \"topk_method\": \"noaux_tc\"}")))
                .withMessageContaining("topk_method: \"noaux_tc\"");
    }

    private ModelConfig read(String json) {
        try {
            Files.writeString(folder.resolve("config.json"), json);
            try (HuggingFaceFolder opened = HuggingFaceFolder.open(folder)) {
                return ModelConfig.of(opened);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
