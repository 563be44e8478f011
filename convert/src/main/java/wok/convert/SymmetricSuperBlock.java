package wok.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Q6_K: 256 values in sixteen runs of 16, x = d s q with an 8-bit scale s for each run, q from -32 to 31.
 *
 * <pre>
 * 0    128 bytes: of each half of 128 values, 64 bytes with the low four bits of value i (i below 64) and i + 64
 * 128  64 bytes: of each half, 32 bytes with the upper two bits of values i, i + 32, i + 64, i + 96
 * 192  i8 s[16], f16 d
 * </pre>
 *
 * <p>Runs are fitted by themselves ({@link ScaleSearch}), then s and d in turns as {@link AffineSuperBlock} does.
 *
 * <p>One thread.
 */
final class SymmetricSuperBlock implements BlockQuantiser {
    private static final int RUNS = 16;
    private static final int RUN = 16;
    private static final int ROUNDS = 3;

    private final ScaleSearch search = new ScaleSearch(6);
    private final float[] ideal = new float[RUNS];
    private final float[] runWeights = new float[RUN];
    private final float[] block = new float[RUNS * RUN];
    private final float[] tried = new float[RUNS * RUN];
    private final float[] scales = new float[RUNS];
    private final float[] codes = new float[RUNS * RUN];
    private final float[] bestScales = new float[RUNS];
    private final float[] bestCodes = new float[RUNS * RUN];

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        System.arraycopy(x, at, block, 0, block.length);
        for (int run = 0; run < RUNS; run++) {
            System.arraycopy(w, RUN * run, runWeights, 0, RUN);
            ideal[run] = search.fit(block, RUN * run, RUN, runWeights);
        }
        // The scale with the greatest magnitude gets -128, whatever its sign.
        float d = BlockQuantiser.half(ScaleSearch.extreme(ideal, 0, RUNS) / -128);
        float bestD = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            double error = choose(w, d);
            if (error >= least) {
                break;
            }
            least = error;
            bestD = d;
            System.arraycopy(scales, 0, bestScales, 0, RUNS);
            System.arraycopy(codes, 0, bestCodes, 0, codes.length);
            d = solve(w, d);
        }
        store(bestD, out, outAt);
    }

    private double choose(float[] w, float d) {
        double total = 0;
        for (int run = 0; run < RUNS; run++) {
            System.arraycopy(w, RUN * run, runWeights, 0, RUN);
            float middle = d == 0 ? 0 : ScaleSearch.nearest(ideal[run] / d, -128, 127);
            double least = Double.POSITIVE_INFINITY;
            for (float s = Math.max(-128, middle - 1); s <= Math.min(127, middle + 1); s++) {
                double error = search.round(block, RUN * run, RUN, runWeights, d * s, tried);
                if (error < least) {
                    least = error;
                    scales[run] = s;
                    System.arraycopy(tried, RUN * run, codes, RUN * run, RUN);
                }
            }
            total += least;
        }
        return total;
    }

    private float solve(float[] w, float otherwise) {
        double sumX = 0;
        double sumQ = 0;
        for (int i = 0; i < codes.length; i++) {
            float a = scales[i / RUN] * codes[i];
            sumX += (double) w[i] * a * block[i];
            sumQ += (double) w[i] * a * a;
        }
        return sumQ > 0 ? BlockQuantiser.half(sumX / sumQ) : otherwise;
    }

    private void store(float d, MemorySegment out, long at) {
        byte[] octets = new byte[208];
        for (int i = 0; i < codes.length; i++) {
            int code = (int) bestCodes[i] + 32;
            int half = i / 128;
            int place = i % 128;
            octets[64 * half + place % 64] |= (byte) ((code & 15) << (4 * (place / 64)));
            octets[128 + 32 * half + place % 32] |= (byte) ((code >> 4) << (2 * (place / 32)));
        }
        for (int run = 0; run < RUNS; run++) {
            octets[192 + run] = (byte) bestScales[run];
        }
        MemorySegment.copy(octets, 0, out, ValueLayout.JAVA_BYTE, at, octets.length);
        BlockQuantiser.putHalf(out, at + 208, d);
    }
}
