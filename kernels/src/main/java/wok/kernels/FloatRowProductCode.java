package wok.kernels;

import static wok.assembler.Condition.BELOW;
import static wok.assembler.Condition.EQUAL;
import static wok.assembler.Condition.NOT_EQUAL;

import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;
import wok.tensor.DType;

/**
 * Machine code for one row of 32-bit activations with float weights, straight from packed memory:
 * {@code y[o] = fma(w[o][k], x[k], y[o])} for k = 0, 1, …
 *
 * <pre>
 * weights   F32, F16 or BF16 [column][16 rows] per group, {@link PackedFloats}
 * x         f32 [columns]
 * y         f32 [16] per group
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. The order of k is fixed, so that one fma waits for the other, 4
 * cycles: four groups abreast hide it. What is left of the groups goes one by one.
 */
final class FloatRowProductCode {
    private static final int LANES = PackedMatrix.GROUP_ROWS;
    private static final int ABREAST = 4;
    private static final int COLUMNS_AT_ONCE = 4;

    private final Gpr x = Gpr.RSI;
    private final Gpr left = Gpr.R11;
    private final Gpr scratch = Gpr.RDX;
    private final List<Gpr> weights = List.of(Gpr.R8, Gpr.R9, Gpr.R10, Gpr.RAX);

    private final Assembler a = new Assembler();
    private final DType type;
    private final int parts;
    private final int partBytes;
    private final Vec[][] y = new Vec[ABREAST][];
    private final Vec values;
    private final Vec broadcast;

    private FloatRowProductCode(MachineTier tier, DType type) {
        this.type = type;
        RegisterFile file = tier.registers();
        partBytes = tier.width().bytes();
        parts = 4 * LANES / partBytes;
        for (int group = 0; group < ABREAST; group++) {
            y[group] = file.take("y" + group, parts);
        }
        values = file.take("weights");
        broadcast = file.take("x");
    }

    /** The function; its argument is the address of a {@link RowArgument} block. */
    static Assembler of(MachineTier tier, DType type) {
        return new FloatRowProductCode(tier, type).run();
    }

    private Assembler run() {
        Label single = a.label("single group");
        Label abreast = a.label("groups abreast");
        Label done = a.label("done");
        a.bind(abreast);
        a.mov(left, RowArgument.GROUPS.at());
        a.cmp(left, ABREAST);
        a.jump(BELOW, single);
        groups(ABREAST);
        a.jump(abreast);
        a.bind(single);
        a.mov(left, RowArgument.GROUPS.at());
        a.test(left, left);
        a.jump(EQUAL, done);
        groups(1);
        a.jump(single);
        a.bind(done);
        a.vzeroupper();
        a.ret();
        return a;
    }

    /** All columns of {@code count} groups. */
    private void groups(int count) {
        Label four = a.label("columns");
        Label rest = a.label("rest of columns");
        Label one = a.label("column");
        Label done = a.label("group done");
        beginGroups(count);
        a.cmp(left, COLUMNS_AT_ONCE);
        a.jump(BELOW, rest);
        a.align(32);
        a.bind(four);
        columns(count, COLUMNS_AT_ONCE);
        a.cmp(left, COLUMNS_AT_ONCE);
        a.jump(wok.assembler.Condition.ABOVE_OR_EQUAL, four);
        a.bind(rest);
        a.test(left, left);
        a.jump(EQUAL, done);
        a.bind(one);
        columns(count, 1);
        a.test(left, left);
        a.jump(NOT_EQUAL, one);
        a.bind(done);
        endGroups(count);
    }

    private void beginGroups(int count) {
        a.mov(x, RowArgument.X.at());
        a.mov(left, RowArgument.BLOCKS.at());
        a.mov(weights.getFirst(), RowArgument.WEIGHTS.at());
        for (int group = 0; group < count; group++) {
            if (group > 0) {
                a.mov(weights.get(group), weights.get(group - 1));
                a.add(weights.get(group), RowArgument.GROUP_BYTES.at());
            }
            for (Vec part : y[group]) {
                a.zero(part);
            }
        }
    }

    private void columns(int count, int columns) {
        int bytes = (int) type.bytes(LANES);
        for (int column = 0; column < columns; column++) {
            a.vbroadcastss(broadcast, Mem.at(x, 4L * column));
            for (int group = 0; group < count; group++) {
                for (int part = 0; part < parts; part++) {
                    Mem from = Mem.at(weights.get(group), (long) column * bytes + (long) part * bytes / parts);
                    multiplyAdd(y[group][part], from);
                }
            }
        }
        a.add(x, 4L * columns);
        for (int group = 0; group < count; group++) {
            a.add(weights.get(group), (long) columns * bytes);
        }
        a.sub(left, columns);
    }

    private void multiplyAdd(Vec to, Mem from) {
        switch (type) {
            case F16 -> {
                a.vcvtph2ps(values, from);
                a.vfmadd231ps(to, broadcast, values);
            }
            case BF16 -> {
                a.vpmovzxwd(values, from);
                a.vpslld(values, values, 16);
                a.vfmadd231ps(to, broadcast, values);
            }
            default -> a.vfmadd231ps(to, broadcast, from);
        }
    }

    private void endGroups(int count) {
        a.mov(scratch, RowArgument.OUT.at());
        for (int group = 0; group < count; group++) {
            for (int part = 0; part < parts; part++) {
                a.vmovups(Mem.at(scratch, 4L * LANES * group + (long) part * partBytes), y[group][part]);
            }
        }
        a.add(scratch, 4L * LANES * count);
        a.mov(RowArgument.OUT.at(), scratch);
        a.imul(scratch, RowArgument.GROUP_BYTES.at(), count);
        a.add(scratch, RowArgument.WEIGHTS.at());
        a.mov(RowArgument.WEIGHTS.at(), scratch);
        a.mov(scratch, RowArgument.GROUPS.at());
        a.sub(scratch, count);
        a.mov(RowArgument.GROUPS.at(), scratch);
    }
}
