package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.formats.GgufModel;
import wok.formats.GgufWriter;
import wok.formats.HuggingFaceFolder;

class ModelCardTest {
    @TempDir
    Path folder;

    @Test
    void readsScalarsAndListsOfBothStyles() throws IOException {
        ModelCard card = read("""
                ---
                # a comment
                license: apache-2.0  # and another
                language:
                - en
                - 'no'
                datasets: [HuggingFaceTB/cosmopedia, "a b"]
                base_model:
                  - HuggingFaceTB/SmolLM2-135M
                  - https://example.org/model
                tags: []
                ---
                # SmolLM2
                license: not this
                """);

        assertThat(card.licence()).contains("apache-2.0");
        assertThat(card.languages()).containsExactly("en", "no");
        assertThat(card.datasets()).containsExactly("HuggingFaceTB/cosmopedia", "a b");
        assertThat(card.baseModels()).containsExactly("HuggingFaceTB/SmolLM2-135M", "https://example.org/model");
    }

    @Test
    void takesTheNameOfALicenceThatTheHubDoesNotList() throws IOException {
        assertThat(read("---\r\nlicense: other\r\nlicense_name: llama3.2\r\n---\r\n")
                        .licence())
                .contains("llama3.2");
        assertThat(read("\uFEFF---\nlicense: other\n---\n").licence()).contains("other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "---",
                "# A model\nlicense: mit\n",
                "---\nlicense: mit\n",
                "---\n license: mit\n---\n",
                "---\nlicense:mit\n---\n",
                "---\nlicense: null\n---\n",
                "---\nlicense:\n  name: mit\n  - mit\n---\n",
                "---\nlicense: |\n  mit\n---\n",
                "---\nlicense: &a mit\n---\n",
                "---\nlicense: {name: mit}\n---\n",
                "---\nlicense: [mit\n---\n",
                "---\nlicense: \"mit\n---\n",
                "---\nlicense: \"m\\u0069t\"\n---\n",
                "---\nlicense: m\u001B[31mit\n---\n",
                "---\nlicense: m\u202Eit\n---\n",
                "---\nlicense:\n- name: mit\n---\n",
            })
    void findsNothingInWhatItDoesNotUnderstand(String card) throws IOException {
        assertThat(read(card).licence()).isEmpty();
    }

    @Test
    void passesOverNestedValuesAndGoesOnBehindThem() throws IOException {
        ModelCard card = read("""
                ---
                model-index:
                - name: x
                  results:
                  - task:
                      type: y
                language: en
                license: mit
                license: gpl-3.0
                ---
                """);

        assertThat(card.licence()).contains("mit");
        assertThat(card.languages()).containsExactly("en");
    }

    @Test
    void keepsNoMoreThanItsLimits() throws IOException {
        String many = "- a\n".repeat(FrontMatter.VALUES_MAX + 10);
        String longText = "x".repeat(FrontMatter.TEXT_CHARS_MAX + 1);

        assertThat(read("---\nlanguage:\n" + many + "---\n").languages()).hasSize(FrontMatter.VALUES_MAX);
        assertThat(read("---\nlanguage: [" + "a,".repeat(100_000) + "]\n---\n").languages())
                .hasSizeLessThanOrEqualTo(FrontMatter.VALUES_MAX);
        assertThat(read("---\nlicense: " + longText + "\n---\n").licence()).isEmpty();
        assertThat(read("---\nx: |\n" + " y\n".repeat(ModelCard.CARD_BYTES_MAX) + "license: mit\n---\n")
                        .licence())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void survivesAnyBytes(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] card = "---\nlicense: [mit, \"a\"]\nlanguage:\n  - 'en'\n---\n".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 300; i++) {
            byte[] mutated = card.clone();
            mutated[4 + random.nextInt(card.length - 8)] = (byte) random.nextInt();
            mutated[4 + random.nextInt(card.length - 8)] = (byte) "-:[]'\"# \n,".charAt(random.nextInt(10));
            Files.write(folder.resolve("README.md"), mutated);
            assertThat(open().languages()).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void isEmptyWithoutACard() throws IOException {
        ModelCard none = open();
        Files.createDirectory(folder.resolve("README.md"));

        assertThat(none.licence()).isEmpty();
        assertThat(open()).isEqualTo(none);
    }

    @Test
    void readsTheMetadataOfGguf() throws IOException {
        Path file = folder.resolve("model.gguf");
        new GgufWriter()
                .text("general.architecture", "llama")
                .text("general.license", "mit")
                .text("general.base_model.0.name", "Base")
                .text("general.base_model.1.repo_url", "https://example.org/other")
                .u32("general.languages", 3)
                .write(file);
        try (GgufModel model = GgufModel.open(file)) {
            ModelCard card = ModelCard.of(model);

            assertThat(card.licence()).contains("mit");
            assertThat(card.baseModels()).isEqualTo(List.of("Base", "https://example.org/other"));
            assertThat(card.languages()).isEmpty();
        }
    }

    private ModelCard read(String card) throws IOException {
        Files.writeString(folder.resolve("README.md"), card);
        return open();
    }

    private ModelCard open() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        try (HuggingFaceFolder opened = HuggingFaceFolder.open(folder)) {
            return ModelCard.of(opened);
        }
    }
}
