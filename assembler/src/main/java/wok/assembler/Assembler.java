package wok.assembler;

/**
 * Assembles one function of x86-64 machine code. A method is an instruction, its first parameter the destination.
 *
 * <pre>{@code
 * Assembler a = new Assembler();             // y[0 … 16 n) += x[0 … 16 n), floats
 * Gpr x = RDI, y = RSI, n = RDX;             // arguments of the System V calling convention
 * Label loop = a.label("sixteen floats");
 * a.bind(loop);
 * a.vmovups(zmm(0), Mem.at(y));
 * a.vaddps(zmm(0), zmm(0), Mem.at(x));
 * a.vmovups(Mem.at(y), zmm(0));
 * a.add(x, 64);
 * a.add(y, 64);
 * a.dec(n);
 * a.jump(NOT_EQUAL, loop);
 * a.vzeroupper();
 * a.ret();
 * byte[] code = a.finish();
 * }</pre>
 *
 * <p>Why our own: no library on the Java registries encodes EVEX, and the instructions that kernels need are some two
 * hundred. Every form is compared with the bytes of GNU as in the tests.
 *
 * <p>Layers: {@link Instruction} is the table of encodings, {@link Encoder} turns a line of it into bytes,
 * {@link GeneralInstructions}, {@link VectorInstructions} and {@link TileInstructions} give the lines their mnemonics. One thread.
 */
public final class Assembler extends TileInstructions {
    /** An empty function. */
    public Assembler() {}
}
