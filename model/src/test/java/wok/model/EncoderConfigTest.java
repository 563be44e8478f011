package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.Activation;

class EncoderConfigTest {
    private static Json.Obj config(String name) {
        return EncoderGolden.json(EncoderGolden.ROOT.resolve(name).resolve("config.json"));
    }

    private static EncoderConfig read(Json.Obj config) {
        return new EncoderFolderConfig("folder", config).read();
    }

    private static Json value(String json) {
        return Json.parse("value", json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void readsBert() {
        EncoderConfig config = read(config("bert"));
        assertThat(config.family()).isEqualTo(EncoderFamily.BERT);
        assertThat(config.contextLength()).isEqualTo(128);
        assertThat(config.activation()).isEqualTo(Activation.GELU_ERF);
        assertThat(config.layers()).hasSize(3);
        assertThat(config.normEpsilon()).isEqualTo(1e-12f);
    }

    @Test
    void robertasContextIsShorterThanItsTable() {
        EncoderConfig config = read(config("xlm_roberta"));
        assertThat(config.positionOffset()).isEqualTo(2);
        assertThat(config.contextLength()).isEqualTo(128);
    }

    @Test
    void everyThirdModernLayerSeesAll() {
        assertThat(read(config("modernbert")).layers())
                .extracting(EncoderLayerConfig::window)
                .containsExactly(0, 9, 9, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bert | model_type | \"gpt2\" | architecture \"gpt2\" is no encoder",
                "bert | hidden_size | 0 | hidden_size: 0",
                "bert | hidden_size | 100000000 | hidden (hidden_size, embedding_length): 100000000",
                "bert | num_attention_heads | 5 | a divisor of hidden, 64",
                "bert | num_hidden_layers | 2000000000 | layers (num_hidden_layers, block_count): 2000000000",
                "bert | hidden_act | \"mish\" | hidden_act: \"mish\"",
                "bert | layer_norm_eps | -1 | epsilon (layer_norm_eps)",
                "bert | position_embedding_type | \"relative_key\" | position_embedding_type: \"relative_key\"",
                "bert | max_position_embeddings | 90000000 | context (max_position_embeddings",
                "bert | type_vocab_size | 1000000 | token types (type_vocab_size): 1000000",
                "xlm_roberta | pad_token_id | 200 | more than pad_token_id + 1, 201",
                "nomic_bert | activation_function | \"gelu\" | activation_function: \"gelu\"",
                "nomic_bert | rotary_emb_fraction | 0.5 | rotary_emb_fraction: 0.5",
                "nomic_bert | prenorm | true | prenorm: true",
                "nomic_bert | n_head | 1000 | heads (num_attention_heads, n_head): 1000",
                "modernbert | layer_types | [\"full_attention\"] | layer_types",
                "modernbert | num_hidden_layers | 2000000000 | layers (num_hidden_layers): 2000000000",
                "modernbert | norm_eps | \"x\" | norm_eps: \"x\""
            })
    void rejectsFieldsThatCannotBe(String model, String key, String json, String message) {
        Json.Obj broken = config(model).with(key, value(json));
        assertThatThrownBy(() -> read(broken))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }

    /** Whatever stands in the file: a configuration or one line of refusal. */
    @Test
    void mutatedConfigurationsAreReadOrRefused() {
        String[] values = {"-1", "0", "1e300", "null", "[]", "{}", "\"\"", "99999999999999", "true", "2147483647"};
        Random random = new Random(1);
        for (String model : new String[] {"bert", "xlm_roberta", "nomic_bert", "modernbert"}) {
            Json.Obj original = config(model);
            for (String key : original.members().keySet()) {
                Json.Obj broken = original.with(key, value(values[random.nextInt(values.length)]));
                try {
                    assertThat(read(broken).hidden()).isPositive();
                } catch (ModelException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
    }

    @Test
    void tellsEncodersFromDecoders() {
        try (ModelSource bert = ModelSource.open(EncoderGolden.ROOT.resolve("bert"));
                ModelSource gguf = ModelSource.open(EncoderGolden.ROOT.resolve("nomic_bert.gguf"));
                ModelSource qwen =
                        ModelSource.open(java.nio.file.Path.of("src/test/resources/wok/model/goldens/qwen3"))) {
            assertThat(EncoderConfig.isEncoder(bert)).isTrue();
            assertThat(EncoderConfig.isEncoder(gguf)).isTrue();
            assertThat(EncoderConfig.isEncoder(qwen)).isFalse();
        }
    }

    @Test
    void batchesRefuseWhatIsOutsideTheModel() {
        try (Encoder encoder =
                        Encoder.open(ModelSource.open(EncoderGolden.ROOT.resolve("bert")), ModelOptions.defaults());
                EncoderBatch batch = encoder.newBatch(64)) {
            assertThatThrownBy(() -> batch.add(new int[0], new int[0]))
                    .hasMessageContaining("tokens: 0 (expected: 1 to 128");
            assertThatThrownBy(() -> batch.add(new int[129], new int[129])).hasMessageContaining("tokens: 129");
            assertThatThrownBy(() -> batch.add(new int[] {400}, new int[1])).hasMessageContaining("tokenId: 400");
            assertThatThrownBy(() -> batch.add(new int[] {4}, new int[] {2})).hasMessageContaining("type: 2");
            assertThatThrownBy(() -> batch.add(new int[] {4}, new int[2])).hasMessageContaining("types: 2");
            assertThatThrownBy(() -> batch.add(new int[65], new int[65]))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("rowsMax, 64");
            assertThatThrownBy(() -> encoder.scores(batch, 0)).hasMessageContaining("no classifier");
            assertThat(batch.texts()).isZero();
        }
    }
}
