package wok.kernels;

/**
 * What attention of one layer looks like. Immutable.
 *
 * @param heads query heads, a multiple of {@code kvHeads}
 * @param kvHeads key/value heads; query head h reads key/value head {@code h / (heads / kvHeads)}
 * @param headDim dimensions of one head, of keys and of values
 * @param scale multiplies each score
 * @param window 0: every position up to the row's last ({@link RowMap}); W: its own, the W-1 before, and of those behind
 *     it up to the row's last the W-1 next
 * @param softcap 0: none; c: scores become {@code c * tanh(score / c)}
 * @param chunk 0: none; C: a position sees none before the last multiple of C, Llama 4's chunked attention
 */
public record AttentionSpec(int heads, int kvHeads, int headDim, float scale, int window, float softcap, int chunk) {
    /** Without chunks. */
    public AttentionSpec(int heads, int kvHeads, int headDim, float scale, int window, float softcap) {
        this(heads, kvHeads, headDim, scale, window, softcap, 0);
    }

    public AttentionSpec {
        if (kvHeads < 1 || heads < 1 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "heads: " + heads + " (expected: a positive multiple of kvHeads, " + kvHeads + ")");
        }
        if (headDim < 1) {
            throw new IllegalArgumentException("headDim: " + headDim + " (expected: 1 or more)");
        }
        if (window < 0) {
            throw new IllegalArgumentException("window: " + window + " (expected: 0 for none, or 1 and more)");
        }
        if (chunk < 0 || (chunk > 0 && window > 0)) {
            throw new IllegalArgumentException("chunk: " + chunk + " (expected: 0 for none, or more without a window)");
        }
        if (!(softcap >= 0) || !Float.isFinite(softcap) || !Float.isFinite(scale)) {
            throw new IllegalArgumentException("softcap, scale: " + softcap + ", " + scale
                    + " (expected: finite numbers, softcap 0 for none or more)");
        }
    }

    /** Query heads that share one key/value head. */
    public int groupedHeads() {
        return heads / kvHeads;
    }

    /** The first position that a row at {@code position} sees. */
    int firstVisible(int position) {
        if (chunk > 0) {
            return position / chunk * chunk;
        }
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }

    /** The last position that a row at {@code position} sees, of those up to {@code last}. */
    int lastVisible(int position, int last) {
        return window == 0 ? last : (int) Math.min(last, (long) position + window - 1);
    }
}
