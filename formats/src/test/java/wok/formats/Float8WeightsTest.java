package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.tensor.DType;
import wok.tensor.Float8;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class Float8WeightsTest {
    private static final int ROWS = 37;
    private static final int COLUMNS = 70;
    private static final String TILES =
            "{\"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": [16, 32]}}";
    private static final String PLAIN = "{\"quantization_config\": {\"quant_method\": \"fp8\"}}";

    @TempDir
    Path folder;

    private final SafetensorsWriter writer = new SafetensorsWriter();
    private final byte[] codes = codes();

    private static byte[] codes() {
        byte[] codes = new byte[ROWS * COLUMNS];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) random.nextInt(0x7F); // NaN has tests of its own
        }
        return codes;
    }

    private void weight(DType type) {
        writer.tensor("l.weight", type, Shape.of(ROWS, COLUMNS), () -> MemorySegment.ofArray(codes));
    }

    private static float scale(int i) {
        return 0.001f * (i + 1) + 1e-7f * i * i;
    }

    private void scales(String name, long... shape) {
        LittleEndianBytes scales = new LittleEndianBytes();
        for (int i = 0; i < Shape.of(shape).elements(); i++) {
            scales.u32(Float.floatToRawIntBits(scale(i)));
        }
        writer.tensor(name, DType.F32, Shape.of(shape), () -> MemorySegment.ofArray(scales.toByteArray()));
    }

    private ModelSource open(String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        writer.write(folder.resolve("model.safetensors"));
        return ModelSource.open(folder);
    }

    private void rejects(String config, String... parts) {
        assertThatThrownBy(() -> open(config).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(parts);
    }

    private void requireScaled(ModelSource model, IntBinaryOperator scaleOf) {
        assertThat(model.tensors().keySet()).containsExactly("l.weight");
        Tensor weight = Objects.requireNonNull(model.tensors().get("l.weight"));
        assertThat(weight.dtype()).isEqualTo(DType.F32);
        float[] values = weight.data().toArray(ValueLayout.JAVA_FLOAT);
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                int i = row * COLUMNS + column;
                assertThat(values[i]).isEqualTo(Float8.e4m3(codes[i]) * scale(scaleOf.applyAsInt(row, column)));
            }
        }
    }

    @Test
    void multipliesTilesWhoseEdgesAreCut() throws IOException {
        weight(DType.F8_E4M3);
        scales("l.weight_scale_inv", 3, 3);
        scales("l.input_scale");
        try (ModelSource model = open(TILES)) {
            requireScaled(model, (row, column) -> row / 16 * 3 + column / 32);
            model.release(Objects.requireNonNull(model.tensors().get("l.weight")));
        }
    }

    @ParameterizedTest
    @CsvSource({"weight_scale, 37, 1", "weight_scale, 1, 70", "weight_scale, 1, 1", "scale, 37, 1"})
    void multipliesRowsColumnsAndWholeMatrices(String name, int down, int across) throws IOException {
        weight(DType.F8_E4M3);
        scales("l." + name, down, across);
        try (ModelSource model = open(PLAIN)) {
            requireScaled(model, (row, column) -> (down == 1 ? 0 : row) * across + (across == 1 ? 0 : column));
        }
    }

    @Test
    void multipliesByAScalar() throws IOException {
        weight(DType.F8_E4M3);
        scales("l.weight_scale");
        try (ModelSource model = open(PLAIN)) {
            requireScaled(model, (row, column) -> 0);
        }
    }

    @Test
    void multipliesByAVectorOfRowsAsCompressedTensorsSays() throws IOException {
        weight(DType.F8_E4M3);
        scales("l.weight_scale", ROWS);
        String groups = "{\"g\": {\"weights\": {\"type\": \"float\", \"num_bits\": 8}}}";
        String config = "{\"quantization_config\": {\"quant_method\": \"compressed-tensors\", \"config_groups\": "
                + groups + "}}";
        try (ModelSource model = open(config)) {
            requireScaled(model, (row, column) -> row);
        }
        try (HuggingFaceFolder model = (HuggingFaceFolder) open(config.replace("float", "int"))) {
            assertThat(model.unreadQuantisation()).isPresent();
        }
    }

    @Test
    void expertsInOneTensorHaveTilesEach() throws IOException {
        byte[] experts = Arrays.copyOf(codes, 2 * 17 * 33);
        writer.tensor("e", DType.F8_E4M3, Shape.of(2, 17, 33), () -> MemorySegment.ofArray(experts));
        scales("e_scale_inv", 2, 2, 2);
        try (ModelSource model = open(TILES)) {
            Tensor second = Objects.requireNonNull(model.tensors().get("e")).slice(1);
            float[] values = second.data().toArray(ValueLayout.JAVA_FLOAT);
            assertThat(values[16 * 33 + 32]).isEqualTo(Float8.e4m3(codes[2 * 17 * 33 - 1]) * scale(7));
            assertThat(values[0]).isEqualTo(Float8.e4m3(codes[17 * 33]) * scale(4));
        }
    }

    @Test
    void scalesThatArePowersOfTwoGiveBf16() throws IOException {
        weight(DType.F8_E4M3);
        byte[] exponents = {120, 121, 122, 123, 124, 125, 126, 127, (byte) 128};
        writer.tensor("l.weight_scale_inv", DType.F8_E8M0, Shape.of(3, 3), () -> MemorySegment.ofArray(exponents));
        try (ModelSource model = open(TILES)) {
            Tensor weight = Objects.requireNonNull(model.tensors().get("l.weight"));
            assertThat(weight.dtype()).isEqualTo(DType.BF16);
            short last = weight.row(ROWS - 1).get(GgufValueType.LE_SHORT, 2 * (COLUMNS - 1));
            assertThat(Float.intBitsToFloat(last << 16)).isEqualTo(Float8.e4m3(codes[codes.length - 1]) * 2);
        }
    }

    @Test
    void rejectsScalesThatAreNoPowersOfTwoWhereTheyAreSaidToBe() throws IOException {
        weight(DType.F8_E4M3);
        scales("l.weight_scale_inv", 3, 3);
        try (ModelSource model = open(TILES.replace("\"weight", "\"scale_fmt\": \"ue8m0\", \"weight"))) {
            Tensor weight = Objects.requireNonNull(model.tensors().get("l.weight"));
            assertThatThrownBy(weight::data)
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContainingAll("l.weight_scale_inv", "powers of two");
        }
    }

    @Test
    void plainFloatsWithoutScalesStayWhatTheyAre() throws IOException {
        weight(DType.F8_E5M2);
        try (ModelSource model = open("{}")) {
            assertThat(Objects.requireNonNull(model.tensors().get("l.weight")).dtype())
                    .isEqualTo(DType.F8_E5M2);
        }
    }

    @Test
    void rejectsMissingScales() {
        weight(DType.F8_E4M3);
        rejects(TILES, "tensor l.weight", "no l.weight_scale_inv or _scale", "its scales");
    }

    @ParameterizedTest
    @CsvSource({"3, 2", "2, 3", "9, 1", "1, 1", "4, 4"})
    void rejectsScalesOfAnotherShapeThanTheTiles(int down, int across) {
        weight(DType.F8_E4M3);
        scales("l.weight_scale_inv", down, across);
        rejects(TILES, "tensor l.weight_scale_inv", "shape [" + down, "3 x 3 scales");
    }

    @Test
    void rejectsTilesWithoutASizeAndScalesThatAreNoNumbers() {
        weight(DType.F8_E4M3);
        scales("l.weight_scale_inv", 3, 3);
        rejects("{}", "l.weight_scale_inv", "weight_block_size");
        writer.tensor("x.weight", DType.F8_E4M3, Shape.of(1, 1), () -> MemorySegment.ofArray(new byte[1]));
        writer.tensor("x.weight_scale_inv", DType.U8, Shape.of(1, 1), () -> MemorySegment.ofArray(new byte[1]));
        rejects(TILES, "tensor x.weight_scale_inv", "U8");
    }

    @Test
    void rejectsEmptyWeightsWithScales() {
        writer.tensor("x.weight", DType.F8_E4M3, Shape.of(0, 7), () -> MemorySegment.ofArray(new byte[0]));
        scales("x.weight_scale_inv", 1, 1);
        rejects(TILES, "tensor x.weight", "[0, 7]");
    }

    @ParameterizedTest
    @CsvSource({"'[16]'", "'[0, 32]'", "'[16, 1e9]'", "'[16, \"a\"]'", "'[-1, 32]'", "'[1.5, 2]'", "'[1, 2, 3]'"})
    void rejectsTilesThatAreNone(String size) {
        weight(DType.F8_E4M3);
        scales("l.weight_scale_inv", 3, 3);
        rejects(TILES.replace("[16, 32]", size), "config.json", "quantization_config: weight_block_size");
    }

    @Test
    void namesWhatItDoesNotRead() throws IOException {
        weight(DType.F8_E4M3);
        try (HuggingFaceFolder model =
                (HuggingFaceFolder) open("{\"quantization_config\": {\"quant_method\": \"bitsandbytes\"}}")) {
            assertThat(model.unreadQuantisation()).contains("quant_method bitsandbytes");
        }
        rejects("{\"quantization_config\": 3}", "quantization_config", "an object");
    }

    @Test
    void valuesAreThoseOfTheSpecification() {
        assertThat(Float8.e4m3((byte) 0x7E)).isEqualTo(448);
        assertThat(Float8.e4m3((byte) 0x01)).isEqualTo(0x1p-9f);
        assertThat(Float8.e4m3((byte) 0x08)).isEqualTo(0x1p-6f);
        assertThat(Float8.e4m3((byte) 0xB9)).isEqualTo(-1.125f);
        assertThat(Float8.e4m3((byte) 0xFF)).isNaN();
        assertThat(Float.floatToRawIntBits(Float8.e4m3((byte) 0x80))).isEqualTo(Integer.MIN_VALUE);
        assertThat(Float8.e5m2((byte) 0x7B)).isEqualTo(57344);
        assertThat(Float8.e5m2((byte) 0x01)).isEqualTo(0x1p-16f);
        assertThat(Float8.e5m2((byte) 0xFC)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Float8.e8m0((byte) 0)).isEqualTo(0x1p-127f);
        assertThat(Float8.e8m0((byte) 254)).isEqualTo(0x1p127f);
        assertThat(Float8.e8m0((byte) 255)).isNaN();
    }
}
