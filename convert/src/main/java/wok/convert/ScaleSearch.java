package wok.convert;

/**
 * The scale {@code d} and the whole numbers {@code q} of a run of values with the least weighted error {@code sum of
 * w (x - d q)^2}, {@code q} from {@code -2^(bits-1)} to {@code 2^(bits-1) - 1}.
 *
 * <p>For given numbers the best scale is known: {@code d = sum(w q x) / sum(w q q)}, and it takes {@code sum(w q
 * x)^2 / sum(w q q)} off the error. So a number of scales about the one that gives the greatest value the greatest
 * number are tried (the negative end reaches one further, and it is tried with either sign); numbers are rounded with
 * each, the best is kept, and rounding with its best scale is repeated while that helps. This is the search of ggml's
 * quantisers, with more starting points and with the repetition.
 *
 * <p>One thread; results stay until the next call.
 */
final class ScaleSearch {
    /** Below this a run counts as zeros. */
    static final float TINY = 1e-15f;

    /** Adding and subtracting it rounds a float below 2^22 to the nearest whole number, ties to even. */
    static final float ROUNDER = 0x1.8p23f;

    private static final int STEPS = 9;
    private static final float STEP = 0.1f;
    private static final int REPEATS = 4;

    /** By so much a scale must be better than the best so far. */
    private static final double MARGIN = 1 + 1e-6;

    private final float low;
    private final float high;
    private float scale;
    private double gain;

    ScaleSearch(int bits) {
        low = -(1 << (bits - 1));
        high = (1 << (bits - 1)) - 1;
    }

    /** The best scale of {@code x[at]} to {@code x[at + n - 1]}; 0 for zeros. */
    float fit(float[] x, int at, int n, float[] w) {
        float extreme = extreme(x, at, n);
        scale = 0;
        gain = 0;
        if (Math.abs(extreme) < TINY) {
            return 0;
        }
        tryInverse(x, at, n, w, low / extreme); // first: of equally good ones the plainest
        for (int step = -STEPS; step <= STEPS; step++) {
            tryInverse(x, at, n, w, (low - STEP * step) / extreme);
            tryInverse(x, at, n, w, (high + STEP * step) / extreme);
        }
        for (int repeat = 0; repeat < REPEATS && scale != 0; repeat++) {
            if (!tryInverse(x, at, n, w, 1 / scale)) {
                break;
            }
        }
        return scale;
    }

    private boolean tryInverse(float[] x, int at, int n, float[] w, float inverse) {
        float evenX = 0;
        float evenQ = 0;
        float oddX = 0;
        float oddQ = 0;
        for (int i = 0; i < n; i += 2) {
            float q0 = nearest(x[at + i] * inverse, low, high);
            float q1 = nearest(x[at + i + 1] * inverse, low, high);
            float wq0 = w[i] * q0;
            float wq1 = w[i + 1] * q1;
            evenX += wq0 * x[at + i];
            oddX += wq1 * x[at + i + 1];
            evenQ += wq0 * q0;
            oddQ += wq1 * q1;
        }
        double sumX = (double) evenX + oddX;
        double sumQ = (double) evenQ + oddQ;
        if (sumQ > 0 && sumX * sumX > gain * MARGIN * sumQ) {
            gain = sumX * sumX / sumQ;
            scale = (float) (sumX / sumQ);
            return true;
        }
        return false;
    }

    /** Rounds with a scale as it is stored: {@code q[at + i]} for each value; the weighted error of it. */
    double round(float[] x, int at, int n, float[] w, float storedScale, float[] q) {
        float inverse = storedScale == 0 ? 0 : 1 / storedScale;
        double error = 0;
        for (int i = 0; i < n; i++) {
            float code = nearest(x[at + i] * inverse, low, high);
            float missing = x[at + i] - storedScale * code;
            q[at + i] = code;
            error += w[i] * missing * missing;
        }
        return error;
    }

    /** The value farthest from 0; of equal ones the first. */
    static float extreme(float[] x, int at, int n) {
        float extreme = 0;
        for (int i = at; i < at + n; i++) {
            if (Math.abs(x[i]) > Math.abs(extreme)) {
                extreme = x[i];
            }
        }
        return extreme;
    }

    /** The whole number nearest to {@code value}, brought between the bounds. */
    static float nearest(float value, float low, float high) {
        float rounded = value + ROUNDER - ROUNDER;
        return rounded < low ? low : rounded > high ? high : rounded;
    }
}
