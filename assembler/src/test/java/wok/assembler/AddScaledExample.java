package wok.assembler;

import static wok.assembler.Condition.EQUAL;
import static wok.assembler.Gpr.RAX;
import static wok.assembler.Gpr.RCX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RDX;
import static wok.assembler.Gpr.RSI;

import java.lang.foreign.Arena;

/** The kernel that docs/assembler.md shows. */
final class AddScaledExample {
    private AddScaledExample() {}

    /** The specification, written to be read. */
    static void reference(float[] x, float[] y, float factor) {
        for (int i = 0; i < x.length; i++) {
            y[i] = Math.fma(x[i], factor, y[i]);
        }
    }

    /** {@code (x, y, count, bits of factor): y[i] = fma(x[i], factor, y[i])} for floats without gaps. */
    static MachineFunction assemble(Arena arena) {
        Assembler a = new Assembler();
        Gpr x = RDI;
        Gpr y = RSI;
        Gpr count = RDX;
        Gpr factorBits = RCX;
        Gpr eights = RAX;
        RegisterFile registers = RegisterFile.ymm();
        Vec factor = registers.take("factor");
        Vec sum = registers.take("sum");
        Label rest = a.label("rest");
        Label done = a.label("done");

        a.vmovd(factor, factorBits);
        a.vbroadcastss(factor, factor.xmm());
        a.mov(eights, count);
        a.shr(eights, 3);
        a.jump(EQUAL, rest);
        a.countDown("eight floats", eights, () -> {
            a.vmovups(sum, Mem.at(y));
            a.vfmadd231ps(sum, factor, Mem.at(x));
            a.vmovups(Mem.at(y), sum);
            a.add(x, 32);
            a.add(y, 32);
        });
        a.bind(rest);
        a.and(count, 7);
        a.jump(EQUAL, done);
        a.countDown("one float", count, () -> {
            a.vmovss(sum, Mem.at(y));
            a.vfmadd231ss(sum, factor, Mem.at(x));
            a.vmovss(Mem.at(y), sum);
            a.add(x, 4);
            a.add(y, 4);
        });
        a.bind(done);
        a.leave();
        return MachineFunction.of("add scaled", a, arena);
    }
}
