package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class WeightPackerTest {
    private static final int OUTPUTS = 33;

    static List<DType> types() {
        return GoldenBlocks.TYPES;
    }

    /** Memory for one matrix that can be seen afterwards. */
    private static final class OneMatrix implements PackingMemory {
        private final Arena arena;
        private final boolean filled;
        private MemorySegment memory = MemorySegment.NULL;

        OneMatrix(Arena arena) {
            this.arena = arena;
            filled = false;
        }

        OneMatrix(Arena arena, MemorySegment kept) {
            this.arena = arena;
            memory = kept.asReadOnly();
            filled = true;
        }

        @Override
        public MemorySegment allocate(long bytes) {
            if (!filled) {
                memory = arena.allocate(bytes, 64);
            }
            assertThat(memory.byteSize()).isEqualTo(bytes);
            return memory;
        }

        @Override
        public boolean isFilled() {
            return filled;
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void aMatrixThatWasKeptGivesTheSameProductsWithoutPacking(DType type) {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            Tensor weight = GoldenBlocks.tensor(type, OUTPUTS, 512, arena);
            OneMatrix fresh = new OneMatrix(arena);
            PackedMatrix packed = WeightPacker.pack(weight, ActivationPrecision.Q8, fresh, compute.team());
            Tensor unreadable = new Tensor("weight", type, weight.shape(), readOnlyZeros(weight, arena));
            PackedMatrix kept = WeightPacker.pack(
                    unreadable, ActivationPrecision.Q8, new OneMatrix(arena, fresh.memory), compute.team());
            assertThat(product(compute, kept, arena)).isEqualTo(product(compute, packed, arena));
        }
    }

    private static MemorySegment readOnlyZeros(Tensor weight, Arena arena) {
        return arena.allocate(weight.data().byteSize()).asReadOnly();
    }

    private static int[] product(Compute compute, PackedMatrix w, Arena arena) {
        Activations x = TestRows.activations(arena, 1, w.columns(), 5);
        FloatRows y = FloatRows.allocate(arena, 1, OUTPUTS);
        compute.prepare(x, 1, w.activationForm());
        compute.matmul(w, x, 1, y);
        return Bits.of(y, 1);
    }

    /** Rows and columns beyond what is packed at once, in several tasks, the last group with one row. */
    @ParameterizedTest
    @MethodSource("types")
    void everyPackedValueIsTheDecodedOne(DType type) {
        int columns = 2048 + 256;
        try (Arena arena = Arena.ofShared();
                ThreadTeam team = ThreadTeam.create(2)) {
            Tensor weight = GoldenBlocks.tensor(type, OUTPUTS, columns, arena);
            PackedMatrix packed = WeightPacker.pack(weight, ActivationPrecision.F32, arena, team);
            float[] expected = new float[columns];
            float[] actual = new float[columns];
            for (int row = 0; row < OUTPUTS; row++) {
                BlockDecoder.decode(type, weight.data(), (long) row * columns, columns, expected, 0);
                ReferenceMatmul.values(packed, row, actual);
                assertThat(Bits.of(actual)).as("row %d", row).isEqualTo(Bits.of(expected));
            }
        }
    }

    /** F16 is what they are packed as, and it must hold each of them. */
    @ParameterizedTest
    @EnumSource(names = {"F8_E4M3", "F8_E5M2"})
    void everySmallFloatIsPackedExactly(DType type) {
        try (Arena arena = Arena.ofShared();
                ThreadTeam team = ThreadTeam.create(1)) {
            MemorySegment codes = arena.allocate(512);
            for (int i = 0; i < 512; i++) {
                codes.set(ValueLayout.JAVA_BYTE, i, (byte) i);
            }
            Tensor weight = new Tensor("w", type, Shape.of(2, 256), codes);
            PackedMatrix packed = WeightPacker.pack(weight, ActivationPrecision.Q8, arena, team);
            assertThat(packed.family()).isEqualTo("F16");
            float[] expected = new float[256];
            float[] actual = new float[256];
            BlockDecoder.decode(type, codes, 0, 256, expected, 0);
            ReferenceMatmul.values(packed, 1, actual);
            for (int i = 0; i < 256; i++) {
                assertThat(Float.isNaN(actual[i]) ? 0 : Float.floatToRawIntBits(actual[i]))
                        .isEqualTo(Float.isNaN(expected[i]) ? 0 : Float.floatToRawIntBits(expected[i]));
            }
            assertThat(expected[0x31]).isEqualTo(type == DType.F8_E4M3 ? 0.5625f : 0.15625f);
        }
    }

    /** A tensor that is made row by row is packed like one that lies in memory. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "Q4_0", "Q6_K"})
    void convertedTensorsArePackedLikeOthers(DType type) {
        try (Arena arena = Arena.ofShared();
                ThreadTeam team = ThreadTeam.create(2)) {
            Tensor weight = GoldenBlocks.tensor(type, OUTPUTS, 2048 + 256, arena);
            Tensor converted = Tensor.converted(
                    "weight",
                    type,
                    weight.shape(),
                    (first, count, to) -> MemorySegment.copy(
                            weight.data(), ValueLayout.JAVA_BYTE, first * weight.rowBytes(), to, 0, to.length),
                    List.of());
            assertThat(packedBytes(converted, ActivationPrecision.Q8, team, arena))
                    .isEqualTo(packedBytes(weight, ActivationPrecision.Q8, team, arena));
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void everySectionStartsOnACacheLine(DType type) {
        try (Arena arena = Arena.ofShared();
                ThreadTeam team = ThreadTeam.create(1)) {
            int columns = 3 * Math.max(32, type.blockElements());
            Tensor weight = GoldenBlocks.tensor(type, OUTPUTS, columns, arena);
            PackedMatrix packed = WeightPacker.pack(weight, ActivationPrecision.Q8, arena, team);
            if (packed instanceof PackedQuants quants) {
                assertThat(quants.bytes()).isEqualTo(3 * quants.groupBytes());
                for (int group = 0; group < 3; group++) {
                    assertThat(quants.scalesAt(group) % 64).isZero();
                    assertThat(quants.minsAt(group) % 64).isZero();
                    assertThat(quants.quantsAt(group) % 64).isZero();
                }
            }
        }
    }

    /** What is kept on disk for one precision serves the other. */
    @ParameterizedTest
    @MethodSource("types")
    void packedBytesDoNotDependOnTheActivations(DType type) {
        try (Arena arena = Arena.ofShared();
                ThreadTeam team = ThreadTeam.create(1)) {
            Tensor weight = GoldenBlocks.tensor(type, OUTPUTS, 512, arena);
            assertThat(packedBytes(weight, ActivationPrecision.F32, team, arena))
                    .isEqualTo(packedBytes(weight, ActivationPrecision.Q8, team, arena));
        }
    }

    private static byte[] packedBytes(Tensor weight, ActivationPrecision precision, ThreadTeam team, Arena arena) {
        OneMatrix memory = new OneMatrix(arena);
        WeightPacker.pack(weight, precision, memory, team);
        return memory.memory.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void theLayoutIsWrittenDown() {
        CRC32C sum = new CRC32C();
        try (ThreadTeam team = ThreadTeam.create(2)) {
            for (DType type : DType.values()) {
                if (BlockDecoder.supports(type)) {
                    sum.update(type.name().getBytes(StandardCharsets.US_ASCII));
                    sum.update(packed(type, team));
                }
            }
        }
        assertThat(Long.toHexString(WeightPacker.LAYOUT))
                .as(
                        "packed bytes have changed: WeightPacker.LAYOUT is to be this sum, so that kept ones are packed anew")
                .isEqualTo(Long.toHexString(sum.getValue()));
    }

    /** A group and a padded one, a block of every kind. */
    private static byte[] packed(DType type, ThreadTeam team) {
        try (Arena arena = Arena.ofShared()) {
            Shape shape = Shape.of(PackedMatrix.GROUP_ROWS + 1, 256);
            MemorySegment data = arena.allocate(type.bytes(shape.elements()), 8);
            for (long at = 0; at < data.byteSize(); at++) {
                data.set(ValueLayout.JAVA_BYTE, at, (byte) (at * 89 + (at >>> 7) * 31));
            }
            OneMatrix memory = new OneMatrix(arena);
            WeightPacker.pack(new Tensor("layout", type, shape, data), ActivationPrecision.Q8, memory, team);
            return memory.memory.toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
