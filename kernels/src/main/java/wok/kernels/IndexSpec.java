package wok.kernels;

/**
 * What an index over positions looks like.
 *
 * @param heads queries of a row; they share one key
 * @param dims of each
 * @param scale multiplies each product before it is cut at 0
 */
public record IndexSpec(int heads, int dims, float scale) {
    public IndexSpec {
        if (heads < 1 || dims < 1 || !Float.isFinite(scale)) {
            throw new IllegalArgumentException("heads, dims, scale: " + heads + ", " + dims + ", " + scale
                    + " (expected: 1 or more, 1 or more, a finite number)");
        }
    }
}
