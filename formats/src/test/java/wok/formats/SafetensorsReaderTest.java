package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Every field of a safetensors file, wrong. */
class SafetensorsReaderTest {
    /** A file with this header and {@code dataBytes} bytes behind it. */
    static byte[] file(String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        byte[] start = new LittleEndianBytes().u64(text.length).bytes(text).toByteArray();
        return Arrays.copyOf(start, start.length + dataBytes);
    }

    private static String entry(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    private static Map<String, Tensor> read(byte[] file) {
        return SafetensorsReader.read("m.safetensors", MemorySegment.ofArray(file));
    }

    private static void rejects(byte[] file, String... parts) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("m.safetensors")
                .hasMessageContainingAll(parts);
    }

    private static void rejectsEntry(String entry, int dataBytes, String... parts) {
        rejects(file("{" + entry + "}", dataBytes), parts);
    }

    @Test
    void readsTensorsInFileOrderWithMetadataAside() {
        String header = "{\"__metadata__\":{\"format\":\"pt\"}," + entry("b", "F32", "[2,1]", "[0,8]") + ","
                + entry("a", "BOOL", "[]", "[8,9]") + "," + entry("none", "I64", "[0,7]", "[9,9]") + "}   ";
        Map<String, Tensor> tensors = read(file(header, 9));
        assertThat(tensors.keySet()).containsExactly("b", "a", "none");
        assertThat(tensors.values())
                .extracting(Tensor::shape)
                .containsExactly(Shape.of(2, 1), Shape.of(), Shape.of(0, 7));
    }

    @Test
    void readsAFileWithoutTensors() {
        assertThat(read(file("{}", 0))).isEmpty();
    }

    @Test
    void rejectsEveryTruncation() {
        byte[] file = file("{" + entry("a", "F32", "[2]", "[0,8]") + "}", 8);
        read(file);
        for (int length = 0; length < file.length; length++) {
            rejects(Arrays.copyOf(file, length), "found");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 57, 100_000_001, 1L << 40, Long.MAX_VALUE, -1})
    void rejectsHeaderLengthsThatCannotBe(long length) {
        byte[] file = Arrays.copyOf(new LittleEndianBytes().u64(length).toByteArray(), 64);
        rejects(file, "at byte 0: header length: found " + Long.toUnsignedString(length));
    }

    @Test
    void rejectsOtherFilesAndSaysWhatTheyLookLike() {
        rejects("GGUF\u0003\u0000\u0000\u0000....".getBytes(StandardCharsets.ISO_8859_1), "a GGUF file");
        rejects("version https://git-lfs".getBytes(StandardCharsets.UTF_8), "Git LFS pointer");
        rejects("abc".getBytes(StandardCharsets.UTF_8), "header length", "bytes 61 62 63");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no JSON", "{\"a\":", "[1]", "{} {}", "\"text\"", "{\"a\":1}", "{\"a\":[]}"})
    void rejectsHeadersThatAreNotAnObjectOfObjects(String header) {
        rejects(file(header, 0), "found", "expected");
    }

    @Test
    void placesErrorsOfTheHeaderInTheFile() {
        rejects(file("{\"a\": x}", 0), "at byte 14: value");
    }

    @Test
    void rejectsATensorNameTwice() {
        String twice = entry("a", "U8", "[1]", "[0,1]") + "," + entry("a", "U8", "[1]", "[1,2]");
        rejectsEntry(twice, 2, "key: found \"a\" again");
    }

    @Test
    void rejectsMissingFields() {
        rejectsEntry("\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}", 1, "a: dtype: found none");
        rejectsEntry("\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}", 1, "a: shape: found none");
        rejectsEntry("\"a\":{\"dtype\":\"U8\",\"shape\":[1]}", 1, "a: data_offsets: found none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"F4", "Q8_0", "f32", "", "F8_E8M1"})
    void rejectsUnknownTypes(String dtype) {
        rejectsEntry(entry("a", dtype, "[1]", "[0,4]"), 4, "a: dtype: found \"" + dtype + "\"", "F64 F32 F16 BF16");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[-1] | a number from 0",
                "[1.5] | whole number",
                "[1e999999999] | whole number",
                "[1e99999999999] | whole number",
                "[9223372036854775808] | whole number",
                "[\"1\"] | another JSON value",
                "[null] | another JSON value",
                "[1,1,1,1,1,1,1,1,1] | 9 numbers",
                "[4294967296,4294967296] | 2^63",
                "[4611686018427387904] | 2^63",
                "{} | an array of numbers",
                "[2] | 8 bytes for F32",
            })
    void rejectsShapesThatCannotBe(String shape, String part) {
        rejectsEntry(entry("a", "F32", shape, "[0,4]"), 4, "a: ", part);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[4,0]",
                "[0,5]",
                "[0]",
                "[]",
                "[0,2,4]",
                "[0,3]",
                "[-4,0]",
                "[0,9223372036854775807]",
                "[1e30,2e30]",
                "[0,1e10]"
            })
    void rejectsOffsetsThatCannotBe(String offsets) {
        rejectsEntry(entry("a", "F32", "[1]", offsets), 4, "a: data_offsets: found");
    }

    @Test
    void rejectsHolesOverlapsAndLeftOverBytes() {
        String a = entry("a", "U8", "[4]", "[0,4]");
        rejectsEntry(a + "," + entry("b", "U8", "[4]", "[6,10]"), 10, "b: data: found a hole of 2 bytes");
        rejectsEntry(a + "," + entry("b", "U8", "[4]", "[3,7]"), 7, "b: data: found bytes of a");
        rejectsEntry(a + "," + entry("b", "U8", "[4]", "[0,4]"), 4, "b: data: found bytes of a");
        rejectsEntry(a, 5, "data: found 1 bytes that belong to no tensor");
        rejectsEntry(entry("a", "U8", "[4]", "[1,5]"), 5, "a: data: found a hole of 1 bytes");
    }
}
