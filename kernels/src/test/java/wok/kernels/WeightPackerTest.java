package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wok.tensor.DType;
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

    @ParameterizedTest
    @MethodSource("types")
    void everySectionStartsOnACacheLine(DType type) {
        try (Arena arena = Arena.ofShared();
                ThreadTeam team = ThreadTeam.create(1)) {
            int columns = type.blockElements() == 256 ? 768 : 96;
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
    void everyTypeHasALayoutOfItsOwnThatStaysTheSame() {
        try (ThreadTeam team = ThreadTeam.create(2)) {
            List<Long> layouts = GoldenBlocks.TYPES.stream()
                    .map(type -> WeightPacker.layout(type, team))
                    .toList();
            assertThat(layouts).doesNotHaveDuplicates();
            assertThat(GoldenBlocks.TYPES.stream().map(type -> WeightPacker.layout(type, team)))
                    .isEqualTo(layouts);
        }
    }
}
