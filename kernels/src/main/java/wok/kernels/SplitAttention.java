package wok.kernels;

/**
 * What a kernel set offers that can compute the splits of one row's attention apart from each other, so that a long
 * context keeps a whole team busy even with few key/value heads. The splits and the order in which they are combined
 * are the arithmetic's (see {@link ReferenceAttention}), so no bit depends on who computes them. Any thread.
 *
 * <p>Records: what queries know of a split, [splits][rows][grouped heads], {@link #recordBytes} each; their content is
 * the set's own.
 */
interface SplitAttention {
    long recordBytes(AttentionSpec spec);

    /**
     * One split.
     *
     * @param from rows {@code from} to {@code to - 1} share a block table
     * @param records where this split's records go
     */
    void split(AttentionTask task, int kvHead, int from, int to, int split, long records, Workspace workspace);

    /**
     * The results of rows whose splits are all there.
     *
     * @param records those of split {@code firstSplit}; the others follow
     */
    void combine(AttentionTask task, int kvHead, int from, int to, int firstSplit, long records, Workspace workspace);
}
