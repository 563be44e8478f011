package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;

class RunCommandTest {
    @TempDir
    static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void writeModel() {
        model = ModelFiles.gguf(folder);
    }

    private static Json.Obj json(Object... words) {
        CommandRun run = CommandRun.of(words);
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return run.object();
    }

    @Test
    void givesTheSameAnswerForTheSameSeed() {
        CommandRun one = CommandRun.of("run", model, "Hello", "--max-tokens", "12", "--seed", "7");
        assertThat(one.err()).isEmpty();
        assertThat(one.code()).isZero();
        assertThat(one.out()).endsWith("\n");
        assertThat(CommandRun.of("run", model, "Hello", "--max-tokens", "12", "--seed", "7"))
                .isEqualTo(one);
        assertThat(CommandRun.of("run", model, "Hello", "--max-tokens", "12", "--seed", "7", "--threads", "2"))
                .isEqualTo(one);
    }

    @Test
    void printsOneDocument() {
        Json.Obj document = json("run", model, "Hello", "-n", "5", "--seed", "7", "--json");
        assertThat(document.members())
                .containsOnlyKeys("model", "text", "reasoning", "finish_reason", "usage", "seed", "timings");
        assertThat(document.text("finish_reason"))
                .hasValueSatisfying(
                        reason -> assertThat(List.of("stop", "length")).contains(reason));
        assertThat(document.number("seed")).hasValue(Json.of(7));
        Json.Obj usage = document.object("usage").orElseThrow();
        assertThat(usage.number("completion_tokens").orElseThrow().intValue()).isBetween(1, 5);
    }

    @Test
    void printsALineForEachPieceWhenStreamingJson() {
        CommandRun run = CommandRun.of("run", model, "Hello", "-n", "8", "--seed", "3", "--json", "--stream");
        List<String> lines = run.out().lines().toList();
        StringBuilder text = new StringBuilder();
        for (String line : lines.subList(0, lines.size() - 1)) {
            text.append(((Json.Obj) Json.parse("line", line)).text("text").orElse(""));
        }
        assertThat(((Json.Obj) Json.parse("last", lines.getLast())).text("text"))
                .hasValue(text.toString());
    }

    @Test
    void takesThePipeAndTheWordsTogether() {
        Object[] rest = {"run", model, "-n", "3", "--seed", "1", "--json"};
        assertThat(tokens(CommandRun.with("b\n", "run", model, "a", "-n", "3", "--seed", "1", "--json")))
                .isEqualTo(tokens(CommandRun.of("run", model, "a\n\nb", "-n", "3", "--seed", "1", "--json")));
        assertThat(tokens(CommandRun.with("a", rest)))
                .isEqualTo(tokens(CommandRun.of("run", model, "a", "-n", "3", "--seed", "1", "--json")));
    }

    private static int tokens(CommandRun run) {
        return run.object()
                .object("usage")
                .orElseThrow()
                .number("prompt_tokens")
                .orElseThrow()
                .intValue();
    }

    @Test
    void leavesTheTemplateOutWhenRaw() {
        int chat = tokens(CommandRun.of("run", model, "a", "-n", "1", "--json"));
        int raw = tokens(CommandRun.of("run", model, "a", "-n", "1", "--json", "--raw"));
        int told = tokens(CommandRun.of("run", model, "a", "-n", "1", "--json", "--system", "b"));
        assertThat(raw).isLessThan(chat);
        assertThat(told).isGreaterThan(chat);
    }

    @Test
    void neverParsesControlTokensThatPeopleType() {
        int spelled = tokens(CommandRun.of("run", model, "<|end|>", "-n", "1", "--json"));
        int letter = tokens(CommandRun.of("run", model, "a", "-n", "1", "--json"));
        assertThat(spelled).isGreaterThan(letter);
        assertThat(tokens(CommandRun.of("run", model, "<|end|>", "-n", "1", "--json", "--raw", "--special")))
                .isLessThan(tokens(CommandRun.of("run", model, "<|end|>", "-n", "1", "--json", "--raw")));
    }

    @Test
    void tellsStatisticsApartFromTheAnswer() {
        CommandRun run = CommandRun.of("run", model, "a", "-n", "3", "--seed", "9", "--stats");
        assertThat(run.err())
                .hasLineCount(1)
                .contains("loaded in")
                .contains("first token")
                .contains("seed 9");
        assertThat(run.out()).doesNotContain("loaded in");
    }

    @Test
    void keepsControlCharactersFromATerminal() {
        for (int seed = 0; seed < 4; seed++) {
            CommandRun run = CommandRun.run(
                    "",
                    true,
                    Map.of("NO_COLOR", "1"),
                    "run",
                    model,
                    "a",
                    "-n",
                    "60",
                    "--temperature",
                    "5",
                    "--top-p",
                    "1",
                    "--min-p",
                    "0",
                    "--seed",
                    seed);
            assertThat(run.code()).isZero();
            assertThat(run.out().codePoints().filter(c -> c != '\n' && c != '\t'))
                    .noneMatch(Character::isISOControl);
        }
    }

    @Test
    void rejectsPromptsLongerThanTheContext() {
        CommandRun run = CommandRun.of("run", model, "word ".repeat(2000), "-n", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).startsWith("wok: ").contains("512");
    }

    @Test
    void rejectsSamplingOutOfRange() {
        CommandRun run = CommandRun.of("run", model, "a", "--top-p", "2");
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).hasLineCount(1).contains("topP: 2 (expected: 0 to 1)");
    }

    @Test
    void rejectsUnknownKernels() {
        CommandRun run = CommandRun.of("run", model, "a", "--kernels", "machine:sse");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .hasLineCount(1)
                .contains(
                        "--kernels: machine:sse (expected: one of reference, vector, machine, machine:amx, machine:avx512,");
    }

    @Test
    void usesNoColoursWhenToldSo() {
        assertThat(CommandRun.run("", true, Map.of("TERM", "xterm"), "show", model)
                        .out())
                .contains("\u001b[1m");
        assertThat(CommandRun.run("", true, Map.of("TERM", "xterm", "NO_COLOR", "1"), "show", model)
                        .out())
                .doesNotContain("\u001b");
        assertThat(CommandRun.run("", true, Map.of("TERM", "dumb"), "show", model)
                        .out())
                .doesNotContain("\u001b");
    }

    @Test
    void showsControlCharactersOfMetadataAndTemplates() throws java.io.IOException {
        Path hostile = ModelFiles.huggingFace(folder.resolve("hostile"));
        Path template = hostile.resolve("chat_template.jinja");
        java.nio.file.Files.writeString(template, "\u001b[2J{{ messages[0].content }}");
        Path config = hostile.resolve("config.json");
        String text = java.nio.file.Files.readString(config);
        java.nio.file.Files.writeString(config, text.replace("\"qwen3\"", "\"q\\u001b[2J3\""));
        CommandRun shown = CommandRun.onTerminal("show", hostile);
        assertThat(shown.out()).contains("␛[2J").doesNotContain("\u001b[2J");
        CommandRun printed = CommandRun.onTerminal("show", hostile, "--template");
        assertThat(printed.out()).contains("␛[2J").doesNotContain("\u001b[2J");
        assertThat(CommandRun.of("show", hostile, "--template").out()).startsWith("\u001b[2J");
        assertThat(CommandRun.of("run", hostile, "a").err()).hasLineCount(1).doesNotContain("\u001b");
    }
}
