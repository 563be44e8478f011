package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.GgufModel;

class ImatrixCommandTest {
    @TempDir
    static Path models;

    @TempDir
    Path folder;

    private static Path model = Path.of("");
    private static Path book = Path.of("");

    @BeforeAll
    static void writeFiles() throws IOException {
        model = ModelFiles.gguf(models);
        book = Files.writeString(models.resolve("book.txt"), "The quick brown fox jumps over the lazy dog. ".repeat(9));
    }

    @Test
    void measuresEveryMatrixOfTheLayersAndServesTheQuantiser() {
        Path out = folder.resolve("i.gguf");
        CommandRun run = CommandRun.of("imatrix", model, book, "-o", out, "--context", "32", "--chunks", "3", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.object().number("tokens").orElseThrow().longValue()).isEqualTo(96);
        try (GgufModel measured = GgufModel.open(out);
                GgufModel whole = GgufModel.open(model)) {
            whole.tensors().forEach((name, tensor) -> {
                if (name.startsWith("blk.") && tensor.shape().rank() == 2) {
                    assertThat(measured.tensors()).containsKeys(name + ".in_sum2", name + ".counts");
                }
            });
            assertThat(measured.tensors()).doesNotContainKey("token_embd.weight.in_sum2");
        }
        Path small = folder.resolve("small.gguf");
        CommandRun quantised = CommandRun.of("quantize", model, small, "--type", "Q4_0", "--imatrix", out);
        assertThat(quantised.code()).as(quantised.err()).isZero();
        assertThat(quantised.err()).doesNotContain("warning");
    }

    @Test
    void theSameWordsGiveTheSameBytesWithAnyNumberOfThreads() throws IOException {
        Path one = folder.resolve("one.gguf");
        Path two = folder.resolve("two.gguf");
        CommandRun.of("imatrix", model, book, "-o", one, "--context", "32", "--threads", "1");
        CommandRun.of("imatrix", model, book, "-o", two, "--context", "32", "--threads", "2");
        assertThat(Files.mismatch(one, two)).isEqualTo(-1);
    }

    @Test
    void rejectsWhatItCannotMeasure() throws IOException {
        Path out = folder.resolve("i.gguf");
        Path shortText = Files.writeString(folder.resolve("short.txt"), "Hi");
        Path tiny = ModelFiles.huggingFace(models.resolve("hf"));
        assertThat(CommandRun.of("imatrix", model, shortText, "-o", out).err()).contains("one piece");
        assertThat(CommandRun.of("imatrix", tiny, book, "-o", out).err()).contains("wok convert");
        assertThat(CommandRun.of("imatrix", model, book).code()).isEqualTo(2);
        assertThat(CommandRun.of("imatrix", model, book, "-o", shortText).err()).contains("--force");
        CommandRun foreign = CommandRun.of("quantize", model, out, "--type", "Q8_0", "--imatrix", book);
        assertThat(foreign.code()).isEqualTo(1);
        assertThat(foreign.err()).hasLineCount(1);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(shortText);
        }
    }
}
