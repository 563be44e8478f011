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
 * Machine code that unpacks a chunk of one group into a {@link PanelShape}, for products with several tokens:
 * {@code (quants, scales, minima, panel, blocks, ahead)}, all addresses at the chunk's first block. {@code ahead} is the
 * way from these scales and minima to those unpacked next, which are fetched towards the cache.
 *
 * <pre>
 * packed   scales f16 or f32 [blocks][16], minima likewise, quants [blocks] as {@link PackedBlocks} or
 *          {@link PackedSuperBlocks} say
 * panel    [blocks], {@link PanelShape#blockBytes} apart, this group's part
 * </pre>
 *
 * <p>Every number is exact. The width is the register file's: 16 rows are one part of a zmm or two of a ymm register.
 * It costs about one store per 64 bytes of quants and is repaid by the second tile of tokens at the latest; for 8 bits it
 * is a copy, which lets all families share one inner kernel and reads memory in one sequential sweep.
 */
final class PanelCode {
    private static final int ROWS = PackedMatrix.GROUP_ROWS;

    private final Assembler a = new Assembler();
    private final QuantFormat format;
    private final PanelShape panel;
    private final int parts;
    private final CodePlanes planes;
    private final Vec values;
    private final Vec more;

    private final Gpr quants = Gpr.RDI;
    private final Gpr scales = Gpr.RSI;
    private final Gpr minima = Gpr.RDX;
    private final Gpr out = Gpr.RCX;
    private final Gpr blocks = Gpr.R8;
    private final Gpr ahead = Gpr.R9;

    private PanelCode(PanelShape panel, RegisterFile file) {
        format = panel.format();
        this.panel = panel;
        planes = new CodePlanes(a, file, format, panel.bytes());
        values = file.take("values");
        more = file.take("more");
        parts = 64 / values.width().bytes();
    }

    static Assembler of(PanelShape panel, RegisterFile file) {
        return new PanelCode(panel, file).unpack();
    }

    private Assembler unpack() {
        Label block = a.label("block");
        planes.loadConstants();
        a.bind(block);
        int codes = format.superBlock() ? subFactors() : 0;
        for (int run = 0; run < panel.columns() / 32; run++) {
            quants(codes + run * format.quantBytes(), run * 512);
        }
        scales(scales, panel.scalesOffset());
        if (format.hasMin()) {
            scales(minima, panel.minimaOffset());
        }
        a.add(quants, codes + panel.columns() / 32L * format.quantBytes());
        a.add(scales, (long) ROWS * format.scaleBytes());
        a.add(minima, (long) ROWS * format.scaleBytes());
        a.add(out, panel.blockBytes());
        a.dec(blocks);
        a.jump(NOT_EQUAL, block);
        a.vzeroupper();
        a.ret();
        return a;
    }

    private void quants(int from, int to) {
        for (int i = 0; i < 8; i++) {
            for (int part = 0; part < parts; part++) {
                planes.load(values, quants, from, i, part);
                a.vmovdqu(Mem.at(out, to + 64L * i + at(part)), values);
            }
        }
    }

    private void scales(Gpr from, int to) {
        a.prefetcht0(Mem.at(from, ahead, 1));
        for (int part = 0; part < parts; part++) {
            Mem sixteen = Mem.at(from, (long) part * ROWS / parts * format.scaleBytes());
            if (format.scaleType() == DType.F16) {
                a.vcvtph2ps(values, sixteen);
            } else {
                a.vmovups(values, sixteen);
            }
            a.vmovups(Mem.at(out, to + at(part)), values);
        }
    }

    /** Sub-scales, and pairs; returns where the codes begin. */
    private int subFactors() {
        int subs = panel.subBlocks();
        for (int sub = 0; sub < subs; sub++) {
            for (int part = 0; part < parts; part++) {
                a.vpmovsxbd(values, bytes(sub, part));
                subScaleForm();
                a.vmovdqu(Mem.at(out, panel.subScalesOffset() + 64L * sub + at(part)), values);
            }
        }
        int first = panel.minima() ? subs : 0;
        for (int sub = 0; panel.pairs() && sub < subs; sub += 2) {
            for (int part = 0; part < parts; part++) {
                pair(first + sub, part);
                a.vmovdqu(Mem.at(out, panel.pairsOffset() + 32L * sub + at(part)), values);
            }
        }
        return subs * ROWS * (format.hasMin() ? 2 : 1);
    }

    /** Numbers of 32 bits as {@link PanelShape.SubScales} says. */
    private void subScaleForm() {
        switch (panel.subScales()) {
            case WORDS -> {}
            case FLOATS -> a.vcvtdq2ps(values, values);
            case LOW_HALVES, BOTH_HALVES -> {
                a.vpslld(more, values, 16);
                a.vpsrld(values, more, 16);
                if (panel.subScales() == PanelShape.SubScales.BOTH_HALVES) {
                    a.vpor(values, values, more);
                }
            }
        }
    }

    /** Rows {@code sub} and {@code sub + 1} as pairs of 16 bits: sub-minima are unsigned, sub-scales signed. */
    private void pair(int sub, int part) {
        if (panel.minima()) {
            a.vpmovzxbd(values, bytes(sub, part));
            a.vpmovzxbd(more, bytes(sub + 1, part));
        } else {
            a.vpmovsxbd(values, bytes(sub, part));
            a.vpmovsxbd(more, bytes(sub + 1, part));
            a.vpslld(values, values, 16);
            a.vpsrld(values, values, 16);
        }
        a.vpslld(more, more, 16);
        a.vpor(values, values, more);
    }

    /** Row {@code sub} of the bytes [sub-blocks][16 rows] that a super-block begins with. */
    private Mem bytes(int sub, int part) {
        return Mem.at(quants, (long) sub * ROWS + (long) part * ROWS / parts);
    }

    private long at(int part) {
        return (long) part * values.width().bytes();
    }
}
