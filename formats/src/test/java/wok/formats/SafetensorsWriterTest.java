package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @Test
    void everyTypeReadsBackBitByBit() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        List<Tensor> written = new ArrayList<>();
        for (DType type : DType.values()) {
            if (SafetensorsReader.supports(type)) {
                byte[] bytes = new byte[(int) type.bytes(15)];
                random.nextBytes(bytes);
                written.add(new Tensor("t \"" + type + "\" ß", type, Shape.of(3, 1, 5), MemorySegment.ofArray(bytes)));
            }
        }
        written.add(new Tensor("scalar", DType.F32, Shape.of(), MemorySegment.ofArray(new byte[4])));
        written.add(new Tensor("empty", DType.F32, Shape.of(0, 3), MemorySegment.ofArray(new byte[0])));
        written.forEach(writer::tensor);
        Path path = folder.resolve("m.safetensors");
        writer.write(path);
        try (Arena arena = Arena.ofConfined()) {
            Map<String, Tensor> read = SafetensorsReader.read("m", MappedFile.map(path, arena, "a file"));
            assertThat(read.keySet())
                    .containsExactlyElementsOf(
                            written.stream().map(Tensor::name).toList());
            for (Tensor tensor : written) {
                assertThat(read.values())
                        .anyMatch(found -> found.name().equals(tensor.name())
                                && found.dtype() == tensor.dtype()
                                && found.shape().equals(tensor.shape())
                                && found.data().mismatch(tensor.data()) == -1);
            }
        }
    }

    @Test
    void theHeaderEndsAtAMultipleOfEight() throws IOException {
        for (int length = 1; length < 10; length++) {
            Path path = folder.resolve("m.safetensors");
            new SafetensorsWriter()
                    .tensor("n".repeat(length), DType.U8, Shape.of(1), () -> MemorySegment.ofArray(new byte[1]))
                    .write(path);
            assertThat((Files.size(path) - 1) % 8).isZero();
        }
    }

    @Test
    void rejectsWhatTheFormatHasNot() {
        SafetensorsWriter writer = new SafetensorsWriter();
        MemorySegment bytes = MemorySegment.ofArray(new byte[34]);
        writer.tensor("t", DType.U8, Shape.of(34), () -> bytes);
        assertThatThrownBy(() -> writer.tensor("t", DType.U8, Shape.of(34), () -> bytes))
                .hasMessage("tensor name: t (expected: each name once)");
        assertThatThrownBy(() -> writer.tensor("__metadata__", DType.U8, Shape.of(34), () -> bytes))
                .hasMessageContaining("__metadata__");
        assertThatThrownBy(() -> writer.tensor("q", DType.Q8_0, Shape.of(32), () -> bytes))
                .hasMessageContaining("Q8_0");
        assertThatThrownBy(() -> writer.tensor("r", DType.U8, Shape.of(1, 1, 1, 1, 1, 1, 1, 1, 1), () -> bytes))
                .hasMessageContaining("8 dimensions");
    }
}
