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
 * Machine code that unpacks a chunk of one group of quantised weights into a panel of 32-bit floats, for products with
 * 32-bit activations: {@code (quants, scales, minima, panel, blocks)}.
 *
 * <pre>
 * value = scale * quant - min                                       blocks
 * value = (scale * subScale) * quant - (minScale * subMin)          super-blocks; rounded after each operation
 *
 * packed   as {@link PanelCode} reads it
 * panel    f32 [columns][2 groups][16 rows], this group's part
 * </pre>
 */
final class ValuePanelCode {
    private static final int ROWS = PackedMatrix.GROUP_ROWS;

    private final Assembler a = new Assembler();
    private final QuantFormat format;
    private final int parts;
    private final CodePlanes planes;
    private final Vec codes;
    private final Vec values;
    private final Vec factor;
    private final Vec minimum;

    private final Gpr quants = Gpr.RDI;
    private final Gpr scales = Gpr.RSI;
    private final Gpr minima = Gpr.RDX;
    private final Gpr out = Gpr.RCX;
    private final Gpr blocks = Gpr.R8;

    private ValuePanelCode(QuantFormat format, RegisterFile file) {
        this.format = format;
        planes = new CodePlanes(a, file, format, QuantBytes.SIGNED);
        codes = file.take("codes");
        values = file.take("values");
        factor = file.take("factor");
        minimum = file.take("minimum");
        parts = 64 / codes.width().bytes();
    }

    static Assembler of(QuantFormat format, RegisterFile file) {
        return new ValuePanelCode(format, file).unpack();
    }

    private Assembler unpack() {
        Label block = a.label("block");
        planes.loadConstants();
        a.bind(block);
        int codesAt = format.superBlock() ? format.subBlocks() * ROWS * (format.hasMin() ? 2 : 1) : 0;
        for (int part = 0; part < parts; part++) {
            for (int column = 0; column < format.blockColumns(); column += format.subColumns()) {
                factors(column / format.subColumns(), part);
                for (int four = column; four < column + format.subColumns(); four += 4) {
                    planes.load(codes, quants, codesAt + four / 32 * format.quantBytes(), four % 32 / 4, part);
                    fourColumns(four, part);
                }
            }
        }
        a.add(quants, codesAt + format.blockColumns() / 32L * format.quantBytes());
        a.add(scales, (long) ROWS * format.scaleBytes());
        a.add(minima, (long) ROWS * format.scaleBytes());
        a.add(out, (long) format.blockColumns() * FloatTileCode.COLUMN_BYTES);
        a.dec(blocks);
        a.jump(NOT_EQUAL, block);
        a.vzeroupper();
        a.ret();
        return a;
    }

    /** What quants are multiplied with and what is subtracted, for one sub-block. */
    private void factors(int sub, int part) {
        scale(factor, scales, part);
        if (format.hasMin()) {
            scale(minimum, minima, part);
        }
        if (format.superBlock()) {
            a.vpmovsxbd(values, Mem.at(quants, (long) sub * ROWS + rows(part)));
            a.vcvtdq2ps(values, values);
            a.vmulps(factor, factor, values);
            if (format.hasMin()) {
                a.vpmovzxbd(values, Mem.at(quants, (long) (format.subBlocks() + sub) * ROWS + rows(part)));
                a.vcvtdq2ps(values, values);
                a.vmulps(minimum, minimum, values);
            }
        }
    }

    private void scale(Vec to, Gpr from, int part) {
        Mem sixteen = Mem.at(from, rows(part) * format.scaleBytes());
        if (format.scaleType() == DType.F16) {
            a.vcvtph2ps(to, sixteen);
        } else {
            a.vmovups(to, sixteen);
        }
    }

    /** The bytes of each lane of {@code codes}, as four columns. */
    private void fourColumns(int column, int part) {
        for (int i = 0; i < 4; i++) {
            a.vpslld(values, codes, 24 - 8 * i);
            a.vpsrad(values, values, 24);
            a.vcvtdq2ps(values, values);
            a.vmulps(values, values, factor);
            if (format.hasMin()) {
                a.vsubps(values, values, minimum);
            }
            a.vmovups(Mem.at(out, (column + i) * (long) FloatTileCode.COLUMN_BYTES + 4 * rows(part)), values);
        }
    }

    /** The first output row of a part. */
    private long rows(int part) {
        return (long) part * ROWS / parts;
    }
}
