package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;
import wok.testkit.TinyAdapter;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

class LogitsCommandTest {
    @TempDir
    static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void writeModel() {
        model = ModelFiles.gguf(folder);
    }

    private static Json.Arr row(CommandRun run, int index) {
        return (Json.Arr) run.object().array("logits").orElseThrow().elements().get(index);
    }

    @Test
    void printsTheLastPositionOnOneLine() {
        CommandRun run = CommandRun.of("logits", model, "--tokens", "1,2,3");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .hasLineCount(1)
                .startsWith("{\"tokens\":[1,2,3],\"logits\":[[")
                .doesNotContain(" ");
        assertThat(run.object().members()).containsOnlyKeys("tokens", "logits");
        assertThat(run.object().array("logits").orElseThrow().elements()).hasSize(1);
        assertThat(row(run, 0).elements()).hasSize(320);
    }

    @Test
    void printsEveryPositionTheSameAsAlone() {
        CommandRun all = CommandRun.of("logits", model, "--tokens", "1,2,3", "--all");
        assertThat(all.object().array("logits").orElseThrow().elements()).hasSize(3);
        assertThat(row(all, 2)).isEqualTo(row(CommandRun.of("logits", model, "--tokens", "1,2,3"), 0));
        assertThat(row(all, 0)).isEqualTo(row(CommandRun.of("logits", model, "--tokens", "1"), 0));
    }

    @Test
    void goesOnGreedily() {
        CommandRun run = CommandRun.of("logits", model, "--tokens", "5,6", "--greedy", "4");
        Json.Arr greedy = run.object().array("greedy").orElseThrow();
        assertThat(greedy.elements()).hasSize(4);
        String first = greedy.elements().get(0) + "";
        CommandRun next = CommandRun.of("logits", model, "--tokens", "5,6," + first, "--greedy", "3");
        assertThat(next.object().array("greedy").orElseThrow().elements())
                .isEqualTo(greedy.elements().subList(1, 4));
    }

    @Test
    void givesTheSameBitsWithOneThreadAndTwo() {
        String one = CommandRun.of("logits", model, "--tokens", "9,8,7", "--threads", "1")
                .out();
        assertThat(CommandRun.of("logits", model, "--tokens", "9,8,7", "--threads", "2")
                        .out())
                .isEqualTo(one);
        assertThat(CommandRun.of("logits", model, "--tokens", "9,8,7", "--kernels", "reference")
                        .out())
                .isEqualTo(one);
    }

    @Test
    void readsPromptsLongerThanAChunk() {
        StringBuilder tokens = new StringBuilder("1");
        for (int i = 2; i <= 400; i++) {
            tokens.append(',').append(i % 320);
        }
        CommandRun run = CommandRun.of("logits", model, "--tokens", tokens, "--all");
        assertThat(run.object().array("logits").orElseThrow().elements()).hasSize(400);
        assertThat(row(CommandRun.of("logits", model, "--tokens", tokens), 0)).isEqualTo(row(run, 399));
    }

    @Test
    void rejectsTokensOutsideTheVocabulary() {
        CommandRun run = CommandRun.of("logits", model, "--tokens", "1,320");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("--tokens: 320 (expected: 0 to 319)");
    }

    @Test
    void rejectsMoreTokensThanTheContextHolds() {
        CommandRun run = CommandRun.of("logits", model, "--tokens", "1,2,3", "--greedy", "8", "--context", "8");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("at most 8");
    }

    @Test
    void rejectsAMissingFile() {
        CommandRun run = CommandRun.of("logits", folder.resolve("none.gguf"), "--tokens", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains("none.gguf");
    }

    @Test
    void rejectsADamagedFile() throws IOException {
        Path damaged = folder.resolve("damaged.gguf");
        byte[] bytes = Files.readAllBytes(model);
        Files.write(damaged, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        CommandRun run = CommandRun.of("logits", damaged, "--tokens", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("damaged.gguf").doesNotContain("Exception");
        Files.writeString(damaged, "hello");
        assertThat(CommandRun.of("logits", damaged, "--tokens", "1").err())
                .hasLineCount(1)
                .contains("damaged.gguf");
    }

    @Test
    void rejectsAnUnknownArchitecture() throws IOException {
        Path other = ModelFiles.huggingFace(folder.resolve("other"));
        Path config = other.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("qwen3", "quux"));
        CommandRun run = CommandRun.of("logits", other, "--tokens", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("quux");
    }

    @Test
    void rejectsANameThatIsNotStoredWhenOffline() {
        CommandRun run = CommandRun.of("logits", "smollm2:135m", "--tokens", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("offline");
        assertThat(CommandRun.of("logits", "no/such name", "--tokens", "1").code())
                .isEqualTo(1);
    }

    @Test
    void showsWhereAFailureComesFromWhenDebugging() {
        CommandRun run = CommandRun.of("logits", folder.resolve("none.gguf"), "--tokens", "1", "--debug");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("\tat wok.");
    }

    @Test
    void computesWithAdapters() {
        TinyModel tiny = TinyModel.of(TinyFamily.LLAMA);
        Path file = tiny.writeGguf(folder.resolve("base.gguf"));
        Path adapter = new TinyAdapter(tiny, 3).write(folder.resolve("lora"));
        CommandRun plain = CommandRun.of("logits", file, "--tokens", "1,2,3");
        CommandRun adapted = CommandRun.of("logits", file, "--tokens", "1,2,3", "--adapter", adapter);
        assertThat(adapted.err()).isEmpty();
        assertThat(row(adapted, 0)).isNotEqualTo(row(plain, 0));
        assertThat(row(CommandRun.of("logits", file, "--tokens", "1,2,3", "--adapter", adapter + "=0"), 0))
                .isEqualTo(row(plain, 0));
    }

    @Test
    void saysWhatIsWrongWithAnAdapter() {
        assertThat(CommandRun.of("logits", model, "--tokens", "1", "--adapter", "x=much"))
                .satisfies(run -> assertThat(run.code()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("--adapter: x=much (expected: PATH or PATH=FACTOR"));
        assertThat(CommandRun.of("logits", model, "--tokens", "1", "--adapter", folder))
                .satisfies(run -> assertThat(run.code()).isEqualTo(1))
                .satisfies(run -> assertThat(run.err()).hasLineCount(1).contains("adapter_config.json"));
    }
}
