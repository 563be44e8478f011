package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mask;
import wok.assembler.Mem;
import wok.assembler.Operand;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;
import wok.kernels.LaneOperand.Constant;
import wok.kernels.LaneOperand.InMemory;
import wok.kernels.LaneOperand.Sixteen;

/**
 * Assembles a kernel that works on sixteen lanes at a time, for either tier from one text: the canonical arithmetic's
 * sixteen partial sums are one register of 512 bits or two of 256, and an operation of this class is one instruction or
 * two. A generator says what happens to sixteen numbers; the tier decides how many registers they take.
 *
 * <p>Operations take their destination first, as the assembler's do. {@link #assembler()} is for everything else:
 * addresses, counters, single lanes.
 *
 * <p>Rows of any length: {@link #overRow} emits the body twice, for whole sixteens and, under a mask, for the rest.
 * Within the body {@link #load} and {@link #store} then touch the row's own elements only; lanes beyond them read as
 * zero. Registers reserved: k1 (AVX-512) or two vector registers (AVX2) for that mask, k2 for choices.
 *
 * <p>One kernel's generator, one thread.
 */
final class LaneCode {
    /** An instruction with two sources. */
    @FunctionalInterface
    interface TwoSources {
        void emit(Vec to, Vec a, Operand b);
    }

    private static final int LANES = 16;
    private static final int BYTES = 4 * LANES;
    private static final Mask TAIL = new Mask(1);
    private static final Mask CHOICE = new Mask(2);
    private static final int EQUAL = 0;
    private static final int LESS = 1;

    private final MachineTier tier;
    private final Assembler a = new Assembler();
    private final RegisterFile registers;
    private final int parts;
    private final List<Vec> tailMask = new ArrayList<>();
    private boolean inTail;
    private Gpr rowOffset = Gpr.RAX;

    LaneCode(MachineTier tier) {
        this.tier = tier;
        registers = tier.registers();
        parts = BYTES / tier.width().bytes();
    }

    Assembler assembler() {
        return a;
    }

    MachineTier tier() {
        return tier;
    }

    boolean isAvx512() {
        return tier == MachineTier.AVX512;
    }

    /** Sixteen lanes under a name, for the whole kernel. */
    Sixteen take(String name) {
        return new Sixteen(Arrays.asList(registers.take(name, parts)));
    }

    /** One register of the tier's width. */
    Vec takeVector(String name) {
        return registers.take(name);
    }

    /** Ends the function and makes it callable. */
    MachineFunction finish(String name, Arena arena) {
        a.vzeroupper();
        a.ret();
        return MachineFunction.of(name, a, arena);
    }

    /** {@code to = x + y}. */
    void add(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vaddps, to, x, y);
    }

    /** {@code to = x - y}. */
    void subtract(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vsubps, to, x, y);
    }

    /** {@code to = x * y}. */
    void multiply(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vmulps, to, x, y);
    }

    /** {@code to = x / y}. */
    void divide(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vdivps, to, x, y);
    }

    /** {@code to = x < y ? x : y}: y if either is NaN. */
    void least(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vminps, to, x, y);
    }

    /** {@code to = x > y ? x : y}: y if either is NaN. */
    void greatest(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vmaxps, to, x, y);
    }

    /** {@code to = x * y + to}, rounded once. */
    void multiplyAdd(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vfmadd231ps, to, x, y);
    }

    /** {@code to = to * x + y}, rounded once. */
    void timesPlus(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vfmadd213ps, to, x, y);
    }

    /** {@code to = to * x - y}, rounded once. */
    void timesMinus(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vfmsub213ps, to, x, y);
    }

    void and(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vandps, to, x, y);
    }

    void or(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vorps, to, x, y);
    }

    void addInts(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vpaddd, to, x, y);
    }

    void subtractInts(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vpsubd, to, x, y);
    }

    /** Signed. */
    void greatestInts(Sixteen to, Sixteen x, LaneOperand y) {
        emit(a::vpmaxsd, to, x, y);
    }

    /** {@code to = x << bits}. */
    void shiftLeft(Sixteen to, Sixteen x, int bits) {
        for (int p = 0; p < parts; p++) {
            a.vpslld(to.part(p), x.part(p), bits);
        }
    }

    /** {@code to = x >> bits}, signs come in. */
    void shiftRight(Sixteen to, Sixteen x, int bits) {
        for (int p = 0; p < parts; p++) {
            a.vpsrad(to.part(p), x.part(p), bits);
        }
    }

    /** Floats to whole numbers, nearest even; NaN and what does not fit become the least int. */
    void round(Sixteen to, Sixteen x) {
        for (int p = 0; p < parts; p++) {
            a.vcvtps2dq(to.part(p), x.part(p));
        }
    }

    void copy(Sixteen to, Sixteen from) {
        for (int p = 0; p < parts; p++) {
            a.vmovaps(to.part(p), from.part(p));
        }
    }

    void zero(Sixteen to) {
        to.parts().forEach(a::zero);
    }

    /** The constant in all lanes. */
    void constant(Sixteen to, float value) {
        to.parts().forEach(part -> a.vbroadcastss(part, a.floatConstant(value)));
    }

    /** The lowest 32 bits of a general register in all lanes. */
    void broadcast(Sixteen to, Gpr bits) {
        a.vmovd(to.low(), bits);
        broadcastLowest(to, to.low());
    }

    /** Lane 0 of a register in all lanes. */
    void broadcastLowest(Sixteen to, Vec from) {
        to.parts().reversed().forEach(part -> a.vbroadcastss(part, from.xmm()));
    }

    /** Lanes where {@code sign} has its sign bit set take {@code other}'s. */
    void replaceNegative(Sixteen to, Sixteen other, Sixteen sign) {
        for (int p = 0; p < parts; p++) {
            if (isAvx512()) {
                a.vpcmpd(CHOICE, sign.part(p), a.words(0).broadcast(), LESS);
                a.vmovaps(to.part(p).masked(CHOICE), other.part(p));
            } else {
                a.vblendvps(to.part(p), to.part(p), other.part(p), sign.part(p));
            }
        }
    }

    /** A bit for each lane where x equals y, bit 0 for lane 0; NaN equals nothing. */
    void equalLanes(Gpr to, Gpr scratch, Sixteen x, Sixteen y) {
        if (isAvx512()) {
            a.vcmpps(CHOICE, x.low(), y.low(), EQUAL);
            a.kmovw(to, CHOICE);
            return;
        }
        for (int p = 0; p < parts; p++) {
            a.vcmpps(x.part(p), x.part(p), y.part(p), EQUAL);
        }
        a.vmovmskps(to, x.part(0));
        a.vmovmskps(scratch, x.part(1));
        a.shl(scratch, tier.width().lanes());
        a.or(to, scratch);
    }

    private void emit(TwoSources instruction, Sixteen to, Sixteen x, LaneOperand y) {
        for (int p = 0; p < parts; p++) {
            instruction.emit(to.part(p), x.part(p), part(y, p));
        }
    }

    private Operand part(LaneOperand operand, int part) {
        return switch (operand) {
            case Sixteen sixteen -> sixteen.part(part);
            case InMemory memory -> memory.at().plus((long) part * tier.width().bytes());
            case Constant constant ->
                isAvx512()
                        ? a.words(constant.bits()).broadcast()
                        : a.words(repeated(constant.bits(), tier.width().lanes()));
        };
    }

    /** A constant's words: the same one so many times. */
    static int[] repeated(int word, int count) {
        int[] words = new int[count];
        Arrays.fill(words, word);
        return words;
    }

    /**
     * The sixteen lanes as one, in the lowest lane of the first register, by the canonical fold: 8 + 8, 4 + 4, 2 + 2,
     * 1 + 1. The lanes are overwritten.
     *
     * @param combine what the fold does with two: {@code vaddps} of the assembler, {@code vpmaxsd}, …
     * @param scratch any register
     */
    void fold(Sixteen lanes, Vec scratch, TwoSources combine) {
        Vec low = lanes.low();
        Vec eight = low.ymm();
        if (isAvx512()) {
            a.vextract256(scratch.ymm(), low, 1);
            combine.emit(eight, eight, scratch.ymm());
        } else {
            combine.emit(eight, eight, lanes.part(1));
        }
        Vec four = low.xmm();
        a.vextract128(scratch.xmm(), eight, 1);
        combine.emit(four, four, scratch.xmm());
        a.vmovhlps(scratch.xmm(), four, four);
        combine.emit(four, four, scratch.xmm());
        a.vmovshdup(scratch.xmm(), four);
        combine.emit(four, four, scratch.xmm());
    }

    /**
     * {@code for (offset = 0; offset < 4 * count; offset += 64) body}, the last turn under a mask if sixteen does not
     * divide count.
     *
     * @param count elements of the row; kept
     * @param offset the row's byte offset that {@link #load} and {@link #store} add to a base
     * @param scratch two registers, overwritten
     */
    void overRow(Gpr count, Gpr offset, List<Gpr> scratch, Runnable body) {
        Gpr left = scratch.getFirst();
        Label loop = a.label("sixteen elements");
        Label rest = a.label("rest");
        Label done = a.label("row done");
        rowOffset = offset;
        a.mov(offset, 0);
        a.mov(left, count);
        a.shr(left, 4);
        a.jump(Condition.EQUAL, rest);
        a.bind(loop);
        body.run();
        a.add(offset, BYTES);
        a.dec(left);
        a.jump(Condition.NOT_EQUAL, loop);
        a.bind(rest);
        a.mov(left, count);
        a.and(left, LANES - 1);
        a.jump(Condition.EQUAL, done);
        maskLanesBelow(left, scratch.get(1));
        inTail = true;
        body.run();
        inTail = false;
        a.bind(done);
    }

    private void maskLanesBelow(Gpr lanes, Gpr scratch) {
        if (isAvx512()) {
            a.mov(scratch, 0xFFFF);
            a.bzhi(scratch, scratch, lanes);
            a.kmovw(TAIL, scratch);
            return;
        }
        if (tailMask.isEmpty()) {
            tailMask.addAll(List.of(registers.take("mask of lanes 0-7"), registers.take("mask of lanes 8-15")));
        }
        Vec low = tailMask.getFirst();
        a.vmovd(low, lanes);
        a.vpbroadcastd(low, low.xmm());
        a.vpcmpgtd(tailMask.getLast(), low, a.words(8, 9, 10, 11, 12, 13, 14, 15));
        a.vpcmpgtd(low, low, a.words(0, 1, 2, 3, 4, 5, 6, 7));
    }

    /** 64 bytes. */
    void load(Sixteen to, Mem from) {
        for (int p = 0; p < parts; p++) {
            a.vmovups(to.part(p), from.plus((long) p * tier.width().bytes()));
        }
    }

    /** 64 bytes. */
    void store(Mem to, Sixteen from) {
        for (int p = 0; p < parts; p++) {
            a.vmovups(to.plus((long) p * tier.width().bytes()), from.part(p));
        }
    }

    /** Sixteen elements of the row at a base; those beyond its end are zero. */
    void load(Sixteen to, Gpr base) {
        for (int p = 0; p < parts; p++) {
            Mem from = element(base, p);
            if (!inTail) {
                a.vmovups(to.part(p), from);
            } else if (isAvx512()) {
                a.vmovups(to.part(p).zeroed(TAIL), from);
            } else {
                a.vmaskmovps(to.part(p), tailMask.get(p), from);
            }
        }
    }

    /** Sixteen elements of the row at a base, as far as it goes. */
    void store(Gpr base, Sixteen from) {
        for (int p = 0; p < parts; p++) {
            Mem to = element(base, p);
            if (!inTail) {
                a.vmovups(to, from.part(p));
            } else if (isAvx512()) {
                a.vmovups(to, from.part(p).masked(TAIL));
            } else {
                a.vmaskmovps(to, tailMask.get(p), from.part(p));
            }
        }
    }

    /** Lanes beyond the row's end become zero; nothing in other turns. */
    void clearBeyondRow(Sixteen lanes) {
        for (int p = 0; inTail && p < parts; p++) {
            Vec part = lanes.part(p);
            if (isAvx512()) {
                a.vmovaps(part.zeroed(TAIL), part);
            } else {
                a.vandps(part, part, tailMask.get(p));
            }
        }
    }

    /** Lanes beyond the row's end take the constant; nothing in other turns. */
    void fillBeyondRow(Sixteen lanes, float value, Sixteen scratch) {
        for (int p = 0; inTail && p < parts; p++) {
            Vec part = lanes.part(p);
            a.vbroadcastss(scratch.part(p), a.floatConstant(value));
            if (isAvx512()) {
                a.vmovaps(scratch.part(p).masked(TAIL), part);
                a.vmovaps(part, scratch.part(p));
            } else {
                a.vblendvps(part, scratch.part(p), part, tailMask.get(p));
            }
        }
    }

    private Mem element(Gpr base, int part) {
        return Mem.at(base, rowOffset, 1).plus((long) part * tier.width().bytes());
    }
}
