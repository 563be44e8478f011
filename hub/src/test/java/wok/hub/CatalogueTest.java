package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
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
