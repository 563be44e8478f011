package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;

class QuantizeCommandTest {
    @TempDir
    static Path models;

    @TempDir
    Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void writeModel() {
        model = ModelFiles.gguf(models);
    }

    @Test
    void writesASmallerModelThatRuns() throws IOException {
        Path out = folder.resolve("small.gguf");
        CommandRun run = CommandRun.of("quantize", model, out, "--type", "q8_0", "--threads", "2");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("bits a weight").hasLineCount(1);
        assertThat(run.err()).contains("100%");
        assertThat(Files.size(out)).isLessThan(Files.size(model));
        assertThat(CommandRun.of("run", out, "Hello", "--max-tokens", "3").code())
                .isZero();
        CommandRun compared = CommandRun.with(
                "The quick brown fox. ".repeat(4), "perplexity", out, "-", "--context", "16", "--kl", model, "--json");
        assertThat(compared.code()).as(compared.err()).isZero();
        assertThat(compared.object().number("divergence").orElseThrow().doubleValue())
                .isBetween(0.0, 0.01);
        assertThat(compared.object().number("same_first").orElseThrow().doubleValue())
                .isGreaterThan(0.5);
    }

    @Test
    void aModelDoesNotDivergeFromItself() {
        CommandRun run = CommandRun.with(
                "The quick brown fox. ".repeat(4), "perplexity", model, "-", "--context", "16", "--kl", model);
        assertThat(run.out())
                .contains("base perplexity")
                .contains("divergence 0.000000")
                .contains("100.00 %");
    }

    @Test
    void aDryRunNamesEveryTensorAndWritesNothing() {
        Path out = folder.resolve("small.gguf");
        CommandRun run = CommandRun.of("quantize", model, out, "--type", "Q4_K_M", "--dry-run");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("token_embd.weight").contains("blk.0.ffn_down.weight");
        CommandRun json = CommandRun.of("quantize", model, out, "--type", "Q4_K_M", "--dry-run", "--json");
        assertThat(json.object().members())
                .containsOnlyKeys(
                        "file", "type", "written", "parameters", "tensor_bytes", "bits_per_weight", "types", "tensors");
        assertThat(json.object().get("written")).hasValue(Json.of(false));
        assertThat(out).doesNotExist();
    }

    @Test
    void rejectsWhatItCannotDoWithOneLineAndLeavesNothing() throws IOException {
        Path out = folder.resolve("out.gguf");
        for (CommandRun run : new CommandRun[] {
            CommandRun.of("quantize", model, out, "--type", "Q7_0"),
            CommandRun.of("quantize", model, out, "--type", "Q8_0", "--output-tensor-type", "Q7_0"),
            CommandRun.of("quantize", model, out, "--type", "Q8_0", "--tensor-type", "attn"),
            CommandRun.of("quantize", model, model, "--type", "Q8_0", "--force"),
            CommandRun.of("quantize", model, folder, "--type", "Q8_0", "--force"),
            CommandRun.of("quantize", model, folder.resolve("no").resolve("out.gguf"), "--type", "Q8_0"),
            CommandRun.of("quantize", folder.resolve("none.gguf"), out, "--type", "Q8_0"),
            CommandRun.of("quantize", model, "a\0b", "--type", "Q8_0")
        }) {
            assertThat(run.code()).as(run.err()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1);
        }
        assertThat(CommandRun.of("quantize", model, out).code()).isEqualTo(2);
        assertThat(CommandRun.of("quantize", model, out, "--type", "Q8_0", "--threads", "0")
                        .code())
                .isEqualTo(2);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aFileThatIsThereStaysUnlessForced() throws IOException {
        Path out = Files.writeString(folder.resolve("mine.gguf"), "precious");
        CommandRun refused = CommandRun.of("quantize", model, out, "--type", "Q8_0");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).hasLineCount(1).contains("--force");
        assertThat(Files.readString(out)).isEqualTo("precious");
        assertThat(CommandRun.of("quantize", model, out, "--type", "Q8_0", "--force")
                        .code())
                .isZero();
    }

    @Test
    void quantisesTwiceOnlyWhenAllowed() {
        Path once = folder.resolve("once.gguf");
        Path twice = folder.resolve("twice.gguf");
        assertThat(CommandRun.of("quantize", model, once, "--type", "Q8_0").code())
                .isZero();
        CommandRun refused = CommandRun.of("quantize", once, twice, "--type", "Q4_0");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("Q8_0 already").contains("--allow-requantize");
        assertThat(CommandRun.of("quantize", once, twice, "--type", "Q4_0", "--allow-requantize")
                        .code())
                .isZero();
    }
}
