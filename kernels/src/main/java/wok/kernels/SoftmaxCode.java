package wok.kernels;

import static wok.kernels.LaneOperand.at;
import static wok.kernels.LaneOperand.constant;

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
 * Assembles the softmax of one split for queries that see the same positions, and begins their records:
 *
 * <pre>
 * s[p] = s[p] * scale; with a soft cap: c * tanh(s[p] / c)
 * m    = max s[p];   s[p] = e[p] = exp(s[p] - m);   l = sum of e[p] in 16 lanes, p to lane p mod 16, folded
 * record = m, l, values of +0
 * </pre>
 *
 * <p>Whole blocks are worked on. Scores of positions that are not visible are whatever the product made of them; once
 * all scores are scaled, these become -infinity, whose exponential is +0, which changes no sum of numbers that are +0
 * or more. The maximum of NaN and a number may lose the NaN here, unlike in Java: but a NaN score's exponential is NaN,
 * and with it the sum and all results of the query, whatever the maximum was.
 *
 * <p>Arguments: RDI scores of the first block, RSI blocks (1 to 32), RDX places of the first block that are not
 * visible (0 to 15), RCX places of the last block that are not visible (0 to 15), R8 record, R9 queries.
 * Registers: RAX byte within the scores, R10 bytes of scores, R11 what is hidden; lanes: x, three for exp, the maximum,
 * the sum.
 */
final class SoftmaxCode {
    private static final Gpr SCORES = Gpr.RDI;
    private static final Gpr BLOCKS = Gpr.RSI;
    private static final Gpr HIDDEN_FIRST = Gpr.RDX;
    private static final Gpr HIDDEN_LAST = Gpr.RCX;
    private static final Gpr RECORD = Gpr.R8;
    private static final Gpr QUERIES = Gpr.R9;
    private static final Gpr AT = Gpr.RAX;
    private static final Gpr BYTES = Gpr.R10;
    private static final Gpr LEFT = Gpr.R11;
    private static final int BLOCK_BYTES = 4 * AttentionShape.BLOCK;

    private final AttentionShape shape;
    private final LaneCode lanes;
    private final Assembler code;
    private final Sixteen x;
    private final Sixteen r;
    private final Sixteen s;
    private final Sixteen t;
    private final Sixteen greatest;
    private final Sixteen sum;
    private final Vec scratch;

    private SoftmaxCode(AttentionShape shape) {
        this.shape = shape;
        lanes = new LaneCode(shape.tier());
        code = lanes.assembler();
        x = lanes.take("x");
        r = lanes.take("r");
        s = lanes.take("s");
        t = lanes.take("t");
        greatest = lanes.take("greatest");
        sum = lanes.take("sum");
        scratch = lanes.takeVector("scratch");
    }

    static MachineFunction assemble(AttentionShape shape, Arena arena) {
        return new SoftmaxCode(shape).assemble(arena);
    }

    private MachineFunction assemble(Arena arena) {
        code.mov(BYTES, BLOCKS);
        code.shl(BYTES, 6);
        code.countDown("query", QUERIES, this::softmax);
        return lanes.finish("softmax", arena);
    }

    private void softmax() {
        overBlocks(this::scale);
        hideFirst();
        hideLast();
        findGreatest();
        lanes.zero(sum);
        overBlocks(this::exponential);
        lanes.fold(sum, scratch, code::vaddps);
        writeRecord();
        code.add(SCORES, AttentionShape.SCORE_ROW_BYTES);
        code.add(RECORD, shape.recordBytes());
    }

    private void overBlocks(Runnable body) {
        Label loop = code.label("block");
        code.mov(AT, 0);
        code.bind(loop);
        body.run();
        code.add(AT, BLOCK_BYTES);
        code.cmp(AT, BYTES);
        code.jump(Condition.BELOW, loop);
    }

    private Mem scores(int part) {
        return Mem.at(SCORES, AT, 1).plus((long) part * shape.width().bytes());
    }

    private void load() {
        for (int p = 0; p < x.parts().size(); p++) {
            code.vmovups(x.part(p), scores(p));
        }
    }

    private void store() {
        for (int p = 0; p < x.parts().size(); p++) {
            code.vmovups(scores(p), x.part(p));
        }
    }

    private void scale() {
        load();
        lanes.multiply(x, x, constant(shape.scale()));
        if (shape.softcap() != 0) {
            lanes.divide(x, x, constant(shape.softcap()));
            ExpCode.tanh(lanes, x, greatest, r, s, t);
            lanes.multiply(x, x, constant(shape.softcap()));
        }
        store();
    }

    /** Places 0 to HIDDEN_FIRST - 1 of the first block. */
    private void hideFirst() {
        hide(HIDDEN_FIRST, Mem.at(SCORES, LEFT, 4).plus(-4));
    }

    /** As many places at the end of the last block. */
    private void hideLast() {
        code.lea(AT, Mem.at(SCORES, BYTES, 1));
        code.mov(LEFT, HIDDEN_LAST);
        code.neg(LEFT);
        code.lea(AT, Mem.at(AT, LEFT, 4));
        hide(HIDDEN_LAST, Mem.at(AT, LEFT, 4).plus(-4));
    }

    /** {@code for (LEFT = count; LEFT != 0; LEFT--) place = -infinity}. */
    private void hide(Gpr count, Mem place) {
        Label done = code.label("hidden");
        code.vbroadcastss(scratch, code.floatConstant(Float.NEGATIVE_INFINITY));
        code.mov(LEFT, count);
        code.test(LEFT, LEFT);
        code.jump(Condition.EQUAL, done);
        code.countDown("hide", LEFT, () -> code.vmovss(place, scratch));
        code.bind(done);
    }

    private void findGreatest() {
        lanes.constant(greatest, Float.NEGATIVE_INFINITY);
        overBlocks(() -> lanes.greatest(greatest, greatest, at(Mem.at(SCORES, AT, 1))));
        lanes.fold(greatest, scratch, code::vmaxps);
        lanes.broadcastLowest(greatest, greatest.low());
    }

    private void exponential() {
        load();
        lanes.subtract(x, x, greatest);
        ExpCode.expOfNonPositive(lanes, x, r, s, t);
        store();
        lanes.add(sum, sum, x);
    }

    private void writeRecord() {
        code.vmovss(Mem.at(RECORD), greatest.low());
        code.vmovss(Mem.at(RECORD, AttentionShape.RECORD_TOTAL), sum.low());
        Vec nothing = x.low();
        code.zero(nothing);
        for (int at = 0; at < 4 * shape.paddedDims(); at += shape.width().bytes()) {
            code.vmovups(Mem.at(RECORD, AttentionShape.RECORD_VALUES + (long) at), nothing);
        }
    }
}
