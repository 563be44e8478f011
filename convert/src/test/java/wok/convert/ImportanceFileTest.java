package wok.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.GgufModel;
import wok.tensor.Shape;

class ImportanceFileTest {
    @TempDir
    Path folder;

    private Path old(String name, int calls, float... values) throws IOException {
        byte[] letters = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(16 + letters.length + 4 * values.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(1)
                .putInt(letters.length)
                .put(letters)
                .putInt(calls)
                .putInt(values.length);
        for (float value : values) {
            out.putFloat(value);
        }
        return Files.write(folder.resolve("old.dat"), out.array());
    }

    @Test
    void whatIsWrittenReadsBackAsMeans() {
        Path file = folder.resolve("i.gguf");
        ImportanceFile.write(
                file,
                Map.of(
                        "blk.0.attn_q.weight", new ImportanceFile.Sums(new double[] {2, 4, 0}, new long[] {2}),
                        "blk.0.ffn_up_exps.weight",
                                new ImportanceFile.Sums(new double[] {3, 6, 0, 0}, new long[] {3, 0})),
                "book.txt",
                7,
                512);
        Importance importance = ImportanceFile.read(file);
        assertThat(importance.tensors()).isEqualTo(2);
        assertThat(importance.of("blk.0.attn_q.weight", Shape.of(5, 3))).isEqualTo(new float[][] {{1, 2, 0}});
        // The second expert met nothing: nothing is known of it.
        assertThat(importance.of("blk.0.ffn_up_exps.weight", Shape.of(2, 5, 2))).isEqualTo(new float[][] {{1, 2}, {}});
        assertThat(importance.of("other", Shape.of(2, 4))).isEqualTo(new float[][] {{}});
        try (GgufModel model = GgufModel.open(file)) {
            assertThat(model.metadata().text("general.type")).contains("imatrix");
            assertThat(model.metadata().integer("imatrix.chunk_count")).contains(7L);
            assertThat(model.metadata().integer("imatrix.chunk_size")).contains(512L);
            assertThat(model.tensors().keySet())
                    .containsExactly(
                            "blk.0.attn_q.weight.in_sum2",
                            "blk.0.attn_q.weight.counts",
                            "blk.0.ffn_up_exps.weight.in_sum2",
                            "blk.0.ffn_up_exps.weight.counts");
        }
    }

    @Test
    void readsTheOlderFormat() throws IOException {
        Importance importance = ImportanceFile.read(old("blk.1.ffn_down.weight", 4, 4, 8, 0));
        assertThat(importance.of("blk.1.ffn_down.weight", Shape.of(2, 3))).isEqualTo(new float[][] {{1, 2, 0}});
    }

    @Test
    void rejectsWhatIsNoImportanceMatrix() throws IOException {
        Path file = old("blk.1.ffn_down.weight", 4, 4, 8, 0);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(folder.resolve("cut.dat"), java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ImportanceFile.read(cut))
                    .as("cut at " + length)
                    .isInstanceOf(ConvertException.class);
        }
        Path text = Files.writeString(folder.resolve("text.txt"), "This is a text and not a matrix at all.");
        assertThatThrownBy(() -> ImportanceFile.read(text)).isInstanceOf(ConvertException.class);
        Path noNumber = old("blk.1.ffn_down.weight", 1, Float.NaN);
        assertThatThrownBy(() -> ImportanceFile.read(noNumber)).hasMessageContaining("NaN");
    }
}
