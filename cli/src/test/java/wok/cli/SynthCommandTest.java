package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SynthCommandTest {
    @TempDir
    Path folder;

    @Test
    void writesAModelThatOtherVerbsRun() {
        Path file = folder.resolve("tiny.gguf");
        CommandRun run = CommandRun.of("synth", "tiny", "--type", "q4_k_m", "--out", file);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("random weights").hasLineCount(1);
        assertThat(CommandRun.of("bench", file, "-p", "8", "-n", "2", "-r", "1").code())
                .isZero();
        assertThat(CommandRun.of("run", file, "Hello", "--max-tokens", "3", "--seed", "1")
                        .code())
                .isZero();
        assertThat(CommandRun.of("show", file).code()).isZero();
        assertThat(CommandRun.of("tokenize", file, "Hello there").out()).contains("tokens");
    }

    @Test
    void describesWhatItWroteAsJson() {
        Path file = folder.resolve("tiny.gguf");
        CommandRun run = CommandRun.of("synth", "tiny", "--type", "F16", "--seed", "9", "--out", file, "--json");
        assertThat(run.object().text("shape")).contains("tiny");
        assertThat(run.object().members())
                .containsOnlyKeys("file", "shape", "type", "seed", "parameters", "weight_bytes");
    }

    @Test
    void aFileThatIsThereStaysUnlessForced() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.gguf"), "precious");
        CommandRun refused = CommandRun.of("synth", "tiny", "--type", "Q8_0", "--out", file);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).hasLineCount(1).contains("--force");
        assertThat(Files.readString(file)).isEqualTo("precious");
        assertThat(CommandRun.of("synth", "tiny", "--type", "Q8_0", "--out", file, "--force")
                        .code())
                .isZero();
        assertThat(Files.size(file)).isGreaterThan(100_000);
    }

    @Test
    void rejectsUnknownWordsAndPlacesAndLeavesNothing() throws IOException {
        Path file = folder.resolve("m.gguf");
        for (CommandRun run : new CommandRun[] {
            CommandRun.of("synth", "gpt-5", "--type", "Q8_0", "--out", file),
            CommandRun.of("synth", "tiny", "--type", "Q7", "--out", file),
            CommandRun.of("synth", "tiny", "--type", "Q8_0", "--layers", "99", "--out", file),
            CommandRun.of(
                    "synth",
                    "tiny",
                    "--type",
                    "Q8_0",
                    "--out",
                    folder.resolve("no").resolve("m.gguf")),
            CommandRun.of("synth", "tiny", "--type", "Q8_0", "--out", folder, "--force"),
            CommandRun.of("synth", "tiny", "--type", "Q8_0", "--out", "a\0b")
        }) {
            assertThat(run.code()).as(run.err()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).hasLineCount(1);
        }
        assertThat(CommandRun.of("synth", "tiny").code()).isEqualTo(2);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }
}
