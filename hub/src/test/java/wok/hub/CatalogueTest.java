package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The built-in catalogue, and catalogues that are wrong. */
final class CatalogueTest {

    @Test
    void knowsThePromisedModels() {
        Catalogue catalogue = Catalogue.load();
        for (String name : List.of(
                "smollm2:135m",
                "smollm2:360m",
                "smollm2:1.7b",
                "qwen3:0.6b",
                "qwen3:1.7b",
                "qwen3:4b",
                "qwen2.5:0.5b",
                "llama3.2:1b",
                "llama3.2:3b",
                "gemma3:270m",
                "gemma3:1b",
                "gemma3:4b",
                "deepseek-r1:1.5b",
                "deepseek-r1:7b",
                "mistral:7b")) {
            assertThat(catalogue.find(name)).as(name).isPresent();
        }
        assertThat(catalogue.find("smollm2").map(CatalogueEntry::name)).contains(Catalogue.DEFAULT_MODEL);
        assertThat(catalogue.find("gemma3:270m").orElseThrow().licence()).contains("Gemma Terms");
    }

    @Test
    void hasOneDefaultForEachFamilyAndWholeDigests() {
        for (CatalogueEntry entry : Catalogue.load().entries()) {
            String family = entry.name().substring(0, entry.name().indexOf(':'));
            assertThat(Catalogue.load().entries().stream()
                            .filter(e -> e.isDefault() && e.name().startsWith(family + ":")))
                    .as(family)
                    .hasSize(1);
            for (CatalogueEntry.Source source : entry.sources()) {
                assertThat(source.sha256().map(Sha256::isDigest).orElse(true)).isTrue();
                assertThat(source.sha256().isPresent()).isEqualTo(source.bytes().isPresent());
            }
        }
    }

    /**
     * Repository and file of each Hugging Face source, as projects that download them spell them; docs/hub.md says how
     * they were verified. A source that is not in this list does not belong into the catalogue.
     */
    private static final Map<String, String> VERIFIED = Map.ofEntries(
            Map.entry("bartowski/SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct-Q8_0.gguf"),
            Map.entry("HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf"),
            Map.entry("HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF", "smollm2-1.7b-instruct-q4_k_m.gguf"),
            Map.entry("Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf"),
            Map.entry("Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf"),
            Map.entry("Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf"),
            Map.entry("Qwen/Qwen2.5-0.5B-Instruct-GGUF", "qwen2.5-0.5b-instruct-q8_0.gguf"),
            Map.entry("bartowski/Llama-3.2-1B-Instruct-GGUF", "Llama-3.2-1B-Instruct-Q4_K_M.gguf"),
            Map.entry("bartowski/Llama-3.2-3B-Instruct-GGUF", "Llama-3.2-3B-Instruct-Q4_K_M.gguf"),
            Map.entry("ggml-org/gemma-3-270m-GGUF", "gemma-3-270m-Q8_0.gguf"),
            Map.entry("ggml-org/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf"),
            Map.entry("ggml-org/gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf"),
            Map.entry("bartowski/DeepSeek-R1-Distill-Qwen-1.5B-GGUF", "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf"),
            Map.entry("bartowski/DeepSeek-R1-Distill-Qwen-7B-GGUF", "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf"),
            Map.entry("bartowski/Mistral-7B-Instruct-v0.3-GGUF", "Mistral-7B-Instruct-v0.3-Q4_K_M.gguf"));

    @Test
    void namesOnlyVerifiedFilesAndChoosesThem() {
        List<ModelName.HuggingFace> remotes = Catalogue.load().entries().stream()
                .flatMap(entry -> entry.sources().stream())
                .map(CatalogueEntry.Source::name)
                .filter(ModelName.HuggingFace.class::isInstance)
                .map(ModelName.HuggingFace.class::cast)
                .toList();
        assertThat(remotes).extracting(ModelName.HuggingFace::repository).containsOnlyOnceElementsOf(VERIFIED.keySet());
        for (ModelName.HuggingFace remote : remotes) {
            String file = VERIFIED.getOrDefault(remote.repository(), "not verified");
            List<RepositoryFile> files = Stream.of(file, file.replaceAll("(?i)-q\\d.*", "-Q2_K.gguf"))
                    .map(path -> new RepositoryFile(path, OptionalLong.empty(), Optional.empty(), Optional.empty()))
                    .toList();
            assertThat(FileChoice.choose(remote.repository(), files, remote.choice()))
                    .as(remote.toString())
                    .extracting(RepositoryFile::path)
                    .containsExactly(file);
        }
    }

    @Test
    void suggestsTheNearestNames() {
        Catalogue catalogue = Catalogue.load();
        assertThat(catalogue.nearest("smollm2:135")).first().isEqualTo("smollm2:135m");
        assertThat(catalogue.nearest("qwen-3:0.6b")).first().isEqualTo("qwen3:0.6b");
        assertThat(catalogue.nearest("llama32")).first().isEqualTo("llama3.2:3b");
        assertThat(catalogue.nearest("deepseek")).isNotEmpty();
        assertThat(catalogue.nearest("xyzzyplugh")).isEmpty();
    }

    @Test
    void refusesACatalogueThatIsWrong() {
        String source = "\"sources\":[{\"name\":\"hf:a/b\",\"quantisation\":\"Q8_0\"}]";
        String rest = "\"family\":\"A\",\"parameters\":\"1M\",\"licence\":\"MIT\",";
        record Case(String text, String complaint) {}
        for (Case c : List.of(
                new Case("[]", "JSON"),
                new Case("{}", "models"),
                new Case("{\"models\":[1]}", "objects"),
                new Case("{\"models\":[{" + rest + source + "}]}", "name: missing"),
                new Case("{\"models\":[{\"name\":\"a\"," + rest + source + "}]}", "family:tag"),
                new Case("{\"models\":[{\"name\":\"a:1\"," + rest + "\"sources\":[]}]}", "sources"),
                new Case(
                        "{\"models\":[{\"name\":\"a:1\"," + rest + source + "},{\"name\":\"a:1\"," + rest + source
                                + "}]}",
                        "twice"))) {
            assertThatThrownBy(() -> Catalogue.parse("test", c.text.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining(c.complaint);
        }
    }
}
