package wok.kernels;

import static wok.assembler.Gpr.R10;
import static wok.assembler.Gpr.R11;
import static wok.assembler.Gpr.R8;
import static wok.assembler.Gpr.R9;
import static wok.assembler.Gpr.RAX;
import static wok.assembler.Gpr.RCX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RDX;
import static wok.assembler.Gpr.RSI;

import java.lang.foreign.Arena;
import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;
import wok.assembler.Vec;
import wok.kernels.LaneOperand.Sixteen;

/**
 * RMSNorm (Zhang and Sennrich 2019) of pieces that lie one behind the other: a row, all heads of a row, many rows.
 *
 * <pre>
 * kernel (x [pieces][count], out [pieces][count], weight [count], count, pieces, bits of eps)
 *
 * lanes[j] = sum over i = j, j + 16, … in order, by fma, of x[i]^2          sixteen canonical lanes
 * factor   = 1 / sqrt(fold(lanes) / count + eps)                            each step rounded to 32 bits
 * out[i]   = (x[i] * factor) * weight[i]                                    out may be x
 * </pre>
 *
 * <p>Bound by the chain of fma's, four cycles per sixteen elements: the canonical order forbids a second accumulator.
 * Registers: RAX the piece's byte offset, R10 and R11 scratch.
 */
final class RmsNormCode {
    private RmsNormCode() {}

    static MachineFunction rmsNorm(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Assembler a = code.assembler();
        Gpr x = RDI;
        Gpr out = RSI;
        Gpr weight = RDX;
        Gpr count = RCX;
        Gpr pieces = R8;
        Gpr eps = R9;
        List<Gpr> scratch = List.of(R10, R11);
        Sixteen factor = code.take("squares, then the factor");
        Sixteen value = code.take("value");
        Sixteen gain = code.take("weight");
        Label piece = a.label("piece");
        a.bind(piece);
        code.zero(factor);
        code.overRow(count, RAX, scratch, () -> {
            code.load(value, x);
            code.multiplyAdd(factor, value, value);
        });
        code.fold(factor, value.low(), a::vaddps);
        rootMeanReciprocal(a, factor.low(), value.low(), count, eps);
        code.broadcastLowest(factor, factor.low());
        code.overRow(count, RAX, scratch, () -> {
            code.load(value, x);
            code.load(gain, weight);
            code.multiply(value, value, factor);
            code.multiply(value, value, gain);
            code.store(out, value);
        });
        a.lea(x, Mem.at(x, count, 4));
        a.lea(out, Mem.at(out, count, 4));
        a.dec(pieces);
        a.jump(Condition.NOT_EQUAL, piece);
        return code.finish("RMSNorm", arena);
    }

    /** {@code squares = 1 / sqrt(squares / count + eps)} in the lowest lane. */
    private static void rootMeanReciprocal(Assembler a, Vec squares, Vec scratch, Gpr count, Gpr eps) {
        Vec sum = squares.xmm();
        Vec other = scratch.xmm();
        a.vmovd(other, count);
        a.vcvtdq2ps(other, other);
        a.vdivss(sum, sum, other);
        a.vmovd(other, eps);
        a.vaddss(sum, sum, other);
        a.vsqrtss(sum, sum, sum);
        a.vmovss(other, a.floatConstant(1f));
        a.vdivss(sum, other, sum);
    }
}
