package wok.kernels;

/**
 * A layer whose positions are mixed by a gated delta rule.
 *
 * @param heads value heads, each with a state of its own
 * @param keyHeads key heads, and query heads; each serves {@code heads / keyHeads} neighbouring value heads
 * @param keyDim numbers in a query and in a key
 * @param valueDim numbers in a value
 * @param taps positions that the convolution sees, its own among them
 */
public record RecurrentShape(int heads, int keyHeads, int keyDim, int valueDim, int taps) {
    public RecurrentShape {
        if (heads < 1 || keyHeads < 1 || keyDim < 1 || valueDim < 1 || taps < 1) {
            throw new IllegalArgumentException("heads, keyHeads, keyDim, valueDim, taps: " + heads + ", " + keyHeads
                    + ", " + keyDim + ", " + valueDim + ", " + taps + " (expected: 1 or more of each)");
        }
        if (heads % keyHeads != 0) {
            throw new IllegalArgumentException(
                    "keyHeads: " + keyHeads + " (expected: a divisor of the value heads, " + heads + ")");
        }
    }

    /** Columns of all keys, and of all queries. */
    public int keyColumns() {
        return Math.multiplyExact(keyHeads, keyDim);
    }

    /** Columns of all values. */
    public int valueColumns() {
        return Math.multiplyExact(heads, valueDim);
    }

    /** Columns of queries, keys and values side by side: what is convolved. */
    public int channels() {
        return Math.addExact(Math.multiplyExact(2, keyColumns()), valueColumns());
    }

    /** Bytes of one sequence's state: the last {@code taps - 1} inputs of the convolution and a matrix per head. */
    public long stateBytes() {
        long matrices = Math.multiplyExact((long) heads * keyDim, (long) valueDim);
        return Math.multiplyExact(4L, Math.addExact((taps - 1L) * channels(), matrices));
    }
}
