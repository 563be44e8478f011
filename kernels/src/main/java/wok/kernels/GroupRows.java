package wok.kernels;

import java.lang.foreign.MemorySegment;
import wok.tensor.Tensor;

/**
 * The rows of a matrix, a group of 16 after the other, for packing. They are asked for some groups at a time, since a
 * tensor that is converted when it is read may store 8 outputs in a word of 32 bits and a column after the other: 128
 * rows of AWQ take a cache line where 16 would take it too (4.9 ns a weight of one core with 16 rows, 2.5 with 128).
 *
 * <p>One task of one thread; groups in rising order.
 */
final class GroupRows {
    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final int GROUPS_AT_ONCE = 8;
    private static final long BYTES_AT_ONCE = 4L << 20;

    private final Tensor weight;
    private final int end;
    private final int groupsAtOnce;
    private MemorySegment rows = MemorySegment.NULL;
    private int first;
    private int next;

    /** Groups {@code from} to {@code to - 1}. */
    GroupRows(Tensor weight, int from, int to) {
        this.weight = weight;
        end = to;
        first = from;
        next = from;
        long fitting = BYTES_AT_ONCE / (GROUP * weight.rowBytes());
        groupsAtOnce = (int) Math.max(1, Math.min(GROUPS_AT_ONCE, fitting));
    }

    /** The rows of a group, one behind the other: 16, or what is left in the last one. */
    MemorySegment group(int group) {
        if (group >= next) {
            first = group;
            next = Math.min(end, group + groupsAtOnce);
            long firstRow = (long) first * GROUP;
            rows = weight.rows(firstRow, (int)
                    Math.min((next - first) * (long) GROUP, weight.shape().rows() - firstRow));
        }
        long at = (long) (group - first) * GROUP * weight.rowBytes();
        return rows.asSlice(at, Math.min(GROUP * weight.rowBytes(), rows.byteSize() - at));
    }
}
