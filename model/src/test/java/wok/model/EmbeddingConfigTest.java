package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.ModelSource;

class EmbeddingConfigTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit fills it
    Path folder;

    private EmbeddingConfig read(String... filesAndTexts) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        for (int i = 0; i < filesAndTexts.length; i += 2) {
            Path file = folder.resolve(filesAndTexts[i]);
            Files.createDirectories(folder.resolve("1_Pooling"));
            Files.createDirectories(folder.resolve("pool"));
            Files.writeString(file, filesAndTexts[i + 1]);
        }
        try (ModelSource source = ModelSource.open(folder)) {
            return EmbeddingConfig.of(source);
        }
    }

    @Test
    void aFolderThatSaysNothingLeavesPoolingOpen() throws IOException {
        assertThat(read()).isEqualTo(new EmbeddingConfig(Optional.empty(), true, OptionalInt.empty(), Map.of()));
    }

    @Test
    void readsTheFilesOfSentenceTransformers() throws IOException {
        String modules = "[{\"type\":\"sentence_transformers.models.Transformer\",\"path\":\"\"},"
                + "{\"type\":\"sentence_transformers.models.Pooling\",\"path\":\"pool\"}]";
        EmbeddingConfig config = read(
                "modules.json",
                modules,
                "pool/config.json",
                "{\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":false}",
                "sentence_bert_config.json",
                "{\"max_seq_length\":77}",
                "config_sentence_transformers.json",
                "{\"prompts\":{\"query\":\"query: \",\"document\":null}}");
        assertThat(config.pooling()).contains(Pooling.CLS);
        assertThat(config.normalised()).isFalse();
        assertThat(config.tokensMax()).hasValue(77);
        assertThat(config.prompts()).isEqualTo(Map.of("query", "query: "));
    }

    @Test
    void readsTheNewerWordsForPooling() throws IOException {
        assertThat(read("1_Pooling/config.json", "{\"pooling_mode\":\"lasttoken\"}")
                        .pooling())
                .contains(Pooling.LAST);
        assertThat(read("1_Pooling/config.json", "{\"pooling_mode_lasttoken\":true}")
                        .pooling())
                .contains(Pooling.LAST);
        assertThat(read("1_Pooling/config.json", "{\"pooling_mode_max_tokens\":true}")
                        .pooling())
                .contains(Pooling.MAX);
    }

    @Test
    void rejectsWhatItDoesNotKnow() {
        assertThatThrownBy(() -> read("modules.json", "[{\"type\":\"sentence_transformers.models.Dense\"}]"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("type: \"sentence_transformers.models.Dense\"");
        assertThatThrownBy(() -> read("modules.json", "{}")).hasMessageContaining("expected: an array");
        assertThatThrownBy(() -> read("modules.json", "[1]")).hasMessageContaining("expected: objects");
        assertThatThrownBy(() -> read("modules.json", "[{\"type\":\"x.Pooling\",\"path\":\"../../etc\"}]"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("inside the folder");
        assertThatThrownBy(() -> read(
                        "modules.json", "[]", "1_Pooling/config.json", "{\"pooling_mode_weightedmean_tokens\":true}"))
                .hasMessageContaining("pooling_mode_mean_tokens: missing");
        assertThatThrownBy(() -> read("modules.json", "[]", "1_Pooling/config.json", "{\"pooling_mode\":\"sum\"}"))
                .hasMessageContaining("pooling_mode: \"sum\"");
    }
}
