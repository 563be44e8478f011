package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/** Greatest errors against StrictMath in double, over dense sweeps; the numbers are those of docs/math/functions.md. */
class CanonicalMathTest {
    @FunctionalInterface
    private interface FloatFunction {
        float at(float x);
    }

    @FunctionalInterface
    private interface LaneFunction {
        FloatVector at(FloatVector x);
    }

    /** The greatest error in units in the last place of the result, over every {@code step}-th float from a to b. */
    private static double greatestUlps(FloatFunction ours, DoubleUnaryOperator exact, float from, float to) {
        double greatest = 0;
        for (float x = from; x <= to; x += Math.max(Math.ulp(x) * 97, (to - from) / 200_000)) {
            double truth = exact.applyAsDouble(x);
            double ulp = Math.max(Math.ulp((float) truth), Float.MIN_VALUE);
            greatest = Math.max(greatest, Math.abs(ours.at(x) - truth) / ulp);
        }
        return greatest;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    private static double geluTanh(double x) {
        return x * sigmoid(2 * StrictMath.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
    }

    @Test
    void expIsWithinItsStatedError() {
        assertThat(greatestUlps(CanonicalMath::exp, StrictMath::exp, -104, 88.7f))
                .isLessThan(1.0);
        assertThat(greatestUlps(CanonicalMath::exp, StrictMath::exp, -1e-3f, 1e-3f))
                .isLessThan(1.0);
    }

    @Test
    void tanhIsWithinItsStatedError() {
        assertThat(greatestUlps(CanonicalMath::tanh, StrictMath::tanh, -12, 12)).isLessThan(3);
        assertThat(greatestUlps(CanonicalMath::tanh, StrictMath::tanh, -1e-3f, 1e-3f))
                .isLessThan(3);
    }

    @Test
    void softplusIsWithinItsStatedError() {
        DoubleUnaryOperator exact = x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
        assertThat(greatestUlps(CanonicalMath::softplus, exact, -87, 100)).isLessThan(2.5);
        assertThat(greatestUlps(CanonicalMath::softplus, exact, -1, 1)).isLessThan(2.5);
        assertThat(CanonicalMath.softplus(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(CanonicalMath.softplus(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(CanonicalMath.softplus(Float.NaN)).isNaN();
    }

    @Test
    void sigmoidAndSiluAreWithinTheirStatedErrors() {
        assertThat(greatestUlps(CanonicalMath::sigmoid, CanonicalMathTest::sigmoid, -87, 30))
                .isLessThan(3);
        assertThat(greatestUlps(CanonicalMath::silu, x -> x * sigmoid(x), -87, 30))
                .isLessThan(3);
    }

    @Test
    void geluIsWithinItsStatedErrors() {
        assertThat(greatestUlps(CanonicalMath::geluTanh, CanonicalMathTest::geluTanh, -2, 20))
                .isLessThan(9);
        for (float x = -30; x < 0; x += 1e-3f) {
            assertThat((double) CanonicalMath.geluTanh(x))
                    .isCloseTo(geluTanh(x), org.assertj.core.data.Offset.offset(1e-7));
        }
    }

    /** By the series of positive terms e^(-x^2) * sum of 2^n x^(2n+1) / (2n+1)!!. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / StrictMath.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
    }

    private static double geluErf(double x) {
        return 0.5 * x * (1 + erf(x / StrictMath.sqrt(2)));
    }

    @Test
    void geluByErfIsWithinItsStatedErrors() {
        assertThat(greatestUlps(CanonicalMath::geluErf, CanonicalMathTest::geluErf, -0.5f, 20))
                .isLessThan(4);
        for (float x = -20; x < 0; x += 1e-4f) {
            assertThat((double) CanonicalMath.geluErf(x))
                    .isCloseTo(geluErf(x), org.assertj.core.data.Offset.offset(-2e-7 * x));
        }
    }

    @Test
    void specialNumbersHaveDefinedResults() {
        float great = 1e30f;
        assertThat(values(CanonicalMath::geluErf, great, -great, Float.NaN, 0, -0f, 5.6f, -5.6f, -5.7f))
                .isEqualTo(Bits.of(new float[] {great, -0f, Float.NaN, 0, -0f, 5.6f, -0f, -0f}));
        assertThat(values(CanonicalMath::geluErf, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY))
                .isEqualTo(Bits.of(new float[] {Float.POSITIVE_INFINITY, -0f}));
        float infinity = Float.POSITIVE_INFINITY;
        assertThat(values(CanonicalMath::exp, infinity, -infinity, Float.NaN, 89, 88.73f, -104, -103.9f, -0f))
                .isEqualTo(Bits.of(new float[] {infinity, 0, Float.NaN, infinity, infinity, 0, Float.MIN_VALUE, 1}));
        assertThat(values(CanonicalMath::tanh, infinity, -infinity, Float.NaN, 0, -0f, Float.MIN_VALUE))
                .isEqualTo(Bits.of(new float[] {1, -1, Float.NaN, 0, -0f, Float.MIN_VALUE}));
        assertThat(values(CanonicalMath::silu, infinity, -infinity, Float.NaN, 0, -0f))
                .isEqualTo(Bits.of(new float[] {infinity, -0f, Float.NaN, 0, -0f}));
        assertThat(values(CanonicalMath::geluTanh, infinity, -infinity, Float.NaN, 0, -0f, 1e30f))
                .isEqualTo(Bits.of(new float[] {infinity, -0f, Float.NaN, 0, -0f, 1e30f}));
        assertThat(values(CanonicalMath::sigmoid, infinity, -infinity, Float.NaN, 0))
                .isEqualTo(Bits.of(new float[] {1, 0, Float.NaN, 0.5f}));
    }

    private static int[] values(FloatFunction function, float... at) {
        float[] results = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            results[i] = function.at(at[i]);
        }
        return Bits.of(results);
    }

    @Test
    void lanesGiveTheBitsOfTheScalarFunctions() {
        sameBits(CanonicalMath::exp, VectorMath::exp);
        sameBits(CanonicalMath::tanh, VectorMath::tanh);
        sameBits(CanonicalMath::silu, x -> VectorMath.gated(x, VectorMath.siluDecay(x)));
        sameBits(CanonicalMath::geluTanh, x -> VectorMath.gated(x, VectorMath.geluDecay(x)));
        sameBits(x -> CanonicalMath.softcap(x, 30), x -> VectorMath.softcap(x, 30));
    }

    /** Every 10 007-th bit pattern: all exponents, both signs, subnormals, infinities' neighbours, NaNs. */
    private static void sameBits(FloatFunction scalar, LaneFunction lanes) {
        float[] in = new float[Lanes.COUNT];
        float[] out = new float[Lanes.COUNT];
        float[] expected = new float[Lanes.COUNT];
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += 10_007L * Lanes.COUNT) {
            for (int i = 0; i < in.length; i++) {
                in[i] = Float.intBitsToFloat((int) (bits + 10_007L * i));
                expected[i] = scalar.at(in[i]);
            }
            lanes.at(FloatVector.fromArray(Lanes.FLOATS, in, 0)).intoArray(out, 0);
            if (!Arrays.equals(Bits.of(out), Bits.of(expected))) {
                assertThat(Bits.of(out)).as("at %s", Arrays.toString(in)).isEqualTo(Bits.of(expected));
            }
        }
    }

    @Test
    void sumsFoldSixteenLanes() {
        float[] values = new float[37];
        float[] lanes = new float[16];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1f / (i + 1);
            lanes[i % 16] += values[i];
        }
        float a = (lanes[0] + lanes[8]) + (lanes[4] + lanes[12]);
        float b = (lanes[2] + lanes[10]) + (lanes[6] + lanes[14]);
        float c = (lanes[1] + lanes[9]) + (lanes[5] + lanes[13]);
        float d = (lanes[3] + lanes[11]) + (lanes[7] + lanes[15]);
        assertThat(CanonicalMath.sum(values, 0, 37)).isEqualTo((a + b) + (c + d));
    }

    @Test
    void logSumExpIsNearTheExactOne() {
        float[] logits = {1, 2, 30, 29.5f, -100};
        double exact =
                StrictMath.log(StrictMath.exp(30) + StrictMath.exp(29.5) + StrictMath.exp(1) + StrictMath.exp(2));
        assertThat((double) CanonicalMath.logSumExp(logits, 0, 5))
                .isCloseTo(exact, org.assertj.core.data.Offset.offset(4e-6));
    }

    @Test
    void argmaxTakesTheFirstOfEqualsAndNeverNaN() {
        assertThat(CanonicalMath.argmax(new float[] {Float.NaN, 1, 3, 3, 2}, 0, 5))
                .isEqualTo(2);
        assertThat(CanonicalMath.argmax(new float[] {9, 1, 3}, 1, 2)).isEqualTo(2);
    }
}
