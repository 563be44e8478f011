package wok.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Q4_K and Q5_K: 256 values in eight runs of 32, x = d s q - dmin m with a 6-bit scale s and minimum m for each run.
 *
 * <pre>
 * 0    f16 d, f16 dmin
 * 4    12 bytes: s and m of runs 0 to 3 in the low six bits of four bytes each, then for runs 4 to 7 the low four bits
 *      of s and m in four bytes; their upper two bits are the top bits of the first eight
 * 16   Q5_K only: 32 bytes, bit r of byte i the fifth bit of value i of run r
 * then 128 bytes: value i of runs 2p and 2p + 1 in the halves of byte 32 p + i
 * </pre>
 *
 * <p>First each run is fitted by itself ({@link AffineSearch}). Then d and dmin are such that the greatest of them gets
 * 63, or a number near it that suits the others better, and it goes round: with d and dmin as they are stored, each run
 * takes of a few neighbouring s the one with the least true error (with the best m for it); with the numbers so found,
 * the best d and dmin of all 256 values are the solution of two linear equations. ggml stops before the first round,
 * with s and m rounded by themselves. Of all rounds from both beginnings the one with the least error is written.
 *
 * <p>One thread.
 */
final class AffineSuperBlock implements BlockQuantiser {
    private static final int RUNS = 8;
    private static final int RUN = 32;
    private static final int ROUNDS = 3;
    private static final float TOP = 63;
    private static final float LEAST_TOP = 54;
    private static final float MOST_TOP = 64;
    private static final float TOP_STEP = 0.125f;

    private final int bits;
    private final float codeTop;
    private final AffineSearch search;
    private final float[] idealScale = new float[RUNS];
    private final float[] idealMin = new float[RUNS];
    private final double[] totalWeights = new double[RUNS];
    private final float[] runWeights = new float[RUN];
    private final float[] runCodes = new float[RUN];
    private final State now = new State();
    private final State best = new State();

    /** One choice of everything that is stored, and its error. */
    private static final class State {
        private final float[] scales = new float[RUNS];
        private final float[] mins = new float[RUNS];
        private final float[] codes = new float[RUNS * RUN];
        private float d;
        private float dmin;
        private double error;

        void set(State other) {
            System.arraycopy(other.scales, 0, scales, 0, RUNS);
            System.arraycopy(other.mins, 0, mins, 0, RUNS);
            System.arraycopy(other.codes, 0, codes, 0, RUNS * RUN);
            d = other.d;
            dmin = other.dmin;
            error = other.error;
        }
    }

    AffineSuperBlock(int bits) {
        this.bits = bits;
        this.codeTop = (1 << bits) - 1;
        this.search = new AffineSearch(bits, true);
    }

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        for (int run = 0; run < RUNS; run++) {
            System.arraycopy(w, RUN * run, runWeights, 0, RUN);
            search.fit(x, at + RUN * run, RUN, runWeights);
            idealScale[run] = search.scale();
            idealMin[run] = -search.minimum();
            totalWeights[run] = search.weight();
        }
        best.error = Double.POSITIVE_INFINITY;
        descend(x, at, w, greatest(idealScale) / TOP, greatest(idealMin) / TOP);
        descend(x, at, w, finest(idealScale), finest(idealMin));
        store(out, outAt);
    }

    /** Improves one beginning, and keeps what is better than the best so far. */
    private void descend(float[] x, int at, float[] w, float d, float dmin) {
        now.d = BlockQuantiser.half(d);
        now.dmin = BlockQuantiser.half(dmin);
        double before = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            choose(x, at, w);
            if (now.error >= before) {
                break;
            }
            before = now.error;
            solve(x, at, w);
        }
    }

    /** The unit, of those that give the greatest value some number near 63, in which the runs' values are roundest. */
    private float finest(float[] values) {
        float greatest = greatest(values);
        float finest = greatest / TOP;
        double least = Double.POSITIVE_INFINITY;
        for (float top = LEAST_TOP; top <= MOST_TOP; top += TOP_STEP) {
            float unit = greatest / top;
            double error = 0;
            for (int run = 0; run < RUNS && unit > 0; run++) {
                float missing = values[run] - unit * ScaleSearch.nearest(values[run] / unit, 0, TOP);
                error += totalWeights[run] * missing * missing;
            }
            if (error < least) {
                least = error;
                finest = unit;
            }
        }
        return finest;
    }

    private static float greatest(float[] values) {
        float greatest = 0;
        for (float value : values) {
            greatest = Math.max(greatest, value);
        }
        return greatest;
    }

    /** The whole numbers for {@code now.d} and {@code now.dmin}; kept in {@link #best} if nothing was better. */
    private void choose(float[] x, int at, float[] w) {
        now.error = 0;
        for (int run = 0; run < RUNS; run++) {
            System.arraycopy(w, RUN * run, runWeights, 0, RUN);
            float middle = now.d == 0 ? 0 : ScaleSearch.nearest(idealScale[run] / now.d, 0, TOP);
            double least = Double.POSITIVE_INFINITY;
            for (float s = Math.max(0, middle - 1); s <= Math.min(TOP, middle + 1); s++) {
                float m = bestMin(x, at + RUN * run, s, idealMin[run]);
                double error = round(x, at + RUN * run, now.d * s, now.dmin * m);
                if (error < least) {
                    least = error;
                    now.scales[run] = s;
                    now.mins[run] = m;
                    System.arraycopy(runCodes, 0, now.codes, RUN * run, RUN);
                }
            }
            now.error += least;
        }
        if (now.error < best.error) {
            best.set(now);
        }
    }

    /** The stored minimum that fits best to a run whose values are rounded with scale {@code s}. */
    private float bestMin(float[] x, int at, float s, float ideal) {
        if (now.dmin == 0) {
            return 0;
        }
        float scale = now.d * s;
        float inverse = scale == 0 ? 0 : 1 / scale;
        double sum = 0;
        double weight = 0;
        for (int i = 0; i < RUN; i++) {
            float q = ScaleSearch.nearest((x[at + i] + ideal) * inverse, 0, codeTop);
            sum += runWeights[i] * (scale * q - x[at + i]);
            weight += runWeights[i];
        }
        float min = weight > 0 ? (float) (sum / weight) : ideal;
        return ScaleSearch.nearest(min / now.dmin, 0, TOP);
    }

    /** Rounds a run into {@link #runCodes}; its weighted error. */
    private double round(float[] x, int at, float scale, float min) {
        float inverse = scale == 0 ? 0 : 1 / scale;
        double error = 0;
        for (int i = 0; i < RUN; i++) {
            float q = ScaleSearch.nearest((x[at + i] + min) * inverse, 0, codeTop);
            float missing = x[at + i] - (scale * q - min);
            runCodes[i] = q;
            error += runWeights[i] * missing * missing;
        }
        return error;
    }

    /** The best d and dmin for the whole numbers of {@link #now}. */
    private void solve(float[] x, int at, float[] w) {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double ax = 0;
        double bx = 0;
        for (int i = 0; i < RUNS * RUN; i++) {
            float a = now.scales[i / RUN] * now.codes[i];
            float b = -now.mins[i / RUN];
            aa += (double) w[i] * a * a;
            ab += (double) w[i] * a * b;
            bb += (double) w[i] * b * b;
            ax += (double) w[i] * a * x[at + i];
            bx += (double) w[i] * b * x[at + i];
        }
        double determinant = aa * bb - ab * ab;
        if (determinant > 1e-6 * aa * bb) {
            now.d = BlockQuantiser.half(Math.max(0, (bb * ax - ab * bx) / determinant));
            now.dmin = BlockQuantiser.half(Math.max(0, (aa * bx - ab * ax) / determinant));
        } else {
            now.d = aa > 0 ? BlockQuantiser.half(Math.max(0, (ax - ab * now.dmin) / aa)) : now.d;
        }
    }

    private void store(MemorySegment out, long at) {
        BlockQuantiser.putHalf(out, at, best.d);
        BlockQuantiser.putHalf(out, at + 2, best.dmin);
        byte[] octets = new byte[bits == 5 ? 12 + 32 + 128 : 12 + 128];
        for (int run = 0; run < 4; run++) {
            int s = (int) best.scales[run + 4];
            int m = (int) best.mins[run + 4];
            octets[run] = (byte) ((int) best.scales[run] | ((s >> 4) << 6));
            octets[run + 4] = (byte) ((int) best.mins[run] | ((m >> 4) << 6));
            octets[run + 8] = (byte) ((s & 15) | (m & 15) << 4);
        }
        int nibbles = octets.length - 128;
        for (int i = 0; i < RUNS * RUN; i++) {
            int code = (int) best.codes[i];
            int run = i / RUN;
            octets[nibbles + run / 2 * RUN + i % RUN] |= (byte) ((code & 15) << (4 * (run % 2)));
            if (bits == 5) {
                octets[12 + i % RUN] |= (byte) ((code >> 4) << run);
            }
        }
        MemorySegment.copy(octets, 0, out, ValueLayout.JAVA_BYTE, at + 4, octets.length);
    }
}
