package wok.kernels;

import static wok.assembler.Condition.NOT_EQUAL;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;
import wok.tensor.DType;

/**
 * Machine code for one row of 8-bit activations with quantised weights, straight from packed memory: decoding a token.
 *
 * <pre>
 * blocks of 32          y = fma((float) dot, ws * as, y)           dot = sum of quant * quant
 *                       y = fma(-sum, min * as, y)                 families with a minimum
 * super-blocks of 256   y = fma((float) S, d * as, y)              S = sum of subScale * dot
 *                       y = fma(-(float) M, dmin * as, y)          families with minima; M = sum of subMin * sum
 *
 * weights   sections of {@link PackedQuants}; x as {@link QuantisedRows} has it, row 0; y f32 [16] per group
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. A lane is an output row; integer sums are exact in any order.
 *
 * <p>One group of 16 rows after the other, so that memory is read nearly as one sequential stream. That suffices:
 * between blocks only the fma into y waits for the one before, everything else overlaps. Sixteen lanes are one register
 * of 512 bits or two of 256 ({@code parts}); with two, a run is taken apart twice, one half of each cache line at a
 * time, since 16 registers do not hold both.
 *
 * <p>Quants are prefetched a page ahead. Without it reading and computing take turns: Q4_0 from memory ran at 11.5 GB/s
 * where a loop of loads alone has 14.8, with it at 13.6 (AVX-512, one core). Prefetching into the first-level cache gave
 * 12.5, 2 KiB ahead 13.1, 8 KiB ahead 13.2.
 */
final class RowProductCode {
    private static final int LANES = PackedMatrix.GROUP_ROWS;
    private static final int RUNS = 8;
    private static final int RUN_COLUMNS = 32;
    private static final int LINE = 64;

    /** How far ahead quants are fetched into the second-level cache: a page, where the CPU's own prefetching stops. */
    private static final int AHEAD_BYTES = 4096;

    private final Gpr x = Gpr.RSI;
    private final Gpr xScales = Gpr.RDX;
    private final Gpr corrections = Gpr.RCX;
    private final Gpr scales = Gpr.R8;
    private final Gpr mins = Gpr.R9;
    private final Gpr quants = Gpr.R10;
    private final Gpr left = Gpr.R11;
    private final Gpr sums = Gpr.RAX;

    private final Assembler a = new Assembler();
    private final QuantFormat format;
    private final boolean vnni;
    private final int parts;
    private final int partBytes;
    private final RowDots dots;
    private final RowCodes codes;
    private final Vec[] y;
    private final Vec[] total;
    private final Vec first;
    private final Vec second;

    private RowProductCode(MachineTier tier, QuantFormat format) {
        this.format = format;
        RegisterFile file = tier.registers();
        vnni = tier == MachineTier.AVX512;
        partBytes = tier.width().bytes();
        parts = 4 * LANES / partBytes;
        y = file.take("y", parts);
        total = file.take("sum of scaled dot products", parts);
        dots = new RowDots(a, tier, file, format);
        codes = new RowCodes(a, tier, file, format, RowDots.signed(tier, format));
        first = file.take("vector p");
        second = file.take("vector p + 4");
    }

    /** The function; its argument is the address of a {@link RowArgument} block. */
    static Assembler of(MachineTier tier, QuantFormat format) {
        return new RowProductCode(tier, format).groups();
    }

    private Assembler groups() {
        Label group = a.label("group");
        Label block = a.label("block");
        dots.loadConstants();
        codes.loadConstants();
        a.bind(group);
        beginGroup();
        a.align(32);
        a.bind(block);
        if (format.superBlock()) {
            superBlock();
        } else {
            block();
        }
        nextBlock();
        a.dec(left);
        a.jump(NOT_EQUAL, block);
        endGroup(group);
        return a;
    }

    private void beginGroup() {
        a.mov(scales, RowArgument.WEIGHTS.at());
        a.mov(mins, RowArgument.MINS_OFFSET.at());
        a.add(mins, scales);
        a.mov(quants, RowArgument.QUANTS_OFFSET.at());
        a.add(quants, scales);
        a.mov(x, RowArgument.X.at());
        a.mov(xScales, RowArgument.SCALES.at());
        a.mov(corrections, RowArgument.CORRECTIONS.at());
        a.mov(sums, RowArgument.SUMS.at());
        a.mov(left, RowArgument.BLOCKS.at());
        for (Vec part : y) {
            a.zero(part);
        }
    }

    private void endGroup(Label group) {
        a.mov(left, RowArgument.OUT.at());
        for (int part = 0; part < parts; part++) {
            a.vmovups(Mem.at(left, (long) part * partBytes), y[part]);
        }
        a.add(left, 4L * LANES);
        a.mov(RowArgument.OUT.at(), left);
        a.mov(left, RowArgument.WEIGHTS.at());
        a.add(left, RowArgument.GROUP_BYTES.at());
        a.mov(RowArgument.WEIGHTS.at(), left);
        a.mov(left, RowArgument.GROUPS.at());
        a.dec(left);
        a.mov(RowArgument.GROUPS.at(), left);
        a.jump(NOT_EQUAL, group);
        a.vzeroupper();
        a.ret();
    }

    private void nextBlock() {
        int subBlocks = format.subBlocks();
        a.add(x, format.blockColumns());
        a.add(xScales, 4);
        a.add(corrections, 4L * subBlocks);
        a.add(sums, format.superBlock() ? 2L * subBlocks : 4);
        a.add(scales, (long) LANES * format.scaleBytes());
        a.add(mins, (long) LANES * format.scaleBytes());
        a.add(quants, format.superBlock() ? PackedSuperBlocks.blockBytes(format) : format.quantBytes());
    }

    private void block() {
        for (int part = 0; part < parts; part++) {
            Vec dot = run(0, part, Mem.at(quants))[0];
            a.vcvtdq2ps(dot, dot);
            factor(first, scales, part);
            a.vfmadd231ps(y[part], dot, first);
            if (format.hasMin()) {
                factor(first, mins, part);
                subtractProduct(y[part], first, Mem.at(sums));
            }
        }
    }

    private void superBlock() {
        for (int at = 0; at < PackedSuperBlocks.runsOffset(format); at += LINE) {
            a.prefetcht1(Mem.at(quants, AHEAD_BYTES + at));
        }
        for (int run = 0; run < RUNS; run++) {
            Mem from = Mem.at(quants, PackedSuperBlocks.runsOffset(format) + (long) run * format.quantBytes());
            for (int part = 0; part < parts; part++) {
                addScaled(run, part, run(run, part, from));
            }
        }
        for (int part = 0; part < parts; part++) {
            a.vcvtdq2ps(total[part], total[part]);
            factor(first, scales, part);
            a.vfmadd231ps(y[part], total[part], first);
            if (format.hasMin()) {
                sumMinima(total[part], part);
                a.vcvtdq2ps(total[part], total[part]);
                factor(first, mins, part);
                a.vfnmadd231ps(y[part], first, total[part]);
            }
        }
    }

    /** The dot products of run {@code run} of the block. */
    private Vec[] run(int run, int part, Mem from) {
        int subs = format.superBlock() ? RUN_COLUMNS / format.subColumns() : 1;
        Mem correction = Mem.at(corrections, 4L * run * subs);
        Mem columns = Mem.at(x, (long) RUN_COLUMNS * run);
        dots.begin(correction);
        for (int p = 0; p < 4; p++) {
            for (int at = p * LINE; part == 0 && at < format.quantBytes(); at += 4 * LINE) {
                a.prefetcht1(from.plus(AHEAD_BYTES + at));
            }
            codes.load(first, second, from, p, part);
            dots.add(0, first, columns.plus(4L * p));
            dots.add(1, second, columns.plus(4L * (p + 4)));
        }
        return dots.end(correction);
    }

    /** {@code total += subScale * dot}, for one or two sub-blocks of a run. */
    private void addScaled(int run, int part, Vec[] dot) {
        for (int i = 0; i < dot.length; i++) {
            int sub = run * dot.length + i;
            a.vpmovsxbd(first, subs(0, sub, part));
            if (sub == 0) {
                a.vpmulld(total[part], dot[i], first);
            } else {
                a.vpmulld(dot[i], dot[i], first);
                a.vpaddd(total[part], total[part], dot[i]);
            }
        }
    }

    /** {@code to = sum of subMin * sum(x)}, two sub-blocks at a time: pairs of 16 bits. */
    private void sumMinima(Vec to, int part) {
        for (int sub = 0; sub < format.subBlocks(); sub += 2) {
            int subMins = format.subBlocks() * LANES;
            a.vpmovzxbd(first, subs(subMins, sub, part));
            a.vpmovzxbd(second, subs(subMins, sub + 1, part));
            a.vpslld(second, second, 16);
            a.vpor(first, first, second);
            Mem pair = Mem.at(sums, 2L * sub);
            if (vnni) {
                if (sub == 0) {
                    a.zero(to);
                }
                a.vpdpwssd(to, first, pair.broadcast());
            } else {
                a.vpbroadcastd(second, pair);
                a.vpmaddwd(sub == 0 ? to : first, first, second);
                if (sub > 0) {
                    a.vpaddd(to, to, first);
                }
            }
        }
    }

    /** The bytes of a sub-block's 16 rows in the table at {@code offset} of the super-block. */
    private Mem subs(int offset, int sub, int part) {
        return Mem.at(quants, offset + (long) sub * LANES + part * (partBytes / 4L));
    }

    /** {@code to = ws * as}. */
    private void factor(Vec to, Gpr section, int part) {
        Mem from = Mem.at(section, (long) part * partBytes / 4 * format.scaleBytes());
        if (format.scaleType() == DType.F16) {
            a.vcvtph2ps(to, from);
        } else {
            a.vmovups(to, from);
        }
        if (vnni) {
            a.vmulps(to, to, Mem.at(xScales).broadcast());
        } else {
            a.vbroadcastss(second, Mem.at(xScales));
            a.vmulps(to, to, second);
        }
    }

    /** {@code to = fma(-(one number for all lanes), factor, to)}. */
    private void subtractProduct(Vec to, Vec factor, Mem number) {
        if (vnni) {
            a.vfnmadd231ps(to, factor, number.broadcast());
        } else {
            a.vbroadcastss(second, number);
            a.vfnmadd231ps(to, factor, second);
        }
    }
}
