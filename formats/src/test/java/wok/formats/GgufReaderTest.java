package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.tensor.Shape;

/** Every field of a GGUF file, wrong. */
class GgufReaderTest {
    private static void rejects(byte[] file, String... parts) {
        assertThatThrownBy(() -> GgufBytes.read(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("m.gguf")
                .hasMessageContainingAll(parts);
    }

    @Test
    void readsVersion2AndAFileWithNothingInIt() {
        assertThat(GgufBytes.read(GgufBytes.of(0x4655_4747, 2, 0, 0).headerAlone())
                        .tensors())
                .isEmpty();
    }

    @Test
    void dimensionsComeOutermostFirst() {
        byte[] file = GgufBytes.of(1, 0).floats("t", 0, 2, 3).withData(24);
        assertThat(GgufBytes.read(file).tensors().values())
                .allMatch(t -> t.shape().equals(Shape.of(3, 2)));
    }

    @Test
    void rejectsEveryTruncation() {
        byte[] file = GgufBytes.of(1, 2)
                .key("a", 8)
                .text("text")
                .key("b", 9)
                .u32(8)
                .u64(2)
                .text("x")
                .text("y")
                .floats("t", 0, 2)
                .withData(8);
        GgufBytes.read(file);
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> GgufBytes.read(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(MalformedModelException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "PK\u0003\u0004 and more|zip",
                "version https://git-lfs.github.com/spec/v1|Git LFS pointer",
                "FUGG\u0000\u0000\u0000\u0003|big-endian",
                "<!DOCTYPE html><html>|web page",
                "{\"a\": 1}|JSON",
                "tjgg\u0003\u0000\u0000\u0000|before GGUF",
                "\u0010\u0000\u0000\u0000\u0000\u0000\u0000\u0000{\"__metadata__\"}|safetensors",
                "\u0001\u0002abcdef|bytes 01 02 61",
                "ab|bytes 61 62",
            })
    void rejectsAWrongMagicAndSaysWhatTheFileLooksLike(String content, String look) {
        rejects(content.getBytes(StandardCharsets.ISO_8859_1), "at byte 0: magic", look);
    }

    @Test
    void rejectsAnEmptyFile() {
        rejects(new byte[0], "magic", "an empty file");
    }

    @ParameterizedTest
    @CsvSource({"0, big-endian", "1, August 2023", "4, '4'", "-1, 4294967295", "0x03000000, big-endian"})
    void rejectsOtherVersions(String version, String found) {
        rejects(
                GgufBytes.of(0x4655_4747, Integer.decode(version), 0, 0).headerAlone(),
                "at byte 4: version",
                found,
                "2 or 3");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000_000, 1L << 40, Long.MAX_VALUE, -1})
    void rejectsTensorCountsThatCannotBeThere(long count) {
        rejects(GgufBytes.of(count, 0).headerAlone(), "at byte 8: tensor count", Long.toUnsignedString(count));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1L << 30, Long.MAX_VALUE, -1})
    void rejectsMetadataCountsThatCannotBeThere(long count) {
        rejects(GgufBytes.of(0, count).headerAlone(), "at byte 16: metadata count", Long.toUnsignedString(count));
    }

    @ParameterizedTest
    @ValueSource(longs = {1000, 65_536, Long.MAX_VALUE, -8})
    void rejectsKeyLengthsBeyondTheFileOrTheLimit(long length) {
        rejects(GgufBytes.of(0, 1).u64(length).bytes(new int[64]).headerAlone(), "at byte 24: metadata key 0");
    }

    @Test
    void rejectsKeysThatAreNotUtf8() {
        rejects(GgufBytes.of(0, 1).key("\udcff", 0).bytes(1).headerAlone(), "metadata key 0", "not UTF-8");
    }

    @Test
    void rejectsAKeyTwice() {
        byte[] file =
                GgufBytes.of(0, 2).key("a", 0).bytes(1).key("a", 0).bytes(1).headerAlone();
        rejects(file, "at byte 38: metadata key", "a again");
    }

    @ParameterizedTest
    @ValueSource(longs = {13, 255, 0xffff_ffffL})
    void rejectsUnknownValueTypes(long type) {
        rejects(GgufBytes.of(0, 1).key("a", type).bytes(1, 2, 3, 4, 5, 6, 7, 8).headerAlone(), "value type " + type);
    }

    @Test
    void rejectsBooleansOtherThan0And1() {
        rejects(GgufBytes.of(0, 1).key("a", 7).bytes(2).headerAlone(), "a: found byte 2 (expected: 0 or 1)");
        rejects(GgufBytes.of(0, 1).key("a", 9).u32(7).u64(2).bytes(1, 255).headerAlone(), "byte 255");
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 1L << 24, 1L << 40, Long.MAX_VALUE, -1})
    void rejectsStringLengthsBeyondTheFileOrTheLimit(long length) {
        rejects(GgufBytes.of(0, 1).key("a", 8).u64(length).bytes(1, 2, 3, 4).headerAlone(), "a: found");
        rejects(
                GgufBytes.of(0, 1)
                        .key("a", 9)
                        .u32(8)
                        .u64(1)
                        .u64(length)
                        .bytes(1)
                        .headerAlone(),
                "a: found");
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "4, 2", "8, 1", "9, 1", "10, 1", "8, 2147483648", "12, 9223372036854775807", "0, -1"})
    void rejectsArrayCountsBeyondTheFile(long type, long count) {
        byte[] file = GgufBytes.of(0, 1)
                .key("a", 9)
                .u32(type)
                .u64(count)
                .bytes(1, 2, 3, 4)
                .headerAlone();
        rejects(file, "a: found " + Long.toUnsignedString(count));
    }

    @Test
    void rejectsArraysNestedTooDeep() {
        GgufBytes bytes = GgufBytes.of(0, 1).key("a", 9);
        for (int level = 0; level < GgufReader.ARRAY_DEPTH_MAX; level++) {
            bytes.u32(9).u64(1);
        }
        rejects(bytes.u32(0).u64(0).headerAlone(), "arrays 5 deep");
    }

    @Test
    void rejectsTooManyArraysInArrays() {
        GgufBytes bytes = GgufBytes.of(0, 1).key("a", 9).u32(9).u64(GgufReader.NESTED_ARRAYS_MAX + 1);
        for (int i = 0; i <= GgufReader.NESTED_ARRAYS_MAX; i++) {
            bytes.u32(0).u64(0);
        }
        rejects(bytes.headerAlone(), "more than 65536 arrays");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 48, 0x8000_0000L, 1L << 22})
    void rejectsAlignmentsThatAreNotSmallPowersOfTwo(long alignment) {
        byte[] file =
                GgufBytes.of(0, 1).key("general.alignment", 4).u32(alignment).headerAlone();
        rejects(file, "general.alignment: found " + alignment);
    }

    @Test
    void rejectsAnAlignmentThatIsNoInteger() {
        rejects(GgufBytes.of(0, 1).key("general.alignment", 8).text("32").headerAlone(), "another type of value");
        rejects(GgufBytes.of(0, 1).key("general.alignment", 7).bytes(1).headerAlone(), "found true");
    }

    @Test
    void rejectsTensorNamesThatAreTooLongOrNotUtf8OrThereTwice() {
        rejects(GgufBytes.of(1, 0).floats("n".repeat(1025), 0, 1).withData(4), "name of tensor 0: found 1025");
        rejects(GgufBytes.of(1, 0).floats("\udc80", 0, 1).withData(4), "name of tensor 0", "not UTF-8");
        rejects(GgufBytes.of(2, 0).floats("t", 0, 1).floats("t", 32, 1).withData(64), "tensor name: found t again");
    }

    @Test
    void rejectsRanksAboveFour() {
        rejects(GgufBytes.of(1, 0).floats("t", 0, 1, 1, 1, 1, 1).withData(4), "t: rank: found 5");
        rejects(
                GgufBytes.of(1, 0)
                        .text("t")
                        .u32(0xffff_ffffL)
                        .bytes(new int[64])
                        .headerAlone(),
                "rank: found 4294967295");
    }

    @Test
    void rejectsDimensionsThatOverflow() {
        rejects(GgufBytes.of(1, 0).floats("t", 0, -1).withData(4), "t: dimension: found 18446744073709551615");
        rejects(GgufBytes.of(1, 0).floats("t", 0, 1L << 32, 1L << 32).withData(4), "t: shape", "2^63");
        rejects(GgufBytes.of(1, 0).floats("t", 0, 1L << 62).withData(4), "t: shape", "2^63");
    }

    @Test
    void rejectsRowsThatAreNotWholeBlocks() {
        rejects(GgufBytes.of(1, 0).tensor("t", 8, 0, 33).withData(64), "t: shape", "a multiple of 32 for Q8_0");
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 31, 33, 63, 64, 0xffff_ffffL})
    void rejectsUnknownTensorTypes(long type) {
        rejects(GgufBytes.of(1, 0).tensor("t", type, 0, 32).withData(64), "t: type: found " + type);
    }

    @ParameterizedTest
    @ValueSource(longs = {32, 64, 1L << 40, Long.MAX_VALUE - 31})
    void rejectsTensorsThatEndBehindTheFile(long offset) {
        rejects(GgufBytes.of(1, 0).floats("t", offset, 8).withData(32), "t: data", "cut off");
    }

    @Test
    void rejectsOffsetsThatAreNotAlignedOrNegative() {
        rejects(GgufBytes.of(1, 0).floats("t", 4, 1).withData(64), "t: offset: found 4 (expected: a multiple of 32");
        rejects(GgufBytes.of(1, 0).floats("t", -32, 1).withData(64), "t: offset: found 18446744073709551584");
    }

    @Test
    void rejectsTensorsThatOverlap() {
        byte[] file = GgufBytes.of(3, 0)
                .floats("a", 0, 8)
                .floats("b", 64, 16)
                .floats("c", 96, 8)
                .withData(128);
        rejects(file, "c: data: found bytes of b");
        rejects(GgufBytes.of(2, 0).floats("a", 0, 8).floats("b", 0, 8).withData(64), "b: data: found bytes of a");
    }

    @Test
    void allowsGapsAndTensorsWithoutElements() {
        byte[] file = GgufBytes.of(2, 0).floats("a", 64, 8).floats("b", 64, 0).withData(96);
        assertThat(GgufBytes.read(file).tensors().keySet()).isEqualTo(new java.util.LinkedHashSet<>(List.of("a", "b")));
    }

    @Test
    void aHostileNameCannotWriteToTheTerminalOrFillIt() {
        byte[] file = GgufBytes.of(1, 0)
                .floats("\u001b[31m\n\u202e" + "x".repeat(900), 4, 1)
                .withData(64);
        assertThatThrownBy(() -> GgufBytes.read(file))
                .hasMessageContaining("\\u{1b}[31m\\u{a}\\u{202e}xxx")
                .message()
                .hasSizeLessThan(700)
                .doesNotContain("\n", "\u001b");
    }

    @Test
    void theHeadersLimitHoldsForFilesOfAnySize() {
        // An array of bytes that claims, and has, more than the limit: nothing of it may be copied.
        byte[] start = GgufBytes.of(0, 1)
                .key("a", 9)
                .u32(0)
                .u64(GgufReader.HEADER_BYTES_MAX)
                .headerAlone();
        try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
            MemorySegment file = arena.allocate(GgufReader.HEADER_BYTES_MAX + 4096);
            MemorySegment.copy(MemorySegment.ofArray(start), 0, file, 0, start.length);
            assertThatThrownBy(() -> GgufReader.read("m.gguf", file))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("a: found 134217728");
        }
    }
}
