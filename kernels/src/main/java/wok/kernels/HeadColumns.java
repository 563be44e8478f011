package wok.kernels;

/**
 * Which columns of a row belong to its heads: of head h those from {@code h * stride + first} on.
 *
 * @param stride columns from one head to the next
 * @param first the first that counts, within a head
 * @param count how many
 */
public record HeadColumns(int stride, int first, int count) {
    public HeadColumns {
        if (first < 0 || count < 1 || first > stride - count) {
            throw new IllegalArgumentException("stride, first, count: " + stride + ", " + first + ", " + count
                    + " (expected: count of 1 or more, and first + count within stride)");
        }
    }

    /** All columns of a head. */
    public static HeadColumns all(int count) {
        return new HeadColumns(count, 0, count);
    }

    /** Where those of a head begin. */
    int of(int head) {
        return head * stride + first;
    }
}
