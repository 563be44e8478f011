package wok.kernels;

import static wok.assembler.Gpr.R10;
import static wok.assembler.Gpr.R11;
import static wok.assembler.Gpr.RAX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RDX;
import static wok.assembler.Gpr.RSI;

import java.lang.foreign.Arena;
import java.util.List;
import wok.assembler.Gpr;
import wok.assembler.MachineFunction;
import wok.kernels.LaneOperand.Sixteen;

/**
 * Kernels that treat each element of a row by itself. Rows are floats without gaps, of any length and alignment.
 *
 * <pre>
 * add      (x, y, count)            x[i] = x[i] + y[i]                 residuals and biases
 * scale    (x, count, factor)       x[i] = x[i] * factor
 * softcap  (x, count, cap)          x[i] = cap * tanh(x[i] / cap)      tanh: {@link ExpCode}
 * </pre>
 *
 * <p>Floats among the arguments come as their bits. Registers: RAX the row's byte offset, R10 and R11 scratch; the
 * vector registers are named where they are taken. Source of the formulas: docs/math/rows.md.
 */
final class ElementwiseCode {
    private static final List<Gpr> SCRATCH = List.of(R10, R11);

    private ElementwiseCode() {}

    static MachineFunction add(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Gpr x = RDI;
        Gpr y = RSI;
        Gpr count = RDX;
        Sixteen sum = code.take("sum");
        Sixteen addend = code.take("addend");
        code.overRow(count, RAX, SCRATCH, () -> {
            code.load(sum, x);
            code.load(addend, y);
            code.add(sum, sum, addend);
            code.store(x, sum);
        });
        return code.finish("add", arena);
    }

    static MachineFunction scale(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Gpr x = RDI;
        Gpr count = RSI;
        Sixteen factor = code.take("factor");
        Sixteen product = code.take("product");
        code.broadcast(factor, RDX);
        code.overRow(count, RAX, SCRATCH, () -> {
            code.load(product, x);
            code.multiply(product, product, factor);
            code.store(x, product);
        });
        return code.finish("scale", arena);
    }

    static MachineFunction softcap(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Gpr x = RDI;
        Gpr count = RSI;
        Sixteen cap = code.take("cap");
        Sixteen value = code.take("value");
        Sixteen y = code.take("y");
        Sixteen r = code.take("r");
        Sixteen s = code.take("s");
        Sixteen t = code.take("t");
        code.broadcast(cap, RDX);
        code.overRow(count, RAX, SCRATCH, () -> {
            code.load(value, x);
            code.divide(value, value, cap);
            ExpCode.tanh(code, value, y, r, s, t);
            code.multiply(value, value, cap);
            code.store(x, value);
        });
        return code.finish("softcap", arena);
    }
}
