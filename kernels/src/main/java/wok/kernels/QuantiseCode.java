package wok.kernels;

import static wok.assembler.Gpr.R10;
import static wok.assembler.Gpr.R11;
import static wok.assembler.Gpr.R8;
import static wok.assembler.Gpr.R9;
import static wok.assembler.Gpr.RCX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RDX;
import static wok.assembler.Gpr.RSI;
import static wok.kernels.LaneOperand.constantBits;

import java.lang.foreign.Arena;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;
import wok.assembler.Vec;
import wok.kernels.LaneOperand.Sixteen;

/**
 * Activations of a row as signed bytes, with a scale per block of 32 or 256 columns and the sums that products start
 * from; see {@link QuantisedRows} for the layout.
 *
 * <pre>
 * blocks of 32   (x, blocks, quants, scales, corrections32, sums32)
 * blocks of 256  (x, blocks, quants, scales, sums16: i32 [blocks][16]); {@link SumsCode} makes the rest of the sums
 *
 * greatest = max |x|, as integers: floats without sign keep their order, and NaN is above infinity
 * scale    = greatest / 127, 0 below the least normal float
 * inverse  = scale is 0 ? 0 : 1 / scale
 * quant    = x * inverse, to nearest even; NaN becomes 0
 * </pre>
 *
 * <p>NaN: the conversion gives the least int, whose lowest byte, which is all that is kept, is 0. Sums are of bytes, four
 * at a time by {@code vpmaddubsw} and {@code vpmaddwd} with ones, exact. Registers: {@link Plan}.
 */
final class QuantiseCode {
    private static final int MAGNITUDE = Integer.MAX_VALUE;
    private static final int LESS = 1;
    private static final int EQUAL = 0;
    private static final int SWAP_HALVES = 0b01_00_11_10;
    private static final int SWAP_NEIGHBOURS = 0b10_11_00_01;

    /**
     * The vector registers.
     *
     * @param first columns 0 to 15 of 32, as floats, then as whole numbers
     * @param second columns 16 to 31
     * @param greatest sixteen lanes, folded to the lowest
     * @param inverse in all lanes
     * @param bytes 32 quants, 256 bits
     * @param sums of four bytes, then of 16 or 32
     * @param spare anything
     */
    private record Plan(
            Sixteen first, Sixteen second, Sixteen greatest, Sixteen inverse, Vec bytes, Vec sums, Vec spare) {
        static Plan take(LaneCode code) {
            return new Plan(
                    code.take("columns 0-15"),
                    code.take("columns 16-31"),
                    code.take("greatest"),
                    code.take("inverse"),
                    code.takeVector("bytes").ymm(),
                    code.takeVector("sums").ymm(),
                    code.takeVector("spare").ymm());
        }
    }

    private final LaneCode code;
    private final Assembler a;
    private final Plan plan;

    private QuantiseCode(MachineTier tier) {
        code = new LaneCode(tier);
        a = code.assembler();
        plan = Plan.take(code);
    }

    static MachineFunction blocksOf32(MachineTier tier, Arena arena) {
        return new QuantiseCode(tier).blocksOf32(arena);
    }

    static MachineFunction blocksOf256(MachineTier tier, Arena arena) {
        return new QuantiseCode(tier).blocksOf256(arena);
    }

    private MachineFunction blocksOf32(Arena arena) {
        Gpr x = RDI;
        Gpr blocks = RSI;
        Gpr quants = RDX;
        Gpr scales = RCX;
        Gpr corrections = R8;
        Gpr sums = R9;
        Label block = a.label("block of 32");
        a.bind(block);
        code.zero(plan.greatest);
        greatestOf32(x, 0);
        scaleAndInverse(scales);
        quantise32(x);
        a.vmovdqu(Mem.at(quants), plan.bytes);
        sumOf32();
        a.vmovd(R10, plan.sums);
        a.vcvtdq2ps(plan.sums.xmm(), plan.sums.xmm());
        a.vmovss(Mem.at(sums), plan.sums);
        a.imul(R10, R10, -QuantisedRows.UNSIGNED_OFFSET);
        a.mov32(Mem.at(corrections), R10);
        a.add(x, 128);
        a.add(quants, 32);
        a.add(scales, 4);
        a.add(corrections, 4);
        a.add(sums, 4);
        a.dec(blocks);
        a.jump(Condition.NOT_EQUAL, block);
        return code.finish("quantise blocks of 32", arena);
    }

    private MachineFunction blocksOf256(Arena arena) {
        Gpr x = RDI;
        Gpr blocks = RSI;
        Gpr quants = RDX;
        Gpr scales = RCX;
        Gpr sums16 = R8;
        Gpr left = R10;
        Label block = a.label("block of 256");
        Label part = a.label("32 columns");
        a.bind(block);
        code.zero(plan.greatest);
        for (int column = 0; column < 256; column += 32) {
            greatestOf32(x, 4 * column);
        }
        scaleAndInverse(scales);
        a.mov(left, 8);
        a.bind(part);
        quantise32(x);
        a.vmovdqu(Mem.at(quants), plan.bytes);
        sumsOf16();
        a.vmovq(R11, plan.sums);
        a.mov(Mem.at(sums16), R11);
        a.add(x, 128);
        a.add(quants, 32);
        a.add(sums16, 8);
        a.dec(left);
        a.jump(Condition.NOT_EQUAL, part);
        a.add(scales, 4);
        a.dec(blocks);
        a.jump(Condition.NOT_EQUAL, block);
        return code.finish("quantise blocks of 256", arena);
    }

    /** Takes 32 columns into the lanes of greatest. */
    private void greatestOf32(Gpr x, int offset) {
        code.load(plan.first, Mem.at(x, offset));
        code.load(plan.second, Mem.at(x, offset + 64));
        code.and(plan.first, plan.first, constantBits(MAGNITUDE));
        code.and(plan.second, plan.second, constantBits(MAGNITUDE));
        code.greatestInts(plan.greatest, plan.greatest, plan.first);
        code.greatestInts(plan.greatest, plan.greatest, plan.second);
    }

    /** Stores the scale that follows from greatest and leaves its inverse in all lanes. */
    private void scaleAndInverse(Gpr scales) {
        code.fold(plan.greatest, plan.spare, a::vpmaxsd);
        Vec scale = plan.greatest.low().xmm();
        Vec inverse = plan.inverse.low().xmm();
        Vec condition = plan.spare.xmm();
        a.vdivss(scale, scale, a.floatConstant(127));
        a.vmovss(inverse, a.floatConstant(Float.MIN_NORMAL));
        a.vcmpps(condition, scale, inverse, LESS);
        a.vandnps(scale, condition, scale);
        a.vmovss(Mem.at(scales), scale);
        a.vmovss(inverse, a.floatConstant(1));
        a.vdivss(inverse, inverse, scale);
        a.vxorps(condition, condition, condition);
        a.vcmpps(condition, scale, condition, EQUAL);
        a.vandnps(inverse, condition, inverse);
        code.broadcastLowest(plan.inverse, inverse);
    }

    /** The next 32 columns as bytes. */
    private void quantise32(Gpr x) {
        code.multiply(plan.first, plan.inverse, LaneOperand.at(Mem.at(x)));
        code.multiply(plan.second, plan.inverse, LaneOperand.at(Mem.at(x, 64)));
        code.round(plan.first, plan.first);
        code.round(plan.second, plan.second);
        if (code.isAvx512()) {
            a.vpmovdb(plan.bytes.xmm(), plan.first.low());
            a.vpmovdb(plan.spare.xmm(), plan.second.low());
            a.vinsert128(plan.bytes, plan.bytes, plan.spare.xmm(), 1);
        } else {
            packBytes();
        }
    }

    /**
     * The lowest bytes of four registers of eight numbers. The packing instructions work in halves, so what comes out is
     * columns 0-3, 8-11, 16-19, 24-27, then 4-7, 12-15, …; one permutation puts the fours in order.
     */
    private void packBytes() {
        code.and(plan.first, plan.first, constantBits(0xFF));
        code.and(plan.second, plan.second, constantBits(0xFF));
        a.vpackssdw(plan.bytes, plan.first.part(0), plan.first.part(1));
        a.vpackssdw(plan.spare, plan.second.part(0), plan.second.part(1));
        a.vpackuswb(plan.bytes, plan.bytes, plan.spare);
        a.vmovdqu(plan.spare, a.words(0, 4, 1, 5, 2, 6, 3, 7));
        a.vpermd(plan.bytes, plan.spare, plan.bytes);
    }

    /** Eight sums of four bytes, then in each half its sum in all four lanes. */
    private void sumHalves() {
        a.vmovdqu(plan.sums, a.words(LaneCode.repeated(0x01010101, 8)));
        a.vpmaddubsw(plan.sums, plan.sums, plan.bytes);
        a.vpmaddwd(plan.sums, plan.sums, a.words(LaneCode.repeated(0x00010001, 8)));
        a.vpshufd(plan.spare, plan.sums, SWAP_HALVES);
        a.vpaddd(plan.sums, plan.sums, plan.spare);
        a.vpshufd(plan.spare, plan.sums, SWAP_NEIGHBOURS);
        a.vpaddd(plan.sums, plan.sums, plan.spare);
    }

    /** The sum of 32 bytes in the lowest lane. */
    private void sumOf32() {
        sumHalves();
        a.vextract128(plan.spare.xmm(), plan.sums, 1);
        a.vpaddd(plan.sums.xmm(), plan.sums.xmm(), plan.spare.xmm());
    }

    /** The sums of 16 bytes in the two lowest lanes. */
    private void sumsOf16() {
        sumHalves();
        a.vextract128(plan.spare.xmm(), plan.sums, 1);
        a.vpunpckldq(plan.sums.xmm(), plan.sums.xmm(), plan.spare.xmm());
    }
}
