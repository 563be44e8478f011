package wok.kernels;

/**
 * The transcendental functions of the canonical arithmetic: 32-bit floats, fma and integer bit tricks only, so that
 * every kernel set gives the same bits. Stateless; any thread.
 *
 * <p>How it works. {@code exp(x)}: n = rint(x / ln 2); r = x - n ln 2 in two fma steps, |r| <= 0.3466; Taylor's series
 * of e^r - 1 to the seventh degree (the eighth term is below 6e-9, a tenth of an ulp); times 2^n by the exponent bits,
 * in two factors so that subnormal results are rounded once. The others follow from it without cancellation:
 * sigmoid(x) from e^-|x|, tanh(x) from e^(-2|x|) - 1.
 *
 * <p>Tried and rejected: minimax coefficients (one degree less for the same error; not worth a table of numbers that
 * nobody can check by hand), tanh as (1 - e) / (1 + e) (loses all digits near 0), {@code StrictMath} in double (right,
 * but twenty times slower and without lanes).
 */
public final class CanonicalMath {
    static final float LOG2_E = 0x1.715476p0f;
    /** ln 2 to nine bits, so that n ln 2 is exact, and the rest. */
    static final float LN2_HIGH = 0x1.63p-1f;

    static final float LN2_LOW = -2.1219444e-4f;
    /** Adding it rounds a float of at most 2^22 in size to a whole number, nearest even, in the low bits. */
    static final float ROUNDER = 0x1.8p23f;
    /** Beyond these exp is infinity or 0. */
    static final float EXP_MAX = 89;

    static final float EXP_MIN = -104;
    /** From here on tanh is 1. */
    static final float TANH_MAX = 10;

    static final float C2 = 1f / 2;
    static final float C3 = 1f / 6;
    static final float C4 = 1f / 24;
    static final float C5 = 1f / 120;
    static final float C6 = 1f / 720;
    static final float C7 = 1f / 5040;

    static final float GELU_CUBIC = 0.044715f;
    /** 2 sqrt(2 / pi). */
    static final float GELU_SCALE = 1.5957692f;

    /** From here on in size erf(x / sqrt 2) is ±1. */
    static final float ERF_MAX = 5.6f;

    private CanonicalMath() {}

    /** e^x. At most 1.1 ulp off; infinity from 88.73 on, 0 below -103.98; NaN gives NaN. */
    public static float exp(float x) {
        float clamped = Math.max(Math.min(x, EXP_MAX), EXP_MIN);
        float rounded = Math.fma(clamped, LOG2_E, ROUNDER);
        int n = Float.floatToRawIntBits(rounded) - Float.floatToRawIntBits(ROUNDER);
        float q = reducedExpMinus1(clamped, rounded - ROUNDER);
        int half = n >> 1;
        return (q + 1) * powerOfTwo(half) * powerOfTwo(n - half);
    }

    /** e^r - 1 for r = x - n ln 2. */
    private static float reducedExpMinus1(float x, float n) {
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(C7, r, C6);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        return Math.fma(r * r, p, r);
    }

    /** 2^n for n from -126 to 127. */
    private static float powerOfTwo(int n) {
        return Float.intBitsToFloat((n + 127) << 23);
    }

    /** tanh x. At most 3 ulp off; ±0 gives ±0, NaN gives NaN. */
    public static float tanh(float x) {
        float y = -2 * Math.min(Math.abs(x), TANH_MAX);
        float rounded = Math.fma(y, LOG2_E, ROUNDER);
        int n = Float.floatToRawIntBits(rounded) - Float.floatToRawIntBits(ROUNDER);
        float power = powerOfTwo(n);
        float e = Math.fma(power, reducedExpMinus1(y, rounded - ROUNDER), power - 1);
        return withSignOf(e / (2 + e), x);
    }

    private static float withSignOf(float magnitude, float sign) {
        int bits = Float.floatToRawIntBits(magnitude) & Integer.MAX_VALUE;
        return Float.intBitsToFloat(bits | (Float.floatToRawIntBits(sign) & Integer.MIN_VALUE));
    }

    /** 1 / (1 + e^-x). At most 3 ulp off; 0 at -infinity, NaN gives NaN. */
    public static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    /** x * sigmoid(x), {@link GatedActivation#SILU}. -0 at -infinity, NaN gives NaN. */
    public static float silu(float x) {
        return timesSigmoid(x, x);
    }

    /** {@link GatedActivation#GELU_TANH}, computed as x * sigmoid(2 u), which is the same and has no cancellation. */
    public static float geluTanh(float x) {
        float finite = Math.max(x, -Float.MAX_VALUE);
        return timesSigmoid(finite, finite * GELU_SCALE * Math.fma(finite * finite, GELU_CUBIC, 1));
    }

    /** {@link Activation#GELU_ERF}. */
    public static float geluErf(float x) {
        return Math.max(x, -Float.MAX_VALUE) * 0.5f * (1 + erfOfRoot(x));
    }

    /**
     * erf(x / sqrt 2) for all x: x P(x^2) / Q(x^2) of degree 5 and 5, the best of that form up to {@link #ERF_MAX} (its
     * greatest relative error is 2.1e-8, found by Remez' exchange). All coefficients are positive: nothing cancels.
     */
    private static float erfOfRoot(float x) {
        float bounded = Math.max(Math.min(x, ERF_MAX), -ERF_MAX);
        float u = bounded * bounded;
        float p = Math.fma(4.4594653e-8f, u, 1.2579614e-5f);
        p = Math.fma(p, u, 3.3786334e-4f);
        p = Math.fma(p, u, 0.009354731f);
        p = Math.fma(p, u, 0.0678585f);
        p = Math.fma(p, u, 0.7978845f);
        float q = Math.fma(1.1796566e-6f, u, 7.3345036e-5f);
        q = Math.fma(q, u, 0.0018855056f);
        q = Math.fma(q, u, 0.028677687f);
        q = Math.fma(q, u, 0.25171435f);
        q = Math.fma(q, u, 1);
        return Math.max(Math.min(bounded * p / q, 1), -1);
    }

    /** x * sigmoid(y), where y has the sign of x. */
    private static float timesSigmoid(float x, float y) {
        float e = exp(-Math.abs(y));
        float finite = Math.max(x, -Float.MAX_VALUE);
        return (y >= 0 ? finite : finite * e) / (1 + e);
    }

    /**
     * log(1 + e^x) = max(x, 0) + log(1 + u), u = e^-|x|, and log(1 + u) = 2 artanh(s), s = u / (2 + u), by its series to
     * s^15 (s is at most a third: the next term is below 1e-9 of the sum). At most 2.5 ulp off; 0 at -infinity, NaN gives
     * NaN.
     */
    public static float softplus(float x) {
        float u = exp(-Math.abs(x));
        float s = u / (2 + u);
        float squared = s * s;
        float p = Math.fma(1f / 15, squared, 1f / 13);
        p = Math.fma(p, squared, 1f / 11);
        p = Math.fma(p, squared, 1f / 9);
        p = Math.fma(p, squared, 1f / 7);
        p = Math.fma(p, squared, 1f / 5);
        p = Math.fma(p, squared, 1f / 3);
        float logarithm = 2 * Math.fma(s * squared, p, s);
        return Math.max(x, 0) + logarithm;
    }

    /** cap * tanh(x / cap). */
    public static float softcap(float x, float cap) {
        return cap * tanh(x / cap);
    }

    /**
     * The sum in canonical order: element i goes to partial sum i mod 16, and the sixteen fold as 8 + 8, 4 + 4, 2 + 2,
     * 1 + 1.
     */
    public static float sum(float[] values, int from, int count) {
        float[] lanes = new float[16];
        for (int i = 0; i < count; i++) {
            lanes[i % 16] += values[from + i];
        }
        return fold(lanes);
    }

    /** Folds sixteen partial sums, which it overwrites. */
    static float fold(float[] lanes) {
        for (int half = 8; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    /** log(sum of exp(values[i])), by the greatest value and the canonical sum; the logarithm is StrictMath's. */
    public static float logSumExp(float[] values, int from, int count) {
        int best = argmax(values, from, count);
        float greatest = values[best];
        float[] lanes = new float[16];
        for (int i = 0; i < count; i++) {
            lanes[i % 16] += exp(values[from + i] - greatest);
        }
        return greatest + (float) StrictMath.log(fold(lanes));
    }

    /**
     * The index of the greatest value, the first of equals; NaN counts as less than everything.
     *
     * @param count 1 or more
     */
    public static int argmax(float[] values, int from, int count) {
        java.util.Objects.checkFromIndexSize(from, count, values.length);
        int best = from;
        for (int i = from + 1; i < from + count; i++) {
            if (values[i] > values[best] || (Float.isNaN(values[best]) && !Float.isNaN(values[i]))) {
                best = i;
            }
        }
        return best;
    }
}
