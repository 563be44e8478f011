package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;
import wok.testkit.TinyAdapter;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

class MergeCommandTest {
    private static final TinyModel TINY = TinyModel.of(TinyFamily.LLAMA);

    @TempDir
    private Path folder;

    private static List<Double> logits(CommandRun run) {
        assertThat(run.err()).isEmpty();
        Json.Arr row =
                (Json.Arr) run.object().array("logits").orElseThrow().elements().getFirst();
        return row.elements().stream().map(e -> ((Json.Num) e).doubleValue()).toList();
    }

    @Test
    void mergedWeightsAnswerAsTheModelWithItsAdapters() {
        Path base = TINY.writeHuggingFace(folder.resolve("base"));
        Path one = new TinyAdapter(TINY, 1).write(folder.resolve("one"));
        Path two = new TinyAdapter(TINY, 2).write(folder.resolve("two"));
        Path merged = folder.resolve("merged");

        CommandRun run =
                CommandRun.of("merge", base, "--adapter", one, "--adapter", two + "=0.5", "-o", merged, "--json");
        assertThat(run.err()).isEmpty();
        assertThat(run.object().text("merged")).hasValue(merged.toString());
        assertThat(merged.resolve("config.json")).exists();
        assertThat(merged.resolve("tokenizer.json")).exists();
        List<Double> expected =
                logits(CommandRun.of("logits", base, "--tokens", "1,2,3", "--adapter", one, "--adapter", two + "=0.5"));
        List<Double> actual = logits(CommandRun.of("logits", merged, "--tokens", "1,2,3"));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).isCloseTo(expected.get(i), org.assertj.core.api.Assertions.within(1e-4));
        }
    }

    @Test
    void leavesNothingBehindWhenItFails() throws IOException {
        Path base = TINY.writeHuggingFace(folder.resolve("base"));
        Path other = new TinyAdapter(TINY.withWidth(128, 4, 2, 32, 96), 1).write(folder.resolve("other"));
        Path gguf = TINY.writeGguf(folder.resolve("base.gguf"));
        Path merged = folder.resolve("merged");
        Path one = new TinyAdapter(TINY, 1).write(folder.resolve("one"));

        for (CommandRun run : List.of(
                CommandRun.of("merge", base, "--adapter", other, "-o", merged),
                CommandRun.of("merge", base, "--adapter", folder, "-o", merged),
                CommandRun.of("merge", base, "--adapter", one, "-o", base),
                CommandRun.of("merge", gguf, "--adapter", one, "-o", merged),
                CommandRun.of("merge", base, "--adapter", one, "-o", folder.resolve("no/such/place")))) {
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines().toList()).hasSize(1).first().asString().startsWith("wok: ");
        }
        assertThat(CommandRun.of("merge", base, "-o", merged).code()).isEqualTo(2);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("base", "other", "base.gguf", "one");
        }
    }
}
