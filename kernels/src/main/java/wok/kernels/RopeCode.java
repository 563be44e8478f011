package wok.kernels;

import static wok.assembler.Gpr.R10;
import static wok.assembler.Gpr.R11;
import static wok.assembler.Gpr.R8;
import static wok.assembler.Gpr.R9;
import static wok.assembler.Gpr.RAX;
import static wok.assembler.Gpr.RBX;
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
import wok.assembler.Width;
import wok.kernels.LaneOperand.Sixteen;

/**
 * Rotary position embeddings (Su et al. 2021), in place, for all heads of a row.
 *
 * <pre>
 * kernel (x [heads][stride], cosines [pairs], sines [pairs], pairs, heads, stride in bytes)
 *
 * halves:       a = x[i], b = x[i + pairs]            neighbours:   a = x[2 i], b = x[2 i + 1]
 * a' = fma(a, cos[i], -(b * sin[i]))                  b' = fma(b, cos[i], a * sin[i])
 * </pre>
 *
 * <p>Cosines and sines are of the row's position. Dimensions of a head behind the pairs stay as they are.
 */
final class RopeCode {
    private static final int SWAP_NEIGHBOURS = 0b10_11_00_01;
    private static final int SIGN = Integer.MIN_VALUE;

    private RopeCode() {}

    /** A lane is a pair. RAX: byte offset within the head's halves; R10: the second half; R11, RBX: scratch. */
    static MachineFunction halves(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Assembler asm = code.assembler();
        Gpr first = RDI;
        Gpr cosines = RSI;
        Gpr sines = RDX;
        Gpr pairs = RCX;
        Gpr heads = R8;
        Gpr stride = R9;
        Gpr second = R10;
        Sixteen a = code.take("a");
        Sixteen b = code.take("b");
        Sixteen cos = code.take("cos");
        Sixteen sin = code.take("sin");
        Sixteen bSin = code.take("b * sin");
        Label head = asm.label("head");
        asm.push(RBX);
        asm.bind(head);
        asm.lea(second, Mem.at(first, pairs, 4));
        code.overRow(pairs, RAX, List.of(R11, RBX), () -> {
            code.load(a, first);
            code.load(b, second);
            code.load(cos, cosines);
            code.load(sin, sines);
            code.multiply(bSin, b, sin);
            code.multiply(sin, a, sin);
            code.timesMinus(a, cos, bSin);
            code.timesPlus(b, cos, sin);
            code.store(first, a);
            code.store(second, b);
        });
        asm.add(first, stride);
        asm.dec(heads);
        asm.jump(Condition.NOT_EQUAL, head);
        asm.pop(RBX);
        return code.finish("RoPE of halves", arena);
    }

    /**
     * A lane is a dimension: with cosines and sines doubled, x' = fma(x, cos, swapped(x) * sin), where the product's even
     * lanes change their sign. Pairs that do not fill a vector go one by one. RAX: offset in cosines; R10: pairs left;
     * R11: the place in the head.
     */
    static MachineFunction neighbours(MachineTier tier, Arena arena) {
        LaneCode code = new LaneCode(tier);
        Assembler a = code.assembler();
        int pairsAtOnce = tier.width().lanes() / 2;
        Label head = a.label("head");
        Label vectors = a.label("pairs of one vector");
        Label rest = a.label("fewer pairs");
        Label single = a.label("one pair");
        Label next = a.label("next head");
        NeighbourRegisters v = NeighbourRegisters.take(code);
        a.bind(head);
        a.mov(RAX, 0);
        a.mov(R11, RDI);
        a.mov(R10, RCX);
        a.sub(R10, pairsAtOnce);
        a.jump(Condition.LESS, rest);
        a.bind(vectors);
        rotateVector(code, v);
        a.add(RAX, 4L * pairsAtOnce);
        a.add(R11, 8L * pairsAtOnce);
        a.sub(R10, pairsAtOnce);
        a.jump(Condition.GREATER_OR_EQUAL, vectors);
        a.bind(rest);
        a.add(R10, pairsAtOnce);
        a.jump(Condition.EQUAL, next);
        a.bind(single);
        rotatePair(a, v);
        a.add(RAX, 4);
        a.add(R11, 8);
        a.dec(R10);
        a.jump(Condition.NOT_EQUAL, single);
        a.bind(next);
        a.add(RDI, R9);
        a.dec(R8);
        a.jump(Condition.NOT_EQUAL, head);
        return code.finish("RoPE of neighbours", arena);
    }

    /** {@code twice}: which lane of eight (or four) cosines each lane of a vector takes. */
    private record NeighbourRegisters(Vec x, Vec swapped, Vec cos, Vec sin, Vec twice) {
        static NeighbourRegisters take(LaneCode code) {
            NeighbourRegisters v = new NeighbourRegisters(
                    code.takeVector("x"),
                    code.takeVector("x swapped"),
                    code.takeVector("cos"),
                    code.takeVector("sin"),
                    code.takeVector("each lane twice"));
            Assembler a = code.assembler();
            a.vmovdqu(v.twice, a.words(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
            return v;
        }
    }

    private static void rotateVector(LaneCode code, NeighbourRegisters v) {
        Assembler a = code.assembler();
        Width half = code.isAvx512() ? Width.YMM : Width.XMM;
        int[] evenSigns = new int[code.tier().width().lanes()];
        for (int lane = 0; lane < evenSigns.length; lane += 2) {
            evenSigns[lane] = SIGN;
        }
        a.vmovups(v.cos.as(half), Mem.at(RSI, RAX, 1));
        a.vmovups(v.sin.as(half), Mem.at(RDX, RAX, 1));
        a.vpermps(v.cos, v.twice, v.cos);
        a.vpermps(v.sin, v.twice, v.sin);
        a.vmovups(v.x, Mem.at(R11));
        a.vpermilps(v.swapped, v.x, SWAP_NEIGHBOURS);
        a.vmulps(v.swapped, v.swapped, v.sin);
        a.vxorps(v.swapped, v.swapped, a.words(evenSigns));
        a.vfmadd213ps(v.x, v.cos, v.swapped);
        a.vmovups(Mem.at(R11), v.x);
    }

    /** The same with a in {@code x} and b in {@code swapped}, lowest lanes. */
    private static void rotatePair(Assembler asm, NeighbourRegisters v) {
        Vec a = v.x.xmm();
        Vec b = v.swapped.xmm();
        Vec cos = v.cos.xmm();
        Vec product = v.sin.xmm();
        asm.vmovss(a, Mem.at(R11));
        asm.vmovss(b, Mem.at(R11, 4));
        asm.vmovss(cos, Mem.at(RSI, RAX, 1));
        asm.vmulss(product, b, Mem.at(RDX, RAX, 1));
        asm.vxorps(product, product, asm.words(SIGN, SIGN, SIGN, SIGN));
        asm.vfmadd231ss(product, a, cos);
        asm.vmovss(Mem.at(R11), product);
        asm.vmulss(product, a, Mem.at(RDX, RAX, 1));
        asm.vfmadd231ss(product, b, cos);
        asm.vmovss(Mem.at(R11, 4), product);
    }
}
