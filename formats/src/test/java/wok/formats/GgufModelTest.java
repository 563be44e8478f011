package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.tensor.DType;
import wok.tensor.Shape;

class GgufModelTest {
    @TempDir
    Path folder;

    private Path part(int number, int count, int no, int splitCount, int total, String... tensors) throws IOException {
        GgufWriter writer = new GgufWriter()
                .number("split.no", GgufValueType.U16, no)
                .number("split.count", GgufValueType.U16, splitCount)
                .number("split.tensors.count", GgufValueType.I32, total);
        for (String tensor : tensors) {
            writer.tensor(tensor, DType.I8, Shape.of(1), () -> MemorySegment.ofArray(new byte[] {(byte) number}));
        }
        Path path = folder.resolve("m-0000" + number + "-of-0000" + count + ".gguf");
        writer.write(path);
        return path;
    }

    private static void rejects(Path path, String... parts) {
        assertThatThrownBy(() -> GgufModel.open(path))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void readsAllPartsOfASplitModel() throws IOException {
        Path first = part(1, 3, 0, 3, 3);
        part(2, 3, 1, 3, 3, "a", "b");
        part(3, 3, 2, 3, 3, "c");
        try (GgufModel model = GgufModel.open(first)) {
            assertThat(model.tensors().keySet()).containsExactly("a", "b", "c");
            assertThat(model.metadata().integer("split.count")).contains(3L);
            Touch.everything(model);
        }
        try (ModelSource model = ModelSource.open(folder)) {
            assertThat(model.path()).isEqualTo(first);
        }
    }

    @Test
    void aModelJoinedFromPartsMayStillSayZeroParts() throws IOException {
        Path path = folder.resolve("joined.gguf");
        new GgufWriter().number("split.count", GgufValueType.U16, 0).write(path);
        GgufModel.open(path).close();
    }

    @Test
    void rejectsAMissingPart() throws IOException {
        rejects(part(1, 2, 0, 2, 0), "m-00002-of-00002.gguf: file: found no such file");
    }

    @Test
    void rejectsALaterPartOpenedFirst() throws IOException {
        part(1, 2, 0, 2, 0);
        rejects(part(2, 2, 1, 2, 0), "split.no: found 1 (expected: 0 (open the first part))");
    }

    @Test
    void rejectsPartsThatDisagree() throws IOException {
        Path first = part(1, 2, 0, 2, 2, "a");
        part(2, 2, 0, 2, 2, "b");
        rejects(first, "m-00002-of-00002.gguf: split.no: found 0 (expected: 1)");
        part(2, 2, 1, 3, 2, "b");
        rejects(first, "split.count: found 3 (expected: 2, as in the first part)");
        part(2, 2, 1, 2, 2, "a");
        rejects(first, "tensor name: found a again");
        part(2, 2, 1, 2, 2, "b", "c");
        rejects(first, "split.tensors.count: found 2 (expected: 3, as the parts hold)");
    }

    @Test
    void rejectsAPartUnderAnotherName() throws IOException {
        Path first = part(1, 2, 0, 2, 0);
        rejects(Files.move(first, folder.resolve("renamed.gguf")), "NAME-00001-of-00002.gguf");
    }

    @Test
    void rejectsAbsurdNumbersOfParts() throws IOException {
        for (long count : new long[] {-1, 4097, Long.MAX_VALUE}) {
            Path path = folder.resolve("m-00001-of-00002.gguf");
            new GgufWriter()
                    .number("split.no", GgufValueType.U16, 0)
                    .number("split.count", GgufValueType.I64, count)
                    .write(path);
            rejects(path, "split.count: found " + count);
        }
    }

    @Test
    void metadataOutlivesTheModelAndTensorsDoNot() throws IOException {
        Path path = folder.resolve("m.gguf");
        new GgufWriter()
                .array("numbers", GgufValueType.I32, java.util.List.of(1, 2))
                .tensor("t", DType.I8, Shape.of(1), () -> MemorySegment.ofArray(new byte[1]))
                .write(path);
        GgufModel model = GgufModel.open(path);
        model.close();
        model.close();
        assertThat(model.metadata().integers("numbers")).contains(java.util.List.of(1L, 2L));
        assertThatThrownBy(() -> Touch.tensors(model.tensors())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> model.tensors().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> model.metadata().values().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
