package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;

class BenchCommandTest {
    @TempDir
    static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void writeModel() {
        model = ModelFiles.gguf(folder);
    }

    private static CommandRun bench(Object... options) {
        Object[] words = new Object[options.length + 2];
        words[0] = "bench";
        words[1] = model;
        System.arraycopy(options, 0, words, 2, options.length);
        return CommandRun.of(words);
    }

    @Test
    void printsOneDocumentWithAResultForEachTest() {
        CommandRun run =
                bench("-p", "16,20", "-n", "4", "--depth", "0,8", "--streams", "1,2", "-t", "1,2", "-r", "2", "--json");
        assertThat(run.err()).isEmpty();
        List<Json> results = run.object().array("results").orElseThrow().elements();
        List<String> each = List.of("pp16", "pp20", "tg4", "pp16@d8", "pp20@d8", "tg4@d8", "tg4x2");
        assertThat(results.stream()
                        .map(result -> ((Json.Obj) result).text("test").orElse("")))
                .containsExactlyElementsOf(
                        Stream.concat(each.stream(), each.stream()).toList());
        Json.Obj first = (Json.Obj) results.getFirst();
        assertThat(first.members())
                .containsOnlyKeys(
                        "test",
                        "prompt",
                        "answer",
                        "streams",
                        "depth",
                        "threads",
                        "tokens_per_second",
                        "spread",
                        "milliseconds",
                        "runs");
        assertThat(first.number("threads")).hasValue(Json.of(1));
        assertThat(((Json.Obj) results.getLast()).number("threads")).hasValue(Json.of(2));
        assertThat(first.array("runs").orElseThrow().elements()).hasSize(2);
        assertThat(first.number("tokens_per_second").orElseThrow().doubleValue())
                .isPositive();
        assertThat(run.object().members())
                .containsKeys("model", "kernels", "load_ms", "cold_start_to_first_token_ms", "memory_bytes");
    }

    @Test
    void answersAtOnceCanStandBehindTokens() {
        CommandRun run = bench("-p", "0", "-n", "4", "--streams", "3", "--stream-depth", "20", "-r", "1", "--json");
        assertThat(run.object().array("results").orElseThrow().elements())
                .singleElement()
                .extracting(result -> ((Json.Obj) result).text("test").orElse(""))
                .isEqualTo("tg4x3@d20");
    }

    @Test
    void aColdRunIsMeasuredFromItsFirstTokenOn() {
        CommandRun run = bench("-p", "4", "-n", "0", "-r", "1", "--no-warmup", "--json");
        assertThat(run.code()).isZero();
        assertThat(run.object().array("results").orElseThrow().elements()).hasSize(1);
        assertThat(run.object().members()).doesNotContainKey("cold_start_to_first_token_ms");
        assertThat(bench("-p", "4", "-n", "0", "-r", "1", "--no-warmup").out()).doesNotContain("first token");
    }

    @Test
    void printsATableForPeople() {
        CommandRun run = bench("-p", "8", "-n", "0", "-r", "1");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("kernels: loaded in")
                .contains("TOKENS/S")
                .contains("pp8");
    }

    @Test
    void rejectsPlansThatCanNotBeRun() {
        for (CommandRun run : List.of(
                bench("-p", "513"),
                bench("--depth", "500"),
                bench("--streams", "2", "--stream-depth", "500"),
                bench("--streams", "2", "--stream-depth", "-1"),
                bench("-p", "8,x"),
                bench("-p", "0", "-n", "0"),
                bench("--streams", "0"),
                bench("-t", "0"),
                bench("--depth", "few"))) {
            assertThat(run.code()).as(run.err()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).hasLineCount(1).contains("expected");
        }
    }
}
