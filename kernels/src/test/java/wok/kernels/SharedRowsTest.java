package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedRowsTest {
    private static FloatRows row(Arena arena, int count, float first, float step) {
        FloatRows row = FloatRows.allocate(arena, 1, count);
        for (int i = 0; i < count; i++) {
            row.set(0, i, first + step * (i % 11));
        }
        return row;
    }

    /** The formula of docs/math/rows.md as it is written there, without arrays or bounds of loops. */
    private static float[] layerNormByTheBook(float[] x, float[] weight, Optional<float[]> bias, float eps) {
        float[] sums = new float[16];
        for (int i = 0; i < x.length; i++) {
            sums[i % 16] += x[i];
        }
        float mean = CanonicalMath.fold(sums) / x.length;
        float[] squares = new float[16];
        for (int i = 0; i < x.length; i++) {
            squares[i % 16] = Math.fma(x[i] - mean, x[i] - mean, squares[i % 16]);
        }
        float factor = 1 / (float) Math.sqrt(CanonicalMath.fold(squares) / x.length + eps);
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            float scaled = (x[i] - mean) * factor;
            y[i] = bias.isPresent() ? Math.fma(scaled, weight[i], bias.get()[i]) : scaled * weight[i];
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 47, 48, 49, 384})
    void layerNormIsTheFormulaToTheBit(int columns) {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            FloatRows x = TestRows.rows(arena, 4, columns, columns);
            FloatRows weight = row(arena, columns, -0.7f, 0.3f);
            FloatRows bias = row(arena, columns, 0.9f, -0.2f);
            FloatRows out = FloatRows.allocate(arena, 4, columns);
            compute.layerNorm(x, 4, weight, Optional.of(bias), 1e-5f, out);
            FloatRows without = FloatRows.allocate(arena, 4, columns);
            compute.layerNorm(x, 4, weight, Optional.empty(), 1e-5f, without);
            for (int r = 0; r < 4; r++) {
                float[] expected = layerNormByTheBook(x.row(r), weight.row(0), Optional.of(bias.row(0)), 1e-5f);
                assertThat(Bits.of(out.row(r))).isEqualTo(Bits.of(expected));
                expected = layerNormByTheBook(x.row(r), weight.row(0), Optional.empty(), 1e-5f);
                assertThat(Bits.of(without.row(r))).isEqualTo(Bits.of(expected));
            }
        }
    }

    @Test
    void layerNormIsNearTheExactOne() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            FloatRows x = FloatRows.allocate(arena, 1, 768);
            java.util.Random random = new java.util.Random(3);
            for (int i = 0; i < 768; i++) {
                x.set(0, i, 3 + (float) random.nextGaussian());
            }
            FloatRows out = FloatRows.allocate(arena, 1, 768);
            compute.layerNorm(x, 1, row(arena, 768, 1, 0.1f), Optional.of(row(arena, 768, -1, 0.2f)), 1e-12f, out);
            double mean = 0;
            for (float value : x.row(0)) {
                mean += value / 768.0;
            }
            double variance = 0;
            for (float value : x.row(0)) {
                variance += (value - mean) * (value - mean) / 768;
            }
            for (int i = 0; i < 768; i++) {
                double weight = 1 + 0.1 * (i % 11);
                double exact = (x.get(0, i) - mean) / Math.sqrt(variance) * weight - 1 + 0.2 * (i % 11);
                // the mean is off by at most (768 / 16 + 9) roundings of some 6: 2e-5; in practice far less
                assertThat((double) out.get(0, i)).isCloseTo(exact, Offset.offset(1e-5));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsAreThoseOfCanonicalMathForAnyLengthAndThreads(Activation kind) {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 3)) {
            for (int columns : new int[] {1, 15, 16, 17, 33, 3000}) {
                FloatRows x = TestRows.rows(arena, 7, columns, 1);
                x.set(6, columns - 1, Float.NaN);
                x.set(5, columns / 2, Float.NEGATIVE_INFINITY);
                FloatRows y = TestRows.copy(arena, x);
                compute.activate(y, 7, kind);
                for (int r = 0; r < 7; r++) {
                    float[] expected = x.row(r);
                    for (int i = 0; i < columns; i++) {
                        expected[i] = one(kind, expected[i]);
                    }
                    assertThat(Bits.of(y.row(r))).isEqualTo(Bits.of(expected));
                }
            }
        }
    }

    private static float one(Activation kind, float x) {
        return switch (kind) {
            case RELU -> Math.max(x, 0);
            case SILU -> CanonicalMath.silu(x);
            case TANH -> CanonicalMath.tanh(x);
            case SIGMOID -> CanonicalMath.sigmoid(x);
            case GELU_TANH -> CanonicalMath.geluTanh(x);
            case GELU_ERF -> CanonicalMath.geluErf(x);
        };
    }

    @Test
    void timesMultipliesElementByElement() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 2)) {
            FloatRows x = TestRows.rows(arena, 3, 37, 1);
            FloatRows y = TestRows.rows(arena, 3, 37, 2);
            FloatRows product = TestRows.copy(arena, x);
            compute.times(product, y, 2);
            for (int i = 0; i < 3 * 37; i++) {
                float expected = i < 74 ? x.get(i / 37, i % 37) * y.get(i / 37, i % 37) : x.get(i / 37, i % 37);
                assertThat(product.get(i / 37, i % 37)).isEqualTo(expected);
            }
        }
    }

    @Test
    void rejectsOperandsOfOtherShapes() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            FloatRows x = FloatRows.allocate(arena, 2, 4);
            FloatRows other = FloatRows.allocate(arena, 2, 5);
            assertThatThrownBy(() -> compute.layerNorm(x, 2, other, Optional.empty(), 1e-5f, x))
                    .hasMessageContaining("weight.columns: 5 (expected: 4)");
            assertThatThrownBy(() -> compute.layerNorm(x, 2, x, Optional.of(other), 1e-5f, x))
                    .hasMessageContaining("bias.columns: 5 (expected: 4)");
            assertThatThrownBy(() -> compute.layerNorm(x, 2, x, Optional.empty(), 1e-5f, other))
                    .hasMessageContaining("out.columns: 5 (expected: 4)");
            assertThatThrownBy(() -> compute.times(x, other, 2)).hasMessageContaining("y.columns: 5 (expected: 4)");
            assertThatThrownBy(() -> compute.activate(x, 3, Activation.RELU)).hasMessageContaining("n: 3");
        }
    }
}
