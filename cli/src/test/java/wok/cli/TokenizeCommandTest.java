package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeCommandTest {
    @TempDir
    static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void writeModel() {
        model = ModelFiles.huggingFace(folder);
    }

    private static String ids(CommandRun run) {
        return run.object().array("tokens").orElseThrow().toString().replaceAll("[\\[\\]]", "");
    }

    @Test
    void goesThereAndBack() {
        CommandRun there = CommandRun.of("tokenize", model, "héllo wörld");
        assertThat(there.code()).isZero();
        assertThat(there.object().members()).containsOnlyKeys("tokens", "pieces");
        CommandRun back = CommandRun.of("tokenize", model, "--decode", ids(there));
        assertThat(back.object()).hasToString("{\"text\":\"héllo wörld\"}");
    }

    @Test
    void parsesControlTokensOnlyWhenAsked() {
        CommandRun plain = CommandRun.of("tokenize", model, "<|end|>");
        CommandRun special = CommandRun.of("tokenize", model, "<|end|>", "--special");
        assertThat(plain.object().array("tokens").orElseThrow().elements().size())
                .isGreaterThan(1);
        assertThat(special.object().array("tokens").orElseThrow().elements()).hasSize(1);
        assertThat(special.object().array("pieces").orElseThrow()).hasToString("[\"<|end|>\"]");
    }

    @Test
    void needsNothingButATokenizer() throws IOException {
        Path alone = Files.createDirectories(folder.resolve("alone"));
        Files.copy(model.resolve("tokenizer.json"), alone.resolve("tokenizer.json"));
        assertThat(CommandRun.of("tokenize", alone, "abc").out())
                .isEqualTo(CommandRun.of("tokenize", model, "abc").out());
    }

    @Test
    void agreesAcrossFormats() {
        Path gguf = ModelFiles.gguf(folder);
        assertThat(CommandRun.of("tokenize", gguf, "the same words").out())
                .isEqualTo(CommandRun.of("tokenize", model, "the same words").out());
    }

    @Test
    void printsALineForEachTextOfAFile() throws IOException {
        Path texts = Files.writeString(folder.resolve("texts.json"), "[\"a\",\"\",\"b\\nc\"]");
        CommandRun run = CommandRun.of("tokenize", model, "--file", texts);
        assertThat(run.out()).hasLineCount(3);
        assertThat(run.out().lines().toList().get(1)).isEqualTo("{\"tokens\":[],\"pieces\":[]}");
        assertThat(CommandRun.with("[\"a\"]", "tokenize", model, "--file", "-").out())
                .hasLineCount(1);
    }

    @Test
    void readsThePipeWithoutAText() {
        assertThat(CommandRun.with("piped", "tokenize", model).out())
                .isEqualTo(CommandRun.of("tokenize", model, "piped").out());
    }

    @Test
    void rejectsFilesThatAreNoTexts() throws IOException {
        Path file = folder.resolve("bad.json");
        for (String content : new String[] {"{}", "[1]", "[", "\u0000"}) {
            Files.writeString(file, content);
            CommandRun run = CommandRun.of("tokenize", model, "--file", file);
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1).contains("bad.json");
        }
        assertThat(CommandRun.of("tokenize", model, "--file", folder.resolve("none.json"))
                        .err())
                .hasLineCount(1)
                .contains("none.json: no such file");
    }

    @Test
    void rejectsIdsOutsideTheVocabulary() {
        CommandRun run = CommandRun.of("tokenize", model, "--decode", "1,999999");
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).hasLineCount(1).contains("999999");
    }
}
