package wok.assembler;

import java.util.List;

/**
 * Assembles one function of x86-64 machine code. A method is an instruction, its first parameter the destination.
 *
 * <pre>{@code
 * Assembler a = new Assembler();             // y[0 … 16 n) += x[0 … 16 n), floats
 * Gpr x = RDI, y = RSI, n = RDX;             // arguments of the System V calling convention
 * a.countDown("sixteen floats", n, () -> {
 *     a.vmovups(zmm(0), Mem.at(y));
 *     a.vaddps(zmm(0), zmm(0), Mem.at(x));
 *     a.vmovups(Mem.at(y), zmm(0));
 *     a.add(x, 64);
 *     a.add(y, 64);
 * });
 * a.leave();
 * MachineFunction add = MachineFunction.of("add", a, arena);
 * }</pre>
 *
 * <p>Why our own: docs/decisions/0004-machine-code.md. How a kernel is written: docs/assembler.md. Every form is compared
 * with the bytes of GNU as in the tests.
 *
 * <p>Layers: {@link Instruction} is the table of encodings, {@link Encoder} turns a line of it into bytes,
 * {@link GeneralInstructions}, {@link VectorInstructions} and {@link TileInstructions} give the lines their mnemonics. One thread.
 */
public final class Assembler extends TileInstructions {
    /** An empty function. */
    public Assembler() {}

    /**
     * {@code do body while (--counter != 0)}.
     *
     * @param name of the loop, for messages
     * @param counter how often, at least once; zero afterwards
     */
    public void countDown(String name, Gpr counter, Runnable body) {
        Label again = label(name);
        bind(again);
        body.run();
        dec(counter);
        jump(Condition.NOT_EQUAL, again);
    }

    /**
     * The body between saving registers of the caller's and putting them back.
     *
     * @param registers of {@link Gpr#SAVED}, which the body may then use
     */
    public void saving(List<Gpr> registers, Runnable body) {
        registers.forEach(this::push);
        body.run();
        registers.reversed().forEach(this::pop);
    }

    /** Returns from a function that used vector registers: {@code vzeroupper} and {@code ret}. */
    public void leave() {
        vzeroupper();
        ret();
    }
}
