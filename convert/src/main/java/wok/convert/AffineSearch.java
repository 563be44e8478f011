package wok.convert;

/**
 * The scale {@code d}, the minimum {@code m} and the whole numbers {@code q} from 0 to {@code 2^bits - 1} of a run of
 * values with the least weighted error {@code sum of w (x - d q - m)^2}.
 *
 * <p>As {@link ScaleSearch}: numbers are rounded with a number of scales about the one that spreads the values over all
 * numbers; for each, the best scale and minimum are the solution of two linear equations, which also tell the error;
 * the best is kept, and rounding with it is repeated while that helps. K-quants store the minimum's negation without a
 * sign, so for them it is at most 0.
 *
 * <p>One thread; results stay until the next call.
 */
final class AffineSearch {
    private static final int STEPS = 18;
    private static final float STEP = 0.05f;
    private static final int REPEATS = 4;

    private final float top;
    private final boolean isMinimumAtMostZero;
    private float scale;
    private float minimum;
    private double error;
    private double sumW;
    private double sumX;
    private double sumXX;

    AffineSearch(int bits, boolean isMinimumAtMostZero) {
        this.top = (1 << bits) - 1;
        this.isMinimumAtMostZero = isMinimumAtMostZero;
    }

    float scale() {
        return scale;
    }

    float minimum() {
        return minimum;
    }

    /** The weights of the run together. */
    double weight() {
        return sumW;
    }

    /** Finds {@link #scale} and {@link #minimum} of {@code x[at]} to {@code x[at + n - 1]}. */
    void fit(float[] x, int at, int n, float[] w) {
        float least = x[at];
        float greatest = x[at];
        sumW = 0;
        sumX = 0;
        sumXX = 0;
        for (int i = 0; i < n; i++) {
            float value = x[at + i];
            least = value < least ? value : least;
            greatest = value > greatest ? value : greatest;
            float wx = w[i] * value;
            sumW += w[i];
            sumX += wx;
            sumXX += (double) wx * value;
        }
        least = isMinimumAtMostZero ? Math.min(least, 0) : least;
        scale = 0;
        minimum = least;
        error = Double.POSITIVE_INFINITY;
        if (greatest - least < ScaleSearch.TINY) {
            return;
        }
        for (int step = -STEPS; step <= STEPS; step++) {
            tryInverse(x, at, n, w, (top + STEP * step) / (greatest - least), least);
        }
        tryWithZero(x, at, n, w, least, greatest);
        for (int repeat = 0; repeat < REPEATS && scale > 0; repeat++) {
            if (!tryInverse(x, at, n, w, 1 / scale, minimum)) {
                break;
            }
        }
    }

    /**
     * Beginnings in which some number stands for zero exactly: where one value is far from all others, these are lost
     * between two numbers unless one of the two is where they crowd.
     */
    private void tryWithZero(float[] x, int at, int n, float[] w, float least, float greatest) {
        if (least > 0 || greatest < 0) {
            return;
        }
        int middle = (int) (top * -least / (greatest - least));
        for (int zero = Math.max(0, middle - 1); zero <= Math.min(top, middle + 2); zero++) {
            float below = zero > 0 ? -least / zero : 0;
            float above = zero < top ? greatest / (top - zero) : 0;
            float step = Math.max(below, above);
            tryInverse(x, at, n, w, 1 / step, -zero * step);
        }
    }

    private boolean tryInverse(float[] x, int at, int n, float[] w, float inverse, float from) {
        float evenQ = 0;
        float evenQq = 0;
        float evenQx = 0;
        float oddQ = 0;
        float oddQq = 0;
        float oddQx = 0;
        for (int i = 0; i < n; i += 2) {
            float q0 = ScaleSearch.nearest((x[at + i] - from) * inverse, 0, top);
            float q1 = ScaleSearch.nearest((x[at + i + 1] - from) * inverse, 0, top);
            float wq0 = w[i] * q0;
            float wq1 = w[i + 1] * q1;
            evenQ += wq0;
            oddQ += wq1;
            evenQq += wq0 * q0;
            oddQq += wq1 * q1;
            evenQx += wq0 * x[at + i];
            oddQx += wq1 * x[at + i + 1];
        }
        return solve((double) evenQ + oddQ, (double) evenQq + oddQq, (double) evenQx + oddQx);
    }

    private boolean solve(double sumQ, double sumQq, double sumQx) {
        double determinant = sumW * sumQq - sumQ * sumQ;
        if (determinant <= 0 || sumQq <= 0) {
            return false;
        }
        double d = (sumW * sumQx - sumX * sumQ) / determinant;
        double m = (sumQq * sumX - sumQ * sumQx) / determinant;
        if (isMinimumAtMostZero && m > 0) {
            m = 0;
            d = sumQx / sumQq;
        }
        double found = sumXX - d * sumQx - m * sumX;
        if (d <= 0 || found >= error) {
            return false;
        }
        error = found;
        scale = (float) d;
        minimum = (float) m;
        return true;
    }
}
