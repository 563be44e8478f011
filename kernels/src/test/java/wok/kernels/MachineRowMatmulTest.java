package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class MachineRowMatmulTest {
    private static final float UNTOUCHED = 42;

    static List<Arguments> tiersAndTypes() {
        List<Arguments> all = new ArrayList<>();
        TestSets.machineTiers().forEach(tier -> GoldenBlocks.TYPES.forEach(type -> all.add(Arguments.of(tier, type))));
        return all;
    }

    @ParameterizedTest
    @MethodSource("tiersAndTypes")
    void givesTheReferencesBitsForEveryShape(MachineTier tier, DType type) {
        for (int outputs : new int[] {1, 15, 16, 17, 33, 80, 95, 161}) {
            for (int blocks : new int[] {1, 2, 3, 11}) {
                try (Arena arena = Arena.ofShared()) {
                    int columns = blocks * Math.max(32, type.blockElements());
                    Tensor weight = GoldenBlocks.tensor(type, outputs, columns, arena);
                    sameBits(tier, weight, TestRows.activations(arena, 1, columns, outputs + columns), arena);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("tiersAndTypes")
    void givesTheReferencesBitsForAnyBytes(MachineTier tier, DType type) {
        for (int seed = 0; seed < 20; seed++) {
            try (Arena arena = Arena.ofShared()) {
                Tensor weight = anyBytes(type, 48, 512, seed, arena);
                sameBits(tier, weight, TestRows.activations(arena, 1, 512, seed), arena);
            }
        }
    }

    /** Random bits: scales and minima of every size, subnormal, infinite and missing. */
    private static Tensor anyBytes(DType type, int rows, int columns, int seed, Arena arena) {
        byte[] bytes = new byte[(int) type.bytes((long) rows * columns)];
        new Random(seed).nextBytes(bytes);
        MemorySegment data = arena.allocate(bytes.length, 8);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new Tensor("weight", type, Shape.of(rows, columns), data);
    }

    @ParameterizedTest
    @MethodSource("tiersAndTypes")
    void staysExactWithTheGreatestQuants(MachineTier tier, DType type) {
        for (int filling : new int[] {0x00, 0x0F, 0x7F, 0x80, 0xF0, 0xFF}) {
            for (int period : new int[] {1, 2, 3, 1000}) {
                try (Arena arena = Arena.ofShared()) {
                    Tensor weight = GoldenBlocks.filled(type, 17, 512, (byte) filling, arena);
                    Activations x = Activations.allocate(arena, 1, 512);
                    for (int k = 0; k < 512; k++) {
                        x.f32().set(0, k, k % period == 0 ? 127 : -127);
                    }
                    sameBits(tier, weight, x, arena);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("tiersAndTypes")
    void givesTheReferencesBitsForInfiniteAndMissingActivations(MachineTier tier, DType type) {
        for (float odd : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 3e38f}) {
            try (Arena arena = Arena.ofShared()) {
                Tensor weight = GoldenBlocks.tensor(type, 20, 512, arena);
                Activations x = TestRows.activations(arena, 1, 512, 3);
                x.f32().set(0, 300, odd);
                sameBits(tier, weight, x, arena);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("tiersAndTypes")
    void writesTheGroupsItIsGivenAndNothingElse(MachineTier tier, DType type) {
        int outputs = 150;
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.of(TestSets.reference(), 1)) {
            PackedMatrix w = WeightPacker.pack(
                    GoldenBlocks.tensor(type, outputs, 512, arena), ActivationPrecision.Q8, arena, reference.team());
            Activations x = TestRows.activations(arena, 1, 512, 8);
            reference.prepare(x, 1, w.activationForm());
            FloatRows expected = FloatRows.allocate(arena, 1, outputs);
            reference.matmul(w, x, 1, expected);
            FloatRows actual = FloatRows.allocate(arena, 1, outputs);
            MachineRowMatmul product = new MachineRowMatmul(tier, PassedChecks.none());
            Workspace workspace = new Workspace();
            for (int from = 0; from < w.groups(); from++) {
                for (int to = from; to <= w.groups(); to++) {
                    for (int o = 0; o < outputs; o++) {
                        actual.set(0, o, UNTOUCHED);
                    }
                    product.run(w, x, actual, from, to, workspace);
                    for (int o = 0; o < outputs; o++) {
                        boolean inside = o / 16 >= from && o / 16 < to;
                        assertThat(actual.get(0, o)).isEqualTo(inside ? expected.get(0, o) : UNTOUCHED);
                    }
                }
            }
        }
    }

    @Test
    void aProductThatDiffersInOneBitIsRefused() {
        ProductCheck.Product wrong = (w, x, n, y) -> {
            ReferenceMatmul.run(w, x, 1, y, 0, w.rows(), new Workspace());
            y.set(0, 3, Math.nextUp(y.get(0, 3)));
        };
        assertThatThrownBy(() -> ProductCheck.run(DType.BF16, 1, wrong))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("machine code of BF16 with 1 tokens: an output is");
        assertThatThrownBy(() -> ProductCheck.run(
                        QuantFormat.of(DType.Q4_K).orElseThrow(), ActivationForm.Q8_BLOCK256, 1, wrong))
                .hasMessageContaining("Q4x8+min");
    }

    private static void sameBits(MachineTier tier, Tensor weight, Activations x, Arena arena) {
        try (Compute reference = Compute.of(TestSets.reference(), 1)) {
            PackedMatrix w = WeightPacker.pack(weight, ActivationPrecision.Q8, arena, reference.team());
            reference.prepare(x, 1, w.activationForm());
            FloatRows expected = FloatRows.allocate(arena, 1, w.rows());
            reference.matmul(w, x, 1, expected);
            FloatRows actual = FloatRows.allocate(arena, 1, w.rows());
            new MachineRowMatmul(tier, PassedChecks.none()).run(w, x, actual, 0, w.groups(), new Workspace());
            assertThat(Bits.of(actual, 1))
                    .as("%s, %d outputs, %d columns", w.family(), w.rows(), w.columns())
                    .isEqualTo(Bits.of(expected, 1));
        }
    }
}
