package wok.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link CanonicalMath} for all lanes: operation for operation the same, so the same bits. Stateless; any thread. */
final class VectorMath {
    private VectorMath() {}

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }

    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.min(CanonicalMath.EXP_MAX).max(CanonicalMath.EXP_MIN);
        FloatVector rounded = clamped.fma(constant(CanonicalMath.LOG2_E), constant(CanonicalMath.ROUNDER));
        IntVector n = rounded.reinterpretAsInts().sub(Float.floatToRawIntBits(CanonicalMath.ROUNDER));
        FloatVector q = reducedExpMinus1(clamped, rounded.sub(CanonicalMath.ROUNDER));
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        return q.add(1).mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
    }

    private static FloatVector reducedExpMinus1(FloatVector x, FloatVector n) {
        FloatVector high = n.fma(constant(-CanonicalMath.LN2_HIGH), x);
        FloatVector r = n.fma(constant(-CanonicalMath.LN2_LOW), high);
        FloatVector p = constant(CanonicalMath.C7).fma(r, constant(CanonicalMath.C6));
        p = p.fma(r, constant(CanonicalMath.C5));
        p = p.fma(r, constant(CanonicalMath.C4));
        p = p.fma(r, constant(CanonicalMath.C3));
        p = p.fma(r, constant(CanonicalMath.C2));
        return r.mul(r).fma(p, r);
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector y = x.abs().min(CanonicalMath.TANH_MAX).mul(-2);
        FloatVector rounded = y.fma(constant(CanonicalMath.LOG2_E), constant(CanonicalMath.ROUNDER));
        IntVector n = rounded.reinterpretAsInts().sub(Float.floatToRawIntBits(CanonicalMath.ROUNDER));
        FloatVector power = powerOfTwo(n);
        FloatVector e = power.fma(reducedExpMinus1(y, rounded.sub(CanonicalMath.ROUNDER)), power.sub(1));
        IntVector magnitude = e.div(e.add(2)).reinterpretAsInts().and(Integer.MAX_VALUE);
        return magnitude.or(x.reinterpretAsInts().and(Integer.MIN_VALUE)).reinterpretAsFloats();
    }

    /** {@code exp(-|x|)}, what {@link #gated} needs for silu. */
    static FloatVector siluDecay(FloatVector x) {
        return exp(x.abs().neg());
    }

    /** {@code exp(-|2 z|)} with z the argument of gelu's tanh. */
    static FloatVector geluDecay(FloatVector x) {
        FloatVector finite = x.max(-Float.MAX_VALUE);
        FloatVector cubic = finite.mul(finite).fma(constant(CanonicalMath.GELU_CUBIC), constant(1));
        return exp(finite.mul(CanonicalMath.GELU_SCALE).mul(cubic).abs().neg());
    }

    /**
     * {@code x * sigmoid(y)} where {@code decay = exp(-|y|)} and y has the sign of x, or is 0 and then decay is 1, which
     * makes both branches the same.
     */
    static FloatVector gated(FloatVector x, FloatVector decay) {
        FloatVector finite = x.max(-Float.MAX_VALUE);
        VectorMask<Float> positive = x.compare(VectorOperators.GE, 0);
        return finite.mul(decay).blend(finite, positive).div(decay.add(1));
    }

    static FloatVector softcap(FloatVector x, float cap) {
        return tanh(x.div(cap)).mul(cap);
    }
}
