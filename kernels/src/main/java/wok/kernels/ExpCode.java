package wok.kernels;

import static wok.kernels.LaneOperand.constant;
import static wok.kernels.LaneOperand.constantBits;

import wok.kernels.LaneOperand.Sixteen;

/**
 * The transcendental functions of {@link CanonicalMath} as machine code on sixteen lanes, operation for operation: the
 * pieces that kernels are put together from. The formulas are in docs/math/functions.md.
 *
 * <p>{@code min} and {@code max} of x86 give their second operand when one is NaN; so x stands second everywhere, and a
 * NaN stays one as in Java. Each method overwrites the scratch lanes it is given. Stateless; any thread.
 */
final class ExpCode {
    private static final int SIGN = Integer.MIN_VALUE;
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(CanonicalMath.ROUNDER);
    private static final int EXPONENT_BIAS = 127;
    private static final int EXPONENT_SHIFT = 23;

    private ExpCode() {}

    /**
     * {@code x = e^x} for x of at most 0 (or NaN), where {@link CanonicalMath#exp} needs no upper bound.
     *
     * <pre>
     * r = fma(x, log2 e, 1.5 * 2^23);  n = its low bits;  q = e^(x - n ln 2) - 1
     * x = (q + 1) * 2^(n >> 1) * 2^(n - (n >> 1))
     * </pre>
     */
    static void expOfNonPositive(LaneCode code, Sixteen x, Sixteen r, Sixteen s, Sixteen t) {
        code.constant(r, CanonicalMath.EXP_MIN);
        code.greatest(x, r, x);
        expMinus1OfRest(code, x, r, s, t);
        code.add(x, s, constant(1));
        code.shiftRight(s, t, 1);
        code.subtractInts(t, t, s);
        powerOfTwo(code, s);
        powerOfTwo(code, t);
        code.multiply(x, x, s);
        code.multiply(x, x, t);
    }

    /**
     * {@code x = tanh x}: with y = -2 min(|x|, 10) and n, q of y as in exp, e = fma(2^n, q, 2^n - 1) = e^y - 1, then
     * |e / (2 + e)| with the sign of x.
     */
    static void tanh(LaneCode code, Sixteen x, Sixteen y, Sixteen r, Sixteen s, Sixteen t) {
        code.and(y, x, constantBits(~SIGN));
        code.constant(r, CanonicalMath.TANH_MAX);
        code.least(y, r, y);
        code.multiply(y, y, constant(-2));
        expMinus1OfRest(code, y, r, s, t);
        powerOfTwo(code, t);
        code.add(r, t, constant(-1));
        code.multiplyAdd(r, t, s);
        code.add(s, r, constant(2));
        code.divide(r, r, s);
        code.and(r, r, constantBits(~SIGN));
        code.and(x, x, constantBits(SIGN));
        code.or(x, x, r);
    }

    /** {@code x = -|x|}. */
    static void negativeMagnitude(LaneCode code, Sixteen to, Sixteen x) {
        code.or(to, x, constantBits(SIGN));
    }

    /** {@code to = max(x, -greatest float)}: infinity times zero would be NaN. */
    static void boundedBelow(LaneCode code, Sixteen to, Sixteen x) {
        code.constant(to, -Float.MAX_VALUE);
        code.greatest(to, to, x);
    }

    /**
     * s = e^(x - n ln 2) - 1 and t = n, an integer, where n = rint(x / ln 2); x and r are overwritten.
     *
     * <pre>
     * x = fma(n, 2.1e-4, fma(n, -0.693, x));  s = 1/5040;  s = fma(s, x, 1/720), … 1/2;  s = fma(x * x, s, x)
     * </pre>
     */
    private static void expMinus1OfRest(LaneCode code, Sixteen x, Sixteen r, Sixteen s, Sixteen t) {
        code.constant(r, CanonicalMath.ROUNDER);
        code.multiplyAdd(r, x, constant(CanonicalMath.LOG2_E));
        code.subtractInts(t, r, constantBits(ROUNDER_BITS));
        code.subtract(r, r, constant(CanonicalMath.ROUNDER));
        code.multiplyAdd(x, r, constant(-CanonicalMath.LN2_HIGH));
        code.multiplyAdd(x, r, constant(-CanonicalMath.LN2_LOW));
        code.constant(s, CanonicalMath.C7);
        code.timesPlus(s, x, constant(CanonicalMath.C6));
        code.timesPlus(s, x, constant(CanonicalMath.C5));
        code.timesPlus(s, x, constant(CanonicalMath.C4));
        code.timesPlus(s, x, constant(CanonicalMath.C3));
        code.timesPlus(s, x, constant(CanonicalMath.C2));
        code.multiply(r, x, x);
        code.timesPlus(s, r, x);
    }

    /** {@code n = 2^n} for n from -126 to 127: the exponent's bits. */
    private static void powerOfTwo(LaneCode code, Sixteen n) {
        code.addInts(n, n, constantBits(EXPONENT_BIAS));
        code.shiftLeft(n, n, EXPONENT_SHIFT);
    }
}
