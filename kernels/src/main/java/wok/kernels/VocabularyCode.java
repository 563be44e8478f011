package wok.kernels;

import static wok.assembler.Gpr.R10;
import static wok.assembler.Gpr.R11;
import static wok.assembler.Gpr.R8;
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
import wok.kernels.LaneOperand.Sixteen;

/**
 * What sampling and scoring ask of a row of logits, which may be some hundred thousand long.
 *
 * <pre>
 * greatest   (x, count, out)                 out[0] = the greatest x[i], f32; NaN is less than everything, and -infinity
 *                                            if there is nothing else
 * firstEqual (x, count, value, out)          out[0] = byte offset of the first sixteen with an element equal to value,
 *                                            out[1] = a bit for each equal one of them; 0 if there is none; i64
 * sumOfExps  (x, count, greatest, out)       out[0] = fold of lanes[j] = sum over i = j, j + 16, … of exp(x[i] - greatest)
 * </pre>
 *
 * <p>The first of equals is found by a second run over the row, which ends at it: two runs at memory's speed cost less
 * than carrying indices along. Registers: RAX the row's byte offset, R10 and R11 scratch.
 */
final class VocabularyCode {
    private static final List<Gpr> SCRATCH = List.of(R10, R11);

    private VocabularyCode() {}

    static MachineFunction greatest(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Assembler a = code.assembler();
        Gpr x = RDI;
        Gpr count = RSI;
        Gpr out = RDX;
        Sixteen greatest = code.take("greatest");
        Sixteen value = code.take("value");
        Sixteen scratch = code.take("scratch");
        code.constant(greatest, Float.NEGATIVE_INFINITY);
        code.overRow(count, RAX, SCRATCH, () -> {
            code.load(value, x);
            code.fillBeyondRow(value, Float.NEGATIVE_INFINITY, scratch);
            code.greatest(greatest, value, greatest);
        });
        code.fold(greatest, value.low(), a::vmaxps);
        a.vmovss(Mem.at(out), greatest.low());
        return code.finish("greatest", arena);
    }

    /** Lanes beyond the row's end read as 0 and may be equal, but only behind an element that is. */
    static MachineFunction firstEqual(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Assembler a = code.assembler();
        Gpr x = RDI;
        Gpr count = RSI;
        Gpr out = RCX;
        Gpr equal = R11;
        Sixteen wanted = code.take("wanted");
        Sixteen value = code.take("value");
        Label found = a.label("found");
        code.broadcast(wanted, RDX);
        code.overRow(count, RAX, SCRATCH, () -> {
            code.load(value, x);
            code.equalLanes(equal, R8, value, wanted);
            a.test(equal, equal);
            a.jump(Condition.NOT_EQUAL, found);
        });
        a.mov(equal, 0);
        a.bind(found);
        a.mov(Mem.at(out), RAX);
        a.mov(Mem.at(out, 8), equal);
        return code.finish("first equal", arena);
    }

    static MachineFunction sumOfExps(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Assembler a = code.assembler();
        Gpr x = RDI;
        Gpr count = RSI;
        Gpr out = RCX;
        Sixteen greatest = code.take("greatest");
        Sixteen sum = code.take("sum");
        Sixteen value = code.take("value");
        Sixteen r = code.take("r");
        Sixteen s = code.take("s");
        Sixteen t = code.take("t");
        code.broadcast(greatest, RDX);
        code.zero(sum);
        code.overRow(count, RAX, SCRATCH, () -> {
            code.load(value, x);
            code.subtract(value, value, greatest);
            ExpCode.expOfNonPositive(code, value, r, s, t);
            code.clearBeyondRow(value);
            code.add(sum, sum, value);
        });
        code.fold(sum, value.low(), a::vaddps);
        a.vmovss(Mem.at(out), sum.low());
        return code.finish("sum of exps", arena);
    }
}
