package wok.kernels;

import static wok.kernels.LaneOperand.at;

import java.lang.foreign.Arena;
import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;
import wok.kernels.LaneOperand.Sixteen;

/**
 * Assembles what follows the splits: combining the records of two, in place of the earlier one's, and the result.
 *
 * <pre>
 * combine   M = max(m, ms);   A = exp(m - M);   B = exp(ms - M)
 *           l = fma(ls, B, l * A);   v[d] = fma(vs[d], B, v[d] * A);   m = M
 * result    out[q][d] = v[d] * (1 / l)
 * </pre>
 *
 * <p>Each number of a record is taken for all lanes at once, so that exp is the one of {@link ExpCode}. A NaN in a
 * record is in its sum and values too, so it does not matter which of both maxima M takes then.
 */
final class SplitCombineCode {
    private static final Gpr RECORD = Gpr.RDI;
    private static final Gpr OTHER = Gpr.RSI;
    private static final Gpr QUERIES = Gpr.RDX;

    private final AttentionShape shape;
    private final LaneCode lanes;
    private final Assembler code;
    private final Sixteen x;
    private final Sixteen y;

    private SplitCombineCode(AttentionShape shape) {
        this.shape = shape;
        lanes = new LaneCode(shape.tier());
        code = lanes.assembler();
        x = lanes.take("x");
        y = lanes.take("y");
    }

    /** Arguments: RDI records, RSI records of a later split, RDX queries. */
    static MachineFunction combine(AttentionShape shape, Arena arena) {
        SplitCombineCode combine = new SplitCombineCode(shape);
        combine.overQueries(combine::combineRecord, shape.recordBytes());
        return combine.lanes.finish("combine splits", arena);
    }

    /** Arguments: RDI records, RSI results [q][dims], RDX queries. Registers: RAX, RCX, R8, R9. */
    static MachineFunction result(AttentionShape shape, Arena arena) {
        SplitCombineCode result = new SplitCombineCode(shape);
        result.overQueries(result::writeResult, shape.queryBytes());
        return result.lanes.finish("results", arena);
    }

    private void overQueries(Runnable body, int otherBytes) {
        code.countDown("query", QUERIES, () -> {
            body.run();
            code.add(RECORD, shape.recordBytes());
            code.add(OTHER, otherBytes);
        });
    }

    private void combineRecord() {
        Sixteen kept = lanes.take("kept");
        Sixteen added = lanes.take("added");
        Sixteen s = lanes.take("s");
        Sixteen t = lanes.take("t");
        broadcast(kept, Mem.at(RECORD));
        broadcast(added, Mem.at(OTHER));
        lanes.greatest(x, kept, added);
        code.vmovss(Mem.at(RECORD), x.low());
        lanes.subtract(kept, kept, x);
        lanes.subtract(added, added, x);
        ExpCode.expOfNonPositive(lanes, kept, x, s, t);
        ExpCode.expOfNonPositive(lanes, added, x, s, t);
        code.vmulss(x.low().xmm(), kept.low().xmm(), Mem.at(RECORD, AttentionShape.RECORD_TOTAL));
        code.vfmadd231ss(x.low().xmm(), added.low().xmm(), Mem.at(OTHER, AttentionShape.RECORD_TOTAL));
        code.vmovss(Mem.at(RECORD, AttentionShape.RECORD_TOTAL), x.low());
        for (int first = 0; first < shape.paddedDims(); first += 16) {
            long place = AttentionShape.RECORD_VALUES + 4L * first;
            lanes.multiply(x, kept, at(Mem.at(RECORD, place)));
            lanes.multiplyAdd(x, added, at(Mem.at(OTHER, place)));
            for (int p = 0; p < x.parts().size(); p++) {
                code.vmovups(Mem.at(RECORD, place + (long) p * shape.width().bytes()), x.part(p));
            }
        }
    }

    private void broadcast(Sixteen to, Mem from) {
        to.parts().forEach(part -> code.vbroadcastss(part, from));
    }

    private void writeResult() {
        Gpr values = Gpr.R9;
        Gpr count = Gpr.RCX;
        lanes.constant(y, 1);
        code.vdivss(y.low().xmm(), y.low().xmm(), Mem.at(RECORD, AttentionShape.RECORD_TOTAL));
        lanes.broadcastLowest(y, y.low());
        code.lea(values, Mem.at(RECORD, AttentionShape.RECORD_VALUES));
        code.mov(count, shape.dims());
        lanes.overRow(count, Gpr.RAX, List.of(Gpr.R8, Gpr.R10), () -> {
            lanes.load(x, values);
            lanes.multiply(x, x, y);
            lanes.store(OTHER, x);
        });
    }
}
