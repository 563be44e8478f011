package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class GgufWriterTest {
    @TempDir
    Path folder;

    private static MemorySegment randomBytes(long seed, long count) {
        byte[] bytes = new byte[Math.toIntExact(count)];
        new SplittableRandom(seed).nextBytes(bytes);
        return MemorySegment.ofArray(bytes);
    }

    @Test
    void everyMetadataTypeReadsBackAsItWasWritten() throws IOException {
        Path path = folder.resolve("m.gguf");
        new GgufWriter()
                .text("text", "Grüße 🙂")
                .bool("bool", true)
                .u32("u32", 0xffff_ffffL)
                .f32("f32", 1e-5f)
                .number("u8", GgufValueType.U8, 255)
                .number("i8", GgufValueType.I8, -128)
                .number("u16", GgufValueType.U16, 65535)
                .number("i16", GgufValueType.I16, -32768)
                .number("i32", GgufValueType.I32, Integer.MIN_VALUE)
                .number("u64", GgufValueType.U64, -1L)
                .number("i64", GgufValueType.I64, Long.MIN_VALUE)
                .number("f64", GgufValueType.F64, Math.PI)
                .texts("texts", List.of("a", "", "\udc80", "é"))
                .array("bools", GgufValueType.BOOL, List.of(true, false))
                .array("i32s", GgufValueType.I32, List.of(1, -2, 3))
                .array("f32s", GgufValueType.F32, List.of(0.5f, -0.0f))
                .array("empty", GgufValueType.U8, List.of())
                .array(
                        "nested",
                        GgufValueType.ARRAY,
                        List.of(
                                GgufWriter.nested(GgufValueType.U8, List.of(1, 2)),
                                GgufWriter.nested(GgufValueType.STRING, List.of("x"))))
                .write(path);
        try (GgufModel model = GgufModel.open(path)) {
            GgufMetadata metadata = model.metadata();
            assertThat(metadata.values().keySet())
                    .containsExactly(
                            "text", "bool", "u32", "f32", "u8", "i8", "u16", "i16", "i32", "u64", "i64", "f64", "texts",
                            "bools", "i32s", "f32s", "empty", "nested");
            assertThat(metadata.text("text")).contains("Grüße 🙂");
            assertThat(metadata.bool("bool")).contains(true);
            assertThat(metadata.integer("u32")).contains(0xffff_ffffL);
            assertThat(metadata.real("f32")).contains((double) 1e-5f);
            assertThat(metadata.integer("u8")).contains(255L);
            assertThat(metadata.integer("i8")).contains(-128L);
            assertThat(metadata.integer("u16")).contains(65535L);
            assertThat(metadata.integer("i16")).contains(-32768L);
            assertThat(metadata.integer("i32")).contains((long) Integer.MIN_VALUE);
            assertThat(metadata.integer("u64")).contains(-1L);
            assertThat(metadata.integer("i64")).contains(Long.MIN_VALUE);
            assertThat(metadata.real("f64")).contains(Math.PI);
            assertThat(metadata.texts("texts")).contains(List.of("a", "", "\udc80", "é"));
            assertThat(metadata.values()).containsEntry("bools", List.of(true, false));
            assertThat(metadata.integers("i32s")).contains(List.of(1L, -2L, 3L));
            assertThat(metadata.reals("f32s")).contains(List.of(0.5, -0.0));
            assertThat(metadata.integers("empty")).contains(List.of());
            assertThat(metadata.values()).containsEntry("nested", List.of(List.of(1L, 2L), List.of("x")));
            assertThat(metadata.text("u32")).isEmpty();
            assertThat(metadata.integer("f32")).isEmpty();
            assertThat(metadata.integers("texts")).isEmpty();
        }
    }

    @Test
    void copiedMetadataAreTheSameBytes() throws IOException {
        Path path = folder.resolve("m.gguf");
        new GgufWriter()
                .text("text", "\udc80")
                .bool("bool", false)
                .f32("f32", -0.0f)
                .number("u8", GgufValueType.U8, 255)
                .number("u64", GgufValueType.U64, -1L)
                .number("f64", GgufValueType.F64, Math.PI)
                .texts("texts", List.of("a", "\udc80"))
                .texts("no texts", List.of())
                .array("u16s", GgufValueType.U16, List.of(1, 65535))
                .array("empty", GgufValueType.U8, List.of())
                .array(
                        "nested",
                        GgufValueType.ARRAY,
                        List.of(
                                GgufWriter.nested(GgufValueType.U8, List.of(1, 2)),
                                GgufWriter.nested(GgufValueType.STRING, List.of("x"))))
                .write(path);
        Path copy = folder.resolve("copy.gguf");
        try (GgufModel model = GgufModel.open(path)) {
            GgufWriter writer = new GgufWriter();
            model.metadata().values().keySet().forEach(key -> writer.copy(key, model.metadata()));
            writer.write(copy);
            assertThatThrownBy(() -> writer.copy("other", model.metadata())).hasMessageContaining("other");
        }
        assertThat(Files.mismatch(path, copy)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 32, 64, 4096})
    void everyTensorTypeReadsBackBitByBitAtEveryAlignment(int alignment) throws IOException {
        Path path = folder.resolve("t.gguf");
        GgufWriter writer = new GgufWriter().alignment(alignment);
        for (DType type : DType.values()) {
            if (type.ggufId() >= 0) {
                Shape shape = Shape.of(3, 256);
                writer.tensor(type.name(), type, shape, () -> randomBytes(type.ggufId(), type.bytes(768)));
            }
        }
        writer.tensor("scalar", DType.F32, Shape.of(), () -> randomBytes(1, 4))
                .tensor("cube", DType.I8, Shape.of(1, 2, 3, 4), () -> randomBytes(2, 24))
                .write(path);
        try (GgufModel model = GgufModel.open(path)) {
            for (Tensor tensor : model.tensors().values()) {
                long seed = switch (tensor.name()) {
                    case "scalar" -> 1;
                    case "cube" -> 2;
                    default -> tensor.dtype().ggufId();
                };
                MemorySegment expected = randomBytes(seed, tensor.data().byteSize());
                assertThat(tensor.data().mismatch(expected)).as(tensor.name()).isEqualTo(-1);
            }
            assertThat(model.tensors().values().stream().map(Tensor::shape)).endsWith(Shape.of(), Shape.of(1, 2, 3, 4));
        }
    }

    @Test
    void theSameCallsGiveTheSameBytes() throws IOException {
        for (String name : List.of("a.gguf", "b.gguf")) {
            new GgufWriter()
                    .text("general.architecture", "llama")
                    .tensor("t", DType.F32, Shape.of(2, 2), () -> randomBytes(7, 16))
                    .write(folder.resolve(name));
        }
        assertThat(folder.resolve("a.gguf")).hasSameBinaryContentAs(folder.resolve("b.gguf"));
    }

    @Test
    void rejectsWhatTheFormatHasNot() {
        GgufWriter writer = new GgufWriter().u32("key", 1).tensor("t", DType.F32, Shape.of(1), () -> randomBytes(1, 4));
        assertThatThrownBy(() -> writer.u32("key", 2)).hasMessageContaining("key: key");
        assertThatThrownBy(() -> writer.u32("big", 1L << 32)).hasMessageContaining("4294967296");
        assertThatThrownBy(() -> writer.number("i", GgufValueType.I32, 1.5)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> writer.texts("s", List.of("\ud800"))).hasMessageContaining("U+d800");
        assertThatThrownBy(() -> writer.alignment(48)).hasMessageContaining("48");
        assertThatThrownBy(() -> writer.tensor("u", DType.U8, Shape.of(1), () -> randomBytes(1, 1)))
                .hasMessageContaining("U8");
        assertThatThrownBy(() -> writer.tensor("t", DType.F32, Shape.of(1), () -> randomBytes(1, 4)))
                .hasMessageContaining("each name once");
        assertThatThrownBy(() -> writer.tensor("r", DType.F32, Shape.of(1, 1, 1, 1, 1), () -> randomBytes(1, 4)))
                .hasMessageContaining("dimensions");
        assertThatThrownBy(() -> writer.tensor("q", DType.Q8_0, Shape.of(2, 33), () -> randomBytes(1, 4)))
                .hasMessageContaining("multiple of 32");
    }

    @Test
    void aFailingSourceLeavesTheOldFileAlone() throws IOException {
        Path path = folder.resolve("m.gguf");
        Files.writeString(path, "old");
        GgufWriter writer = new GgufWriter().tensor("t", DType.F32, Shape.of(2), () -> randomBytes(1, 4));
        assertThatThrownBy(() -> writer.write(path)).hasMessageContaining("4 bytes (expected: 8");
        assertThat(path).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("m.gguf");
    }
}
