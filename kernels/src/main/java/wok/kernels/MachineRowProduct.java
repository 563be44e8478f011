package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import wok.assembler.MachineFunction;

/**
 * One worker's memory for the machine code of products with one row of activations: the {@link RowArgument} block, and a
 * place for the outputs of a group that is not whole. Allocated once, freed when the worker's {@link Workspace} is no
 * longer reachable. Used by one worker at a time.
 */
final class MachineRowProduct {
    private static final int GROUP_ROWS = PackedMatrix.GROUP_ROWS;

    private final MemorySegment arguments = Arena.ofAuto().allocate(RowArgument.bytes(), FloatRows.ALIGNMENT);
    private final MemorySegment partialGroup = Arena.ofAuto().allocate(4L * GROUP_ROWS, FloatRows.ALIGNMENT);

    /** Output groups {@code from} to {@code to - 1}, from row 0 of x into row 0 of y. */
    void run(MachineFunction code, PackedFloats w, FloatRows x, FloatRows y, int from, int to) {
        set(RowArgument.GROUP_BYTES, w.groupBytes());
        set(RowArgument.BLOCKS, w.columns());
        set(RowArgument.X, MachineKernels.address(x.memory(), 0, 4L * w.columns()));
        groups(code, w, w.memory(), w.groupBytes(), y, from, to);
    }

    /** The same from row 0 of the form that w takes. */
    void run(MachineFunction code, PackedQuants w, QuantisedRows x, FloatRows y, int from, int to) {
        boolean sixteen = w.format().subColumns() == 16;
        boolean superBlock = w.format().superBlock();
        set(RowArgument.MINS_OFFSET, w.minsAt(0) - w.scalesAt(0));
        set(RowArgument.QUANTS_OFFSET, w.quantsAt(0) - w.scalesAt(0));
        set(RowArgument.GROUP_BYTES, w.groupBytes());
        set(RowArgument.BLOCKS, w.blocks());
        set(RowArgument.X, MachineKernels.address(x.quants(), 0, w.columns()));
        set(RowArgument.SCALES, MachineKernels.address(x.scales(), 0, 4L * w.blocks()));
        set(RowArgument.CORRECTIONS, (sixteen ? x.corrections16() : x.corrections32()).address());
        set(RowArgument.SUMS, (superBlock ? sixteen ? x.shortSums16() : x.shortSums32() : x.sums32()).address());
        groups(code, w, w.memory(), w.groupBytes(), y, from, to);
    }

    private void groups(
            MachineFunction code,
            PackedMatrix w,
            MemorySegment memory,
            long groupBytes,
            FloatRows y,
            int from,
            int to) {
        long weights = MachineKernels.address(memory, from * groupBytes, (to - from) * groupBytes);
        int whole = Math.min(to, w.rows() / GROUP_ROWS);
        runWhole(code, weights, from, whole - from, y);
        if (to > whole) {
            runPartial(code, weights + (whole - from) * groupBytes, whole, w.rows(), y);
        }
    }

    private void runWhole(MachineFunction code, long weights, int group, int groups, FloatRows y) {
        if (groups > 0) {
            long bytes = 4L * GROUP_ROWS * groups;
            long out = MachineKernels.address(y.memory(), y.offset(0, group * GROUP_ROWS), bytes);
            call(code, weights, groups, out);
        }
    }

    private void runPartial(MachineFunction code, long weights, int group, int rows, FloatRows y) {
        call(code, weights, 1, partialGroup.address());
        int first = group * GROUP_ROWS;
        MemorySegment.copy(partialGroup, JAVA_FLOAT, 0, y.memory(), JAVA_FLOAT, y.offset(0, first), rows - first);
    }

    private void call(MachineFunction code, long weights, int groups, long out) {
        set(RowArgument.WEIGHTS, weights);
        set(RowArgument.GROUPS, groups);
        set(RowArgument.OUT, out);
        code.callLong(arguments.address(), 0, 0, 0, 0, 0);
    }

    private void set(RowArgument argument, long value) {
        arguments.set(JAVA_LONG, argument.offset(), value);
    }
}
