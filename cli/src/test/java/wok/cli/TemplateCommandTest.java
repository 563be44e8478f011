package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateCommandTest {
    private static final String TALK =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi <|end|>\"}],\"add_generation_prompt\":true}";

    @TempDir
    static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void writeModel() {
        model = ModelFiles.huggingFace(folder);
    }

    private static Path template(String source) throws IOException {
        return Files.writeString(folder.resolve("t.jinja"), source);
    }

    @Test
    void printsThePromptAsItIs() {
        CommandRun run = CommandRun.with(TALK, "template", model, "--messages", "-");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("<|bos|><|user|>Hi <|end|><|end|><|assistant|>");
    }

    @Test
    void letsTheFileOverruleTheModelsTokens() {
        CommandRun run = CommandRun.with(
                "{\"bos_token\":\"^\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "template",
                model,
                "--messages",
                "-");
        assertThat(run.out()).isEqualTo("^<|user|>x<|end|>");
        assertThat(run.code()).isZero();
    }

    @Test
    void triesATemplateByItself() throws IOException {
        Path file = template("{{ messages[0].content }}!");
        assertThat(CommandRun.with(TALK, "template", "--template", file, "--messages", "-")
                        .out())
                .isEqualTo("Hi <|end|>!");
    }

    @Test
    void takesAnotherTimeForThePresent() throws IOException {
        Path file = template("{{ strftime_now('%d %b %Y') }}");
        CommandRun run = CommandRun.with(
                TALK, "template", "--template", file, "--messages", "-", "--now", "2026-01-31T12:00:00");
        assertThat(run.out()).isEqualTo("31 Jan 2026");
    }

    @Test
    void rejectsATimeThatIsNone() {
        CommandRun run = CommandRun.with(TALK, "template", model, "--messages", "-", "--now", "yesterday");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--now").contains("yesterday");
    }

    @Test
    void saysWhatTheTemplateSaysWhenItRefuses() {
        CommandRun run = CommandRun.with(
                "{\"messages\":[{\"role\":\"ghost\",\"content\":\"\"}]}", "template", model, "--messages", "-");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("wok: Unknown role: ghost\n");
    }

    @Test
    void rejectsATemplateThatIsBroken() throws IOException {
        CommandRun run = CommandRun.with(TALK, "template", "--template", template("a\n{% if %}"), "--messages", "-");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("t.jinja").contains("line 2");
    }

    @Test
    void rejectsMessagesThatCanNotBeRead() {
        CommandRun missing = CommandRun.of("template", model, "--messages", folder.resolve("none.json"));
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).hasLineCount(1).contains("none.json");
        for (String input : new String[] {"", "[]", "{\"messages\":", "{\"a\":1}}"}) {
            CommandRun run = CommandRun.with(input, "template", model, "--messages", "-");
            assertThat(run.code()).as(input).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1).contains("standard input");
        }
    }

    @Test
    void neutralisesEscapeSequencesOnATerminal() throws IOException {
        Path file = template("\u001b[2J{{ messages[0].content }}");
        CommandRun run = CommandRun.run(TALK, true, Map.of(), "template", "--template", file, "--messages", "-");
        assertThat(run.out()).isEqualTo("␛[2JHi <|end|>");
    }
}
