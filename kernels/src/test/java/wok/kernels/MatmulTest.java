package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class MatmulTest {
    private static final int ROWS_MAX = 19;

    static List<Arguments> families() {
        List<Arguments> all = new ArrayList<>();
        for (DType type : GoldenBlocks.TYPES) {
            for (ActivationPrecision precision : ActivationPrecision.values()) {
                all.add(Arguments.of(type, precision));
            }
        }
        return all;
    }

    static List<DType> types() {
        return GoldenBlocks.TYPES;
    }

    @ParameterizedTest
    @MethodSource("families")
    void bothSetsGiveTheSameBitsForEveryShape(DType type, ActivationPrecision precision) {
        int unit = type.blockElements();
        for (int outputs : new int[] {1, 15, 16, 17, 33, 50}) {
            for (int units : new int[] {1, 2, 3}) {
                int columns = unit >= 64 ? unit * units : unit == 32 ? 32 * (units * 7 - 6) : 97 * units - 90;
                compareSets(type, precision, outputs, columns, outputs == 33 ? ROWS_MAX : 1 + outputs % 8);
            }
        }
    }

    private static void compareSets(DType type, ActivationPrecision precision, int outputs, int columns, int rowsMax) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.of(TestSets.reference(), 1)) {
            Tensor tensor = unevenTensor(type, outputs, columns, arena);
            PackedMatrix w = WeightPacker.pack(tensor, precision, arena, reference.team());
            Activations x = TestRows.activations(arena, rowsMax, columns, outputs + columns);
            int[] expected = product(reference, w, x, rowsMax, arena);
            TestSets.fast().forEach(set -> {
                try (Compute fast = Compute.of(set, 1)) {
                    for (int n = 1; n <= rowsMax; n++) {
                        assertThat(product(fast, w, x, n, arena))
                                .as(
                                        "%s: %s %s, %d outputs, %d columns, %d rows",
                                        set.name(), type, precision, outputs, columns, n)
                                .isEqualTo(java.util.Arrays.copyOf(expected, n * outputs));
                    }
                }
            });
        }
    }

    /** Golden blocks, or floats of any row length. */
    private static Tensor unevenTensor(DType type, int outputs, int columns, Arena arena) {
        if (type.isQuantised()) {
            return GoldenBlocks.tensor(type, outputs, columns, arena);
        }
        Tensor padded = GoldenBlocks.tensor(type, outputs, (columns + 31) / 32 * 32, arena);
        return new Tensor(
                "weight",
                type,
                Shape.of(outputs, columns),
                padded.data().asSlice(0, type.bytes((long) outputs * columns)));
    }

    private static int[] product(Compute compute, PackedMatrix w, Activations x, int n, Arena arena) {
        FloatRows y = FloatRows.allocate(arena, n, w.rows());
        compute.prepare(x, n, w.activationForm());
        compute.matmul(w, x, n, y);
        return Bits.of(y, n);
    }

    @ParameterizedTest
    @MethodSource("types")
    void threadsDoNotChangeABit(DType type) {
        try (Arena arena = Arena.ofShared();
                Compute one = Compute.create(KernelSet.VECTOR, 1);
                Compute two = Compute.create(KernelSet.VECTOR, 2);
                Compute three = Compute.create(KernelSet.VECTOR, 3)) {
            Tensor tensor = GoldenBlocks.tensor(type, 500, 512, arena);
            PackedMatrix w = WeightPacker.pack(tensor, ActivationPrecision.Q8, arena, three.team());
            Activations x = TestRows.activations(arena, 7, 512, 5);
            for (int n : new int[] {1, 7}) {
                int[] expected = product(one, w, x, n, arena);
                assertThat(product(two, w, x, n, arena)).isEqualTo(expected);
                assertThat(product(three, w, x, n, arena)).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyTypeMultipliesExactlyTheValuesThatItDecodesTo(DType type) {
        float[] decoded = GoldenBlocks.expected(type);
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            PackedMatrix w =
                    WeightPacker.pack(GoldenBlocks.tensor(type), ActivationPrecision.F32, arena, compute.team());
            Activations x = TestRows.activations(arena, 3, 512, 9);
            FloatRows y = FloatRows.allocate(arena, 3, 2);
            compute.matmul(w, x, 3, y);
            for (int r = 0; r < 3; r++) {
                for (int o = 0; o < 2; o++) {
                    float expected = 0;
                    for (int k = 0; k < 512; k++) {
                        expected = Math.fma(decoded[o * 512 + k], x.f32().get(r, k), expected);
                    }
                    assertThat(y.get(r, o)).isEqualTo(expected);
                }
            }
        }
    }

    /**
     * With 8-bit activations the sums of a block are exact and each block adds at most two roundings of a product and
     * two of a sum, so the error is at most 2 * 2 * blocks * 2^-24 of the sum of sizes, minima apart.
     */
    @ParameterizedTest
    @MethodSource("types")
    void eightBitProductsAreNearTheExactOnes(DType type) {
        float[] decoded = GoldenBlocks.expected(type);
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            PackedMatrix w =
                    WeightPacker.pack(GoldenBlocks.tensor(type), ActivationPrecision.Q8, arena, compute.team());
            Activations x = TestRows.activations(arena, 4, 512, 11);
            FloatRows y = FloatRows.allocate(arena, 4, 2);
            compute.prepare(x, 4, w.activationForm());
            compute.matmul(w, x, 4, y);
            for (int r = 0; r < 4; r++) {
                for (int o = 0; o < 2; o++) {
                    double exact = 0;
                    double sizes = 0;
                    for (int k = 0; k < 512; k++) {
                        double term = (double) decoded[o * 512 + k] * rounded(x, w.activationForm(), r, k);
                        exact += term;
                        sizes += Math.abs(term);
                    }
                    int steps = w.activationForm() == ActivationForm.F32 ? 512 : 2 * 2 * 16;
                    assertThat((double) y.get(r, o))
                            .isCloseTo(exact, org.assertj.core.data.Offset.offset(4 * steps * 0x1p-24 * sizes));
                }
            }
        }
    }

    private static double rounded(Activations x, ActivationForm form, int row, int column) {
        if (form == ActivationForm.F32) {
            return x.f32().get(row, column);
        }
        QuantisedRows q = x.prepared(form);
        return (double) q.quant(row, column) * q.scale(row, column / form.blockColumns());
    }

    @ParameterizedTest
    @EnumSource(
            value = ActivationForm.class,
            names = {"Q8_BLOCK32", "Q8_BLOCK256"})
    void quantisingGivesTheSameBitsInBothSets(ActivationForm form) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1);
                Compute vector = Compute.create(KernelSet.VECTOR, 1)) {
            Activations x = TestRows.activations(arena, 6, 768, 3);
            x.f32().set(0, 5, Float.NaN);
            x.f32().set(2, 300, Float.POSITIVE_INFINITY);
            x.f32().set(3, 0, Float.MAX_VALUE);
            Activations same = Activations.allocate(arena, 6, 768);
            same.f32().memory().copyFrom(x.f32().memory());
            reference.prepare(x, 6, form);
            vector.prepare(same, 6, form);
            QuantisedRows expected = x.prepared(form);
            QuantisedRows actual = same.prepared(form);
            assertThat(actual.quants().mismatch(expected.quants())).isEqualTo(-1);
            assertThat(Bits.of(floats(actual.scales()))).isEqualTo(Bits.of(floats(expected.scales())));
            assertThat(actual.corrections32().mismatch(expected.corrections32()))
                    .isEqualTo(-1);
            assertThat(actual.corrections16().mismatch(expected.corrections16()))
                    .isEqualTo(-1);
            assertThat(actual.sums32().mismatch(expected.sums32())).isEqualTo(-1);
            assertThat(actual.shortSums32().mismatch(expected.shortSums32())).isEqualTo(-1);
            assertThat(actual.shortSums16().mismatch(expected.shortSums16())).isEqualTo(-1);
        }
    }

    private static float[] floats(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_FLOAT);
    }

    @Test
    void copiesOnTheHeapSayTheSameAsTheMemoryOffHeap() {
        try (Arena arena = Arena.ofShared();
                Compute vector = Compute.create(KernelSet.VECTOR, 1)) {
            Activations x = TestRows.activations(arena, 3, 512, 4);
            vector.prepare(x, 3, ActivationForm.Q8_BLOCK256);
            QuantisedRows rows = x.prepared(ActivationForm.Q8_BLOCK256);
            QuantisedRows.HeapRows heap = rows.onHeap();
            assertThat(heap.scales()).isEqualTo(floats(rows.scales()));
            assertThat(heap.sums32()).isEqualTo(floats(rows.sums32()));
            for (int k = 0; k < 3 * 512; k++) {
                assertThat(heap.floats()[k]).isEqualTo(rows.quant(k / 512, k % 512));
                assertThat(rows.corrections16().getAtIndex(ValueLayout.JAVA_INT, k / 16))
                        .isEqualTo((int) (-128 * heap.sums16()[k / 16]));
                assertThat(rows.corrections32().getAtIndex(ValueLayout.JAVA_INT, k / 32))
                        .isEqualTo((int) (-128 * heap.sums32()[k / 32]));
                assertThat(rows.shortSums16().getAtIndex(ValueLayout.JAVA_SHORT, k / 16))
                        .isEqualTo((short) heap.sums16()[k / 16]);
                assertThat(rows.shortSums32().getAtIndex(ValueLayout.JAVA_SHORT, k / 32))
                        .isEqualTo((short) heap.sums32()[k / 32]);
            }
        }
    }

    @Test
    void rejectsProductsOnTheHeapOfRowsThatAreNotThere() {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1)) {
            Activations x = TestRows.activations(arena, 1, 64, 4);
            reference.prepare(x, 1, ActivationForm.Q8_BLOCK32);
            assertThatThrownBy(x.prepared(ActivationForm.Q8_BLOCK32)::onHeap)
                    .hasMessageContaining("prepared by the set that multiplies");
        }
    }

    @Test
    void greatestQuantsStayExactInBothSets() {
        for (DType type : List.of(DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K, DType.Q2_K)) {
            for (int filling : new int[] {0x00, 0x7F, 0x80, 0xFF}) {
                try (Arena arena = Arena.ofShared();
                        Compute reference = Compute.create(KernelSet.REFERENCE, 1);
                        Compute vector = Compute.create(KernelSet.VECTOR, 1)) {
                    Tensor tensor = GoldenBlocks.filled(type, 17, 512, (byte) filling, arena);
                    PackedMatrix w = WeightPacker.pack(tensor, ActivationPrecision.Q8, arena, vector.team());
                    Activations x = Activations.allocate(arena, 2, 512);
                    for (int k = 0; k < 512; k++) {
                        x.f32().set(0, k, 127);
                        x.f32().set(1, k, k % 3 == 0 ? 127 : -127);
                    }
                    assertThat(product(vector, w, x, 2, arena))
                            .as("%s of %x", type, filling)
                            .isEqualTo(product(reference, w, x, 2, arena));
                    assertThat(product(vector, w, x, 1, arena)).isEqualTo(product(reference, w, x, 1, arena));
                }
            }
        }
    }

    @Test
    void anInfiniteOrMissingNumberSpoilsItsRowAlone() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            Tensor tensor = GoldenBlocks.tensor(DType.Q8_0, 5, 64, arena);
            PackedMatrix w = WeightPacker.pack(tensor, ActivationPrecision.Q8, arena, compute.team());
            Activations x = TestRows.activations(arena, 3, 64, 1);
            x.f32().set(0, 3, Float.NaN);
            x.f32().set(2, 40, Float.NEGATIVE_INFINITY);
            FloatRows y = FloatRows.allocate(arena, 3, 5);
            compute.prepare(x, 3, w.activationForm());
            compute.matmul(w, x, 3, y);
            assertThat(y.row(0)).containsOnly(Float.NaN);
            assertThat(y.row(1)).doesNotContain(Float.NaN);
            assertThat(y.row(2)).containsOnly(Float.NaN);
        }
    }

    @Test
    void rejectsShapesThatDoNotFit() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            Tensor tensor = GoldenBlocks.tensor(DType.Q8_0, 5, 64, arena);
            PackedMatrix w = WeightPacker.pack(tensor, ActivationPrecision.Q8, arena, compute.team());
            Activations x = Activations.allocate(arena, 2, 64);
            FloatRows y = FloatRows.allocate(arena, 2, 5);
            assertThatThrownBy(() -> compute.matmul(w, x, 3, y)).hasMessageContaining("n: 3 (expected: 0 to 2");
            assertThatThrownBy(() -> compute.matmul(w, Activations.allocate(arena, 2, 32), 2, y))
                    .hasMessageContaining("x.columns: 32 (expected: 64)");
            assertThatThrownBy(() -> compute.matmul(w, x, 2, FloatRows.allocate(arena, 2, 6)))
                    .hasMessageContaining("y.columns: 6 (expected: 5)");
            assertThatThrownBy(() -> compute.matmul(w, x, 2, y)).hasMessageContaining("Compute.prepare");
            assertThatThrownBy(() -> compute.prepare(x, 2, ActivationForm.Q8_BLOCK256))
                    .hasMessageContaining("columns: 64 (expected: a multiple of 256");
        }
    }

    @Test
    void rejectsWeightsThatCannotBePacked() {
        try (Arena arena = Arena.ofShared();
                ThreadTeam team = ThreadTeam.create(1)) {
            Tensor vector = new Tensor("norm", DType.F32, Shape.of(8), arena.allocate(32));
            assertThatThrownBy(() -> WeightPacker.pack(vector, ActivationPrecision.Q8, arena, team))
                    .hasMessageContaining("norm: shape [8]");
            Tensor integers = new Tensor("ids", DType.I32, Shape.of(2, 4), arena.allocate(32));
            assertThatThrownBy(() -> WeightPacker.pack(integers, ActivationPrecision.Q8, arena, team))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("type: I32");
        }
    }
}
