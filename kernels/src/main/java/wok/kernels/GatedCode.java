package wok.kernels;

import static wok.assembler.Gpr.R10;
import static wok.assembler.Gpr.R11;
import static wok.assembler.Gpr.RAX;
import static wok.assembler.Gpr.RCX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RDX;
import static wok.assembler.Gpr.RSI;
import static wok.kernels.LaneOperand.constant;

import java.lang.foreign.Arena;
import java.util.List;
import wok.assembler.Gpr;
import wok.assembler.MachineFunction;
import wok.kernels.LaneOperand.Sixteen;

/**
 * Gated activations: {@code out = act(gate) * up}, SiLU or GELU in its tanh form.
 *
 * <pre>
 * kernel (gate [count], up [count], out [count], count)             out may be gate or up
 *
 * x = gate[i], not below the greatest negative float                (infinity times zero would be NaN)
 * y = x for SiLU;  (x * 1.5957692) * fma(x * x, 0.044715, 1) for GELU
 * e = exp(-|y|)
 * out[i] = ((gate[i] has no sign ? x : x * e) / (1 + e)) * up[i]
 * </pre>
 *
 * <p>The sign of gate decides instead of {@code y >= 0}: y has the same sign, and at -0 e is 1, which makes both branches
 * equal. Source: docs/math/functions.md. Registers: RAX the row's byte offset, R10 and R11 scratch.
 */
final class GatedCode {
    private GatedCode() {}

    static MachineFunction gated(GatedActivation kind, MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Gpr gate = RDI;
        Gpr up = RSI;
        Gpr out = RDX;
        Gpr count = RCX;
        Sixteen x = code.take("gate");
        Sixteen e = code.take("e^-|y|");
        Sixteen r = code.take("r, then the result");
        Sixteen s = code.take("s");
        Sixteen t = code.take("t");
        code.overRow(count, RAX, List.of(R10, R11), () -> {
            code.load(x, gate);
            switch (kind) {
                case SILU -> ExpCode.negativeMagnitude(code, e, x);
                case GELU_TANH -> negativeGeluArgument(code, e, x, r, s);
                case SWISH_ONE_MORE ->
                    throw new IllegalArgumentException("kind: " + kind + " (expected: SILU or GELU_TANH)");
            }
            ExpCode.expOfNonPositive(code, e, r, s, t);
            ExpCode.boundedBelow(code, r, x);
            code.multiply(s, r, e);
            code.replaceNegative(r, s, x);
            code.add(e, e, constant(1));
            code.divide(r, r, e);
            code.load(s, up);
            code.multiply(r, r, s);
            code.store(out, r);
        });
        return code.finish(kind.toString(), arena);
    }

    /** {@code to = -|x * 1.5957692 * fma(x * x, 0.044715, 1)|}, x bounded below. */
    private static void negativeGeluArgument(LaneCode code, Sixteen to, Sixteen x, Sixteen r, Sixteen s) {
        ExpCode.boundedBelow(code, r, x);
        code.multiply(to, r, r);
        code.constant(s, CanonicalMath.GELU_CUBIC);
        code.timesPlus(to, s, constant(1));
        code.multiply(r, r, constant(CanonicalMath.GELU_SCALE));
        code.multiply(to, r, to);
        ExpCode.negativeMagnitude(code, to, to);
    }
}
