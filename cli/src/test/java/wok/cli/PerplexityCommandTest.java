package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;

class PerplexityCommandTest {
    @TempDir
    static Path folder;

    private static Path model = Path.of("");
    private static Path book = Path.of("");

    @BeforeAll
    static void writeFiles() throws IOException {
        model = ModelFiles.gguf(folder);
        book = Files.writeString(folder.resolve("book.txt"), text());
    }

    private static List<Json> tokens() {
        return CommandRun.of("tokenize", model, text())
                .object()
                .array("tokens")
                .orElseThrow()
                .elements();
    }

    private static String text() {
        return "The quick brown fox jumps over the lazy dog. ".repeat(2);
    }

    /** Negative log-likelihoods of tokens {@code from} and later of a window, from what {@code wok logits} prints. */
    private static double sum(List<Json> window, int from) {
        String ids = window.toString().replaceAll("[\\[\\] ]", "");
        List<Json> rows = CommandRun.of("logits", model, "--tokens", ids, "--all")
                .object()
                .array("logits")
                .orElseThrow()
                .elements();
        double sum = 0;
        for (int i = from; i < window.size(); i++) {
            double[] logits = ((Json.Arr) rows.get(i - 1))
                    .elements().stream()
                            .mapToDouble(value -> ((Json.Num) value).doubleValue())
                            .toArray();
            double total = 0;
            for (double value : logits) {
                total += Math.exp(value);
            }
            sum += Math.log(total) - logits[((Json.Num) window.get(i)).intValue()];
        }
        return sum;
    }

    @Test
    void isTheExponentialOfTheMeanThatTheLogitsGive() {
        List<Json> all = tokens();
        double sum = 0;
        for (int start = 0; start == 0 || start + 16 - 4 < all.size(); start += 4) {
            sum += sum(all.subList(start, Math.min(all.size(), start + 16)), start == 0 ? 1 : 12);
        }
        CommandRun run = CommandRun.of("perplexity", model, book, "--context", "16", "--stride", "4", "--json");
        Json.Obj measured = run.object();
        assertThat(measured.number("tokens")).hasValue(Json.of(all.size() - 1));
        assertThat(measured.number("perplexity").orElseThrow().doubleValue())
                .isCloseTo(Math.exp(sum / (all.size() - 1)), within(1e-6));
        assertThat(measured.members())
                .containsKeys("error", "mean_negative_log_likelihood", "windows", "context", "stride");
    }

    @Test
    void printsOneLineForPeople() {
        CommandRun run = CommandRun.of("perplexity", model, book, "--context", "16");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .matches("perplexity \\d+\\.\\d{4} ± \\d+\\.\\d{4} \\(\\d+ tokens, context 16, stride 8\\)\n");
    }

    @Test
    void readsStandardInput() {
        CommandRun piped = CommandRun.with(text(), "perplexity", model, "-", "--context", "16");
        assertThat(piped.out())
                .isEqualTo(CommandRun.of("perplexity", model, book, "--context", "16")
                        .out());
    }

    @Test
    void rejectsWindowsThatDoNotMove() {
        for (Object[] words : List.of(
                new Object[] {"--context", "16", "--stride", "16"},
                new Object[] {"--context", "16", "--stride", "0"},
                new Object[] {"--context", "16", "--stride", "-3"},
                new Object[] {"--context", "1"},
                new Object[] {"--context", "513"})) {
            Object[] all = java.util.stream.Stream.concat(
                            java.util.stream.Stream.of("perplexity", model, book), java.util.stream.Stream.of(words))
                    .toArray();
            CommandRun run = CommandRun.of(all);
            assertThat(run.code()).as(run.err()).isEqualTo(2);
            assertThat(run.err()).hasLineCount(1).contains("expected");
        }
    }

    @Test
    void rejectsTextsThatAreTooShort() {
        for (String text : List.of("", "a")) {
            CommandRun run = CommandRun.with(text, "perplexity", model, "-", "--context", "16");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1).contains("too short");
        }
    }

    @Test
    void rejectsFilesThatAreNoText() throws IOException {
        Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, 0, 1});
        assertThat(CommandRun.of("perplexity", model, bytes).err())
                .hasLineCount(1)
                .contains("not UTF-8");
        assertThat(CommandRun.of("perplexity", model, folder).err())
                .hasLineCount(1)
                .contains("a folder");
    }
}
