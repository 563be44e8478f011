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
 * Machine code that unpacks a chunk of one group of float weights into a panel of 32-bit floats, exactly:
 * {@code (weights, -, -, panel, columns)}.
 *
 * <pre>
 * packed   f32, f16 or bf16 [columns][16 rows]
 * panel    f32 [columns][2 groups][16 rows], this group's part
 * </pre>
 */
final class FloatPanelCode {
    private static final int ROWS = PackedMatrix.GROUP_ROWS;

    private FloatPanelCode() {}

    static Assembler of(DType type, RegisterFile file) {
        Assembler a = new Assembler();
        Vec values = file.take("values");
        Gpr weights = Gpr.RDI;
        Gpr panel = Gpr.RCX;
        Gpr columns = Gpr.R8;
        int lanes = values.width().lanes();
        int elementBytes = (int) type.bytes(1);
        Label column = a.label("column");

        a.bind(column);
        for (int row = 0; row < ROWS; row += lanes) {
            Mem from = Mem.at(weights, (long) row * elementBytes);
            switch (type) {
                case F16 -> a.vcvtph2ps(values, from);
                case BF16 -> {
                    a.vpmovzxwd(values, from);
                    a.vpslld(values, values, 16);
                }
                default -> a.vmovups(values, from);
            }
            a.vmovups(Mem.at(panel, 4L * row), values);
        }
        a.add(weights, (long) ROWS * elementBytes);
        a.add(panel, FloatTileCode.COLUMN_BYTES);
        a.dec(columns);
        a.jump(NOT_EQUAL, column);
        a.vzeroupper();
        a.ret();
        return a;
    }
}
