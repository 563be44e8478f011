package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class BlockDecoderTest {
    static List<DType> types() {
        return GoldenBlocks.TYPES;
    }

    @ParameterizedTest
    @MethodSource("types")
    void decodesEveryTypeToGgmlsBits(DType type) {
        float[] decoded = WeightPacker.floats(GoldenBlocks.tensor(type));
        assertThat(Bits.of(decoded)).isEqualTo(Bits.of(GoldenBlocks.expected(type)));
    }

    @ParameterizedTest
    @MethodSource("types")
    void decodesAnyRangeAcrossBlocks(DType type) {
        float[] expected = GoldenBlocks.expected(type);
        float[] out = new float[600];
        BlockDecoder.decode(type, GoldenBlocks.tensor(type).data(), 131, 517, out, 3);
        assertThat(Bits.of(Arrays.copyOfRange(out, 3, 520))).isEqualTo(Bits.of(Arrays.copyOfRange(expected, 131, 648)));
        assertThat(out[520]).isZero();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void saysWhichTypesItSupports(DType type) {
        boolean hasNoGolden = type == DType.F64 || type == DType.F8_E4M3 || type == DType.F8_E5M2;
        boolean expected = GoldenBlocks.TYPES.contains(type) || hasNoGolden;
        assertThat(BlockDecoder.supports(type)).isEqualTo(expected);
    }

    @Test
    void roundsDoublesToNearest() {
        double[] values = {1 / 3.0, -0.0, 1e300, 0x1.000001p0};
        ByteBuffer bytes = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            bytes.putDouble(value);
        }
        float[] out = new float[4];
        BlockDecoder.decode(DType.F64, MemorySegment.ofArray(bytes.array()), 0, 4, out, 0);
        assertThat(Bits.of(out)).isEqualTo(Bits.of(new float[] {(float) values[0], -0f, Float.POSITIVE_INFINITY, 1f}));
    }

    @Test
    void keepsTheSmallestMxfp4ScalesSubnormal() {
        byte[] block = new byte[34];
        Arrays.fill(block, (byte) 0x11);
        block[0] = 0;
        block[17] = 1;
        float[] out = new float[64];
        BlockDecoder.decode(DType.MXFP4, MemorySegment.ofArray(block), 0, 64, out, 0);
        assertThat(out[0]).isEqualTo(0x1p-128f);
        assertThat(out[40]).isEqualTo(0x1p-127f);
    }

    @Test
    void rejectsElementsOutsideTheBlocks() {
        MemorySegment data = GoldenBlocks.tensor(DType.Q4_K).data();
        assertThatThrownBy(() -> BlockDecoder.decode(DType.Q4_K, data, 1000, 25, new float[25], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> BlockDecoder.decode(DType.Q4_K, data, -1, 2, new float[25], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void rejectsAnUnsupportedTypeByName() {
        assertThatThrownBy(() -> BlockDecoder.decode(DType.Q8_K, MemorySegment.NULL, 0, 0, new float[0], 0))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("Q8_K");
    }

    @Test
    void readsEmbeddingRowsStraightFromTheirBlocks() {
        EmbeddingTable table = new EmbeddingTable(GoldenBlocks.tensor(DType.Q6_K));
        float[] row = new float[513];
        table.decodeRow(1, row, 1);
        assertThat(Bits.of(Arrays.copyOfRange(row, 1, 513)))
                .isEqualTo(Bits.of(Arrays.copyOfRange(GoldenBlocks.expected(DType.Q6_K), 512, 1024)));
        assertThatThrownBy(() -> table.decodeRow(2, row, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void rejectsAnEmbeddingTableThatIsNoMatrix() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor vector = new Tensor("bias", DType.F32, Shape.of(4), arena.allocate(16));
            assertThatThrownBy(() -> new EmbeddingTable(vector)).hasMessageContaining("bias: shape [4]");
        }
    }
}
