package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowOperationsTest {
    private static final int ROWS = 5;
    private static final int COLUMNS_MAX = 3 * 16 + 1;

    /**
     * Runs an operation in place on the same rows in the reference and in every other set, for every length up to three
     * widths and one, without and with numbers that are none.
     */
    private static void sameBits(BiConsumer<Compute, FloatRows> operation) {
        TestSets.fast().forEach(set -> {
            try (Arena arena = Arena.ofShared();
                    Compute reference = Compute.of(TestSets.reference(), 1);
                    Compute fast = Compute.of(set, 3)) {
                for (int columns = 1; columns <= COLUMNS_MAX; columns++) {
                    FloatRows expected = TestRows.rows(arena, ROWS, columns, columns);
                    spoil(expected);
                    FloatRows actual = TestRows.copy(arena, expected);
                    operation.accept(reference, expected);
                    operation.accept(fast, actual);
                    assertThat(Bits.of(actual, ROWS))
                            .as("%s, %d columns", set.name(), columns)
                            .isEqualTo(Bits.of(expected, ROWS));
                }
            }
        });
    }

    /** A NaN and infinities in the last two rows. */
    private static void spoil(FloatRows x) {
        x.set(ROWS - 1, x.columns() / 2, Float.NaN);
        x.set(ROWS - 2, x.columns() - 1, Float.NEGATIVE_INFINITY);
        x.set(ROWS - 2, 0, Float.POSITIVE_INFINITY);
    }

    private static FloatRows weights(int count) {
        FloatRows weights = FloatRows.allocate(Arena.ofAuto(), 1, count);
        for (int i = 0; i < count; i++) {
            weights.set(0, i, (i % 7 - 3) * 0.3f);
        }
        return weights;
    }

    @Test
    void rmsNormGivesTheSameBits() {
        sameBits((compute, x) -> compute.rmsNorm(x, ROWS, weights(x.columns()), 1e-6f, x));
    }

    @Test
    void rmsNormOfHeadsGivesTheSameBits() {
        sameBits((compute, x) -> {
            int heads = x.columns() % 3 == 0 ? 3 : 1;
            int headDim = x.columns() / heads;
            compute.rmsNormHeads(x, ROWS, heads, headDim, weights(headDim), 1e-6f);
        });
    }

    @ParameterizedTest
    @EnumSource(GatedActivation.class)
    void gatedActivationsGiveTheSameBits(GatedActivation kind) {
        sameBits((compute, x) -> compute.gatedActivation(x, x, ROWS, kind, x));
    }

    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void ropeGivesTheSameBits(RopePairing pairing) {
        sameBits((compute, x) -> {
            int heads = x.columns() % 4 == 0 ? 2 : 1;
            int headDim = x.columns() / heads;
            int rotaryDims = headDim / 2 * 2;
            if (rotaryDims > 0) {
                RopeTable table = RopeTable.create(pairing, RopeTable.inverseFrequencies(1e4, rotaryDims), 1.2, 700);
                compute.rope(x, ROWS, heads, headDim, table, new int[] {0, 1, 600, 5, 699});
            }
        });
    }

    @Test
    void elementwiseOperationsGiveTheSameBits() {
        sameBits((compute, x) -> {
            compute.addBias(x, ROWS, weights(x.columns()));
            compute.scale(x, ROWS, -1.3f);
            compute.add(x, x, ROWS);
            compute.softcap(x, ROWS, 5);
        });
    }

    @Test
    void vocabularyOperationsGiveTheSameBits() {
        sameBits((compute, x) -> {
            for (int row = 0; row < ROWS; row++) {
                int best = compute.argmax(x, row);
                float sum = compute.logSumExp(x, row);
                x.set(row, 0, best);
                x.set(row, x.columns() - 1, sum);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 40, 1000})
    void argmaxIsTheFirstOfEquals(int columns) {
        TestSets.fast().forEach(set -> {
            try (Arena arena = Arena.ofShared();
                    Compute compute = Compute.of(set, 1)) {
                for (float filling : new float[] {0, -0f, -1, Float.NEGATIVE_INFINITY, Float.NaN}) {
                    FloatRows x = FloatRows.allocate(arena, 1, columns);
                    for (int i = 0; i < columns; i++) {
                        x.set(0, i, i % 3 == 1 ? filling : Float.NaN);
                    }
                    assertThat(compute.argmax(x, 0)).isEqualTo(columns > 1 && !Float.isNaN(filling) ? 1 : 0);
                    x.set(0, columns - 1, 5);
                    assertThat(compute.argmax(x, 0)).isEqualTo(columns - 1);
                    x.set(0, columns / 2, 5);
                    assertThat(compute.argmax(x, 0)).isEqualTo(columns / 2);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = ActivationForm.class,
            names = {"Q8_BLOCK32", "Q8_BLOCK256"})
    void quantisingGivesTheSameBits(ActivationForm form) {
        try (Arena arena = Arena.ofShared()) {
            FloatRows x = TestRows.rows(arena, 20, 768, 8);
            x.set(0, 5, Float.NaN);
            x.set(1, 6, Float.intBitsToFloat(0xFFABCDEF));
            x.set(2, 300, Float.POSITIVE_INFINITY);
            x.set(2, 301, Float.NEGATIVE_INFINITY);
            x.set(3, 0, Float.MAX_VALUE);
            for (int column = 0; column < 768; column++) {
                x.set(4, column, Float.MIN_NORMAL * (column % 300));
                x.set(5, column, column % 255 - 127.5f);
            }
            QuantisedRows expected = quantised(arena, new ReferenceKernels(), x, form);
            TestSets.machineTiers().forEach(tier -> {
                QuantisedRows actual = quantised(arena, MachineKernels.create(tier, false), x, form);
                assertThat(actual.quants().mismatch(expected.quants())).isEqualTo(-1);
                assertThat(Bits.of(actual.scales().toArray(ValueLayout.JAVA_FLOAT)))
                        .isEqualTo(Bits.of(expected.scales().toArray(ValueLayout.JAVA_FLOAT)));
                assertThat(actual.corrections32().mismatch(expected.corrections32()))
                        .isEqualTo(-1);
                assertThat(actual.sums32().mismatch(expected.sums32())).isEqualTo(-1);
                if (form == ActivationForm.Q8_BLOCK256) {
                    assertThat(actual.corrections16().mismatch(expected.corrections16()))
                            .isEqualTo(-1);
                    assertThat(actual.shortSums32().mismatch(expected.shortSums32()))
                            .isEqualTo(-1);
                    assertThat(actual.shortSums16().mismatch(expected.shortSums16()))
                            .isEqualTo(-1);
                }
            });
        }
    }

    private static QuantisedRows quantised(Arena arena, LeafKernels kernels, FloatRows x, ActivationForm form) {
        QuantisedRows out = QuantisedRows.allocate(arena, x.rows(), x.columns(), form, false);
        for (int row = 0; row < x.rows(); row++) {
            kernels.quantise(x, row, out);
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource(ActivationForm.class)
    void operationsInOneRunGiveTheSameBitsAsOneByOne(ActivationForm form) {
        Stream.concat(TestSets.fast(), Stream.of(TestSets.reference())).forEach(set -> {
            try (Arena arena = Arena.ofShared();
                    Compute compute = Compute.of(set, 3)) {
                for (int n : new int[] {0, 1, 7, 64}) {
                    FloatRows x = TestRows.rows(arena, 64, 768, 5);
                    FloatRows y = TestRows.rows(arena, 64, 768, 6);
                    FloatRows weight = weights(768);
                    Activations expected = Activations.allocate(arena, 64, 768);
                    Activations actual = Activations.allocate(arena, 64, 768);
                    compute.gatedActivation(x, y, n, GatedActivation.SILU, expected.f32());
                    compute.prepare(expected, n, form);
                    compute.gatedActivation(x, y, n, GatedActivation.SILU, actual, form);
                    assertThat(bits(actual, n, form)).isEqualTo(bits(expected, n, form));
                    compute.rmsNorm(x, n, weight, 1e-6f, expected.f32());
                    compute.prepare(expected, n, form);
                    compute.rmsNorm(x, n, weight, 1e-6f, actual, form);
                    assertThat(bits(actual, n, form)).isEqualTo(bits(expected, n, form));
                    FloatRows sum = TestRows.copy(arena, x);
                    compute.add(sum, y, n);
                    compute.rmsNorm(sum, n, weight, 1e-6f, expected.f32());
                    compute.addRmsNorm(x, y, n, weight, 1e-6f, actual.f32());
                    assertThat(Bits.of(x, n)).isEqualTo(Bits.of(sum, n));
                    assertThat(Bits.of(actual.f32(), n)).isEqualTo(Bits.of(expected.f32(), n));
                }
            }
        });
    }

    /** Of the floats, or of quants and scales. */
    private static int[] bits(Activations x, int n, ActivationForm form) {
        if (form == ActivationForm.F32) {
            return Bits.of(x.f32(), n);
        }
        QuantisedRows q = x.prepared(form);
        int[] bits = new int[n * x.columns() * 2];
        for (int i = 0; i < n * x.columns(); i++) {
            int column = i % x.columns();
            bits[2 * i] = q.quant(i / x.columns(), column);
            bits[2 * i + 1] = Float.floatToIntBits(q.scale(i / x.columns(), column / form.blockColumns()));
        }
        return bits;
    }

    @Test
    void sharedOperationsGiveTheSameBitsAsOneThread() {
        try (Arena arena = Arena.ofShared();
                Compute one = Compute.create(KernelSet.VECTOR, 1);
                Compute three = Compute.create(KernelSet.VECTOR, 3)) {
            FloatRows expected = TestRows.rows(arena, 40, 1000, 1);
            FloatRows actual = TestRows.copy(arena, expected);
            one.rmsNorm(expected, 40, weights(1000), 1e-6f, expected);
            three.rmsNorm(actual, 40, weights(1000), 1e-6f, actual);
            assertThat(Bits.of(actual, 40)).isEqualTo(Bits.of(expected, 40));
        }
    }

    @Test
    void rmsNormIsNearTheExactOne() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            FloatRows x = TestRows.rows(arena, 1, 576, 4);
            FloatRows y = FloatRows.allocate(arena, 1, 576);
            FloatRows weights = weights(576);
            compute.rmsNorm(x, 1, weights, 1e-5f, y);
            double squares = 0;
            for (float value : x.row(0)) {
                squares += (double) value * value;
            }
            for (int i = 0; i < 576; i++) {
                double exact = x.get(0, i) / Math.sqrt(squares / 576 + 1e-5) * weights.get(0, i);
                // 36 sums a lane, folding, mean, root, division, two products: under 45 roundings, and subnormals
                assertThat((double) y.get(0, i))
                        .isCloseTo(exact, Offset.offset(45 * 0x1p-24 * Math.abs(exact) + 2 * Float.MIN_VALUE));
            }
        }
    }

    @Test
    void ropeTurnsPairsByTheirAngle() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            RopeTable table = RopeTable.create(RopePairing.HALVES, new double[] {1, 0.01}, 1, 100);
            FloatRows x = FloatRows.allocate(arena, 1, 5);
            x.setRow(0, new float[] {1, 0, 0, 2, 7}, 0);
            compute.rope(x, 1, 1, 5, table, new int[] {50});
            assertThat(x.row(0))
                    .containsExactly(
                            (float) StrictMath.cos(50),
                            -2 * (float) StrictMath.sin(0.5),
                            (float) StrictMath.sin(50),
                            2 * (float) StrictMath.cos(0.5),
                            7);
        }
    }

    @Test
    void rejectsPositionsBeyondTheContext() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            RopeTable table = RopeTable.create(RopePairing.HALVES, new double[] {1, 0.01}, 1, 100);
            FloatRows x = FloatRows.allocate(arena, 1, 4);
            assertThatThrownBy(() -> compute.rope(x, 1, 1, 4, table, new int[] {100}))
                    .hasMessageContaining("position: 100 (expected: 0 to 99");
            assertThatThrownBy(() -> compute.rope(x, 1, 2, 2, table, new int[] {0}))
                    .hasMessageContaining("rotaryDims: 4 (expected: at most headDim, 2)");
        }
    }

    @Test
    void rejectsOperandsOfOtherShapes() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            FloatRows x = FloatRows.allocate(arena, 2, 4);
            FloatRows other = FloatRows.allocate(arena, 2, 5);
            assertThatThrownBy(() -> compute.add(x, other, 2)).hasMessageContaining("y.columns: 5 (expected: 4)");
            assertThatThrownBy(() -> compute.add(x, x, 3)).hasMessageContaining("n: 3");
            assertThatThrownBy(() -> compute.softcap(x, 1, 0)).hasMessageContaining("cap: 0.0");
            assertThatThrownBy(() -> compute.addBias(x, 1, weights(3))).hasMessageContaining("bias.columns: 3");
        }
    }
}
