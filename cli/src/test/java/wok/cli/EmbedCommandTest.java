package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;

/** {@code wok embed} and {@code wok rerank} on the model floor's tiny encoders. */
class EmbedCommandTest {
    private static final Path ENCODERS = Path.of("../model/src/test/resources/wok/model/encoders");
    private static final Path BERT = ENCODERS.resolve("bert");
    private static final Path RERANKER = ENCODERS.resolve("bert_reranker");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit fills it
    Path folder;

    private static Json.Obj line(CommandRun run, int index) {
        return Json.parseObject(
                "line", run.out().lines().toList().get(index).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void printsAVectorForEachTextInOrder() {
        CommandRun both = CommandRun.of("embed", BERT, "one text", "another");
        assertThat(both.code()).isZero();
        assertThat(both.out().lines())
                .hasSize(2)
                .allMatch(line -> line.chars().filter(c -> c == ' ').count() == 63);
        assertThat(both.out().lines().toList().get(1))
                .isEqualTo(CommandRun.of("embed", BERT, "another").out().strip());
    }

    @Test
    void jsonHasIndexTokensAndNumbersThatReadBack() {
        CommandRun run = CommandRun.of("embed", BERT, "one text", "another", "--json", "--dimensions", "3");
        assertThat(line(run, 1).members()).containsOnlyKeys("index", "tokens", "embedding");
        assertThat(line(run, 1).number("index").orElseThrow().intValue()).isEqualTo(1);
        assertThat(line(run, 0).array("embedding").orElseThrow().elements()).hasSize(3);
        String first = CommandRun.of("embed", BERT, "one text", "--dimensions", "3")
                .out()
                .strip();
        assertThat(line(run, 0)
                        .array("embedding")
                        .orElseThrow()
                        .toString()
                        .replaceAll("[\\[\\]]", "")
                        .replace(",", " "))
                .isEqualTo(first);
    }

    @Test
    void manyTextsComeFromAFile() throws IOException {
        Path lines = Files.writeString(folder.resolve("lines.txt"), "a text\n".repeat(600));
        CommandRun run = CommandRun.of("embed", BERT, "--file", lines);
        assertThat(run.out().lines()).hasSize(600);
        assertThat(run.out().lines().distinct()).hasSize(1);
        Path array = Files.writeString(folder.resolve("texts.json"), "[\"a text\",\"\"]");
        assertThat(CommandRun.of("embed", BERT, "--file", array).out().lines()).hasSize(2);
        Path empty = Files.writeString(folder.resolve("empty.txt"), "");
        assertThat(CommandRun.of("embed", BERT, "--file", empty).out()).isEmpty();
    }

    @Test
    void optionsChangeWhatIsPrinted() {
        String plain = CommandRun.of("embed", BERT, "text").out();
        assertThat(CommandRun.of("embed", BERT, "text", "--pooling", "cls").out())
                .isNotEqualTo(plain);
        assertThat(CommandRun.of("embed", BERT, "text", "--normalize", "off").out())
                .isNotEqualTo(plain);
        assertThat(CommandRun.of("embed", BERT, "text", "--prefix", "a ").out())
                .isEqualTo(CommandRun.of("embed", BERT, "a text").out());
        assertThat(CommandRun.of("embed", BERT, "text", "--kernels", "reference")
                        .out())
                .isEqualTo(plain);
    }

    @Test
    void tooLongATextIsRefusedOrCut() {
        String longText = "word ".repeat(500);
        CommandRun refused = CommandRun.of("embed", BERT, "short", longText);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("text 2 of 2:").contains("tokens (expected: at most 128");
        CommandRun cut = CommandRun.of("embed", BERT, longText, "--truncate", "--json");
        assertThat(line(cut, 0).bool("truncated")).contains(true);
    }

    @Test
    void wrongWordsAreSaidSo() {
        assertThat(CommandRun.of("embed", BERT, "t", "--pooling", "sum").err()).contains("--pooling: sum (expected:");
        assertThat(CommandRun.of("embed", BERT, "t", "--dimensions", "0").code())
                .isEqualTo(2);
        assertThat(CommandRun.of("embed", BERT, "t", "--dimensions", "65").err())
                .contains("expected: 1 to 64");
        assertThat(CommandRun.of("embed", BERT, "t", "--task", "query").err()).contains("no prompts");
        assertThat(CommandRun.of("embed", BERT, "t", "--task", "query", "--prefix", "x")
                        .code())
                .isEqualTo(2);
        assertThat(CommandRun.of("embed", BERT, "t", "--kv", "f16").code()).isEqualTo(2);
        assertThat(CommandRun.of("embed", BERT, "t", "--file", "x").code()).isEqualTo(2);
        assertThat(CommandRun.of("rerank", BERT, "t", "--query", "x").err()).contains("a reranker");
        assertThat(CommandRun.of("rerank", RERANKER, "t").code()).isEqualTo(2);
    }

    @Test
    void promptsAreTheModelsOwn() throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
            Files.copy(BERT.resolve(file), folder.resolve(file));
        }
        Files.writeString(
                folder.resolve("config_sentence_transformers.json"),
                "{\"prompts\":{\"query\":\"query: \",\"passage\":\"passage: \"}}");
        assertThat(CommandRun.of("embed", folder, "t", "--task", "document").out())
                .isEqualTo(CommandRun.of("embed", folder, "passage: t").out());
        assertThat(CommandRun.of("embed", folder, "t", "--task", "other").err())
                .contains("--task: other (expected: one of query, passage");
    }

    @Test
    void aDecodersLastTokenStandsForTheText() {
        Path decoder = ModelFiles.huggingFace(folder);
        CommandRun both = CommandRun.of("embed", decoder, "some text", "another text");
        assertThat(both.code()).isZero();
        assertThat(both.out().lines()).hasSize(2);
        assertThat(both.out())
                .endsWith(CommandRun.of("embed", decoder, "another text").out());
        assertThat(CommandRun.of("embed", decoder, "some text", "--pooling", "last")
                        .out())
                .isEqualTo(both.out().lines().toList().getFirst() + "\n");
        assertThat(CommandRun.of("embed", decoder, "t", "--pooling", "mean").err())
                .contains("pooling: MEAN (expected: LAST");
        assertThat(CommandRun.of("embed", decoder, "").err()).contains("no tokens");
    }

    @Test
    void showSaysWhichVerbTakesAnEncoder() {
        CommandRun bert = CommandRun.of("show", BERT, "--json");
        assertThat(bert.object().text("runs_with").orElseThrow()).contains("wok embed");
        assertThat(bert.object().text("pooling")).contains("mean");
        assertThat(bert.object().has("not_runnable")).isFalse();
        CommandRun onnx = CommandRun.of("show", Path.of("../model/src/test/resources/wok/model/onnx/plain"), "--json");
        assertThat(onnx.object().text("format")).contains("ONNX");
        assertThat(onnx.object().text("architecture")).contains("bert");
    }

    private static double scoreOf(CommandRun run, int index) {
        String line = run.out().lines().toList().get(index);
        return Double.parseDouble(line.substring(0, line.indexOf('\t')));
    }

    @Test
    void rerankSortsDocumentsByScore() {
        String[] words = {
            "rerank", RERANKER.toString(), "--query", "what is a panda?", "hi", "The giant panda is a bear."
        };
        CommandRun run = CommandRun.of((Object[]) words);
        assertThat(run.out().lines()).hasSize(2);
        double first = scoreOf(run, 0);
        double second = scoreOf(run, 1);
        assertThat(first).isGreaterThanOrEqualTo(second);
        CommandRun json =
                CommandRun.of("rerank", RERANKER, "--query", "q", "a", "b", "c", "--top", "2", "--json", "--sigmoid");
        Json.Obj best = (Json.Obj)
                json.object().array("results").orElseThrow().elements().getFirst();
        assertThat(best.members()).containsOnlyKeys("index", "score", "document");
        assertThat(best.number("score").orElseThrow().doubleValue()).isBetween(0.0, 1.0);
        assertThat(json.object().array("results").orElseThrow().elements()).hasSize(2);
    }
}
