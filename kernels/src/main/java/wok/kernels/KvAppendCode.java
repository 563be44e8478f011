package wok.kernels;

import java.lang.foreign.Arena;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;
import wok.assembler.Vec;

/**
 * Assembles the storing of one position's key and value of one head as half-precision numbers, rounded to nearest even:
 *
 * <pre>
 * keys[d][place] = (f16) k[d]     32 bytes apart: each number is written by itself
 * values[place][d] = (f16) v[d]   side by side
 * </pre>
 *
 * <p>Eight dimensions at a time, in 256 bits and VEX encoding, for both tiers. Other places of a key's row are not even
 * read, so that threads can write neighbouring positions at once.
 *
 * <p>Arguments: RDI k [dims], RSI the key's first element, RDX v [dims], RCX the value's first element, R8 dims (1 and
 * more). Registers: RAX dimensions left; ymm0.
 */
final class KvAppendCode {
    private static final Gpr K = Gpr.RDI;
    private static final Gpr KEY = Gpr.RSI;
    private static final Gpr V = Gpr.RDX;
    private static final Gpr VALUE = Gpr.RCX;
    private static final Gpr DIMS = Gpr.R8;
    private static final Gpr LEFT = Gpr.RAX;
    private static final Vec X = Vec.ymm(0);
    private static final int EIGHT = 8;
    private static final int KEY_ROW_BYTES = 2 * KvLayer.BLOCK_POSITIONS;
    private static final int NEAREST_EVEN = 0;

    private KvAppendCode() {}

    static MachineFunction assemble(Arena arena) {
        Assembler code = new Assembler();
        code.mov(LEFT, DIMS);
        code.shr(LEFT, 3);
        loop(code, EIGHT, X);
        code.mov(LEFT, DIMS);
        code.and(LEFT, EIGHT - 1);
        loop(code, 1, X.xmm());
        code.leave();
        return MachineFunction.of("append keys and values", code, arena);
    }

    /** {@code for (; LEFT != 0; LEFT--)} some dimensions: eight in ymm0, or one in xmm0. */
    private static void loop(Assembler code, int dims, Vec x) {
        Label done = code.label("no more " + dims + " dimensions");
        code.test(LEFT, LEFT);
        code.jump(Condition.EQUAL, done);
        code.countDown(dims + " dimensions", LEFT, () -> append(code, dims, x));
        code.bind(done);
    }

    private static void append(Assembler code, int dims, Vec x) {
        load(code, x, K, dims);
        code.vcvtps2ph(x.xmm(), x, NEAREST_EVEN);
        for (int d = 0; d < dims; d++) {
            code.vpextrw(Mem.at(KEY, (long) d * KEY_ROW_BYTES), x.xmm(), d);
        }
        load(code, x, V, dims);
        if (dims == 1) {
            code.vcvtps2ph(x.xmm(), x, NEAREST_EVEN);
            code.vpextrw(Mem.at(VALUE), x.xmm(), 0);
        } else {
            code.vcvtps2ph(Mem.at(VALUE), x, NEAREST_EVEN);
        }
        code.add(K, 4L * dims);
        code.add(KEY, (long) dims * KEY_ROW_BYTES);
        code.add(V, 4L * dims);
        code.add(VALUE, 2L * dims);
    }

    private static void load(Assembler code, Vec to, Gpr from, int dims) {
        if (dims == 1) {
            code.vmovss(to, Mem.at(from));
        } else {
            code.vmovups(to, Mem.at(from));
        }
    }
}
