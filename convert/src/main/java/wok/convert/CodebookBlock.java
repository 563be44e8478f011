package wok.convert;

import java.lang.foreign.MemorySegment;

/**
 * IQ4_NL: f16 d at 0, nibbles at 2, x = d value[code] for 32 values, with ggml's sixteen values below, closer together
 * about 0. The search is {@link ScaleSearch}'s, with the nearest value of the codebook in place of the nearest whole
 * number. One thread.
 */
final class CodebookBlock implements BlockQuantiser {
    private static final float[] VALUES = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** The nearest code of each half, from -128 to 127.5; thresholds between codes are whole or half numbers. */
    private static final byte[] NEAREST = nearestCodes();

    private static final int STEPS = 9;
    private static final int REPEATS = 4;

    private final float[] codes = new float[32];
    private float scale;
    private double gain;

    private static byte[] nearestCodes() {
        byte[] nearest = new byte[512];
        for (int i = 0; i < nearest.length; i++) {
            float value = i / 2f - 128;
            int code = 0;
            while (code < 15 && value >= (VALUES[code] + VALUES[code + 1]) / 2) {
                code++;
            }
            nearest[i] = (byte) code;
        }
        return nearest;
    }

    private static int nearest(float scaled) {
        int index = (int) ((scaled + 128) * 2); // below -128 it is cut off at 0 by the comparison
        return NEAREST[index < 0 ? 0 : index > 511 ? 511 : index];
    }

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        fit(x, at, w);
        float d = BlockQuantiser.half(scale);
        BlockQuantiser.putHalf(out, outAt, d);
        float inverse = d == 0 ? 0 : 1 / d;
        for (int i = 0; i < 32; i++) {
            codes[i] = nearest(x[at + i] * inverse);
        }
        BlockQuantiser.putNibbles(out, outAt + 2, codes);
    }

    private void fit(float[] x, int at, float[] w) {
        float extreme = ScaleSearch.extreme(x, at, 32);
        scale = 0;
        gain = 0;
        if (Math.abs(extreme) < ScaleSearch.TINY) {
            return;
        }
        for (int step = -STEPS; step <= STEPS; step++) {
            tryInverse(x, at, w, (VALUES[0] + step) / extreme);
            tryInverse(x, at, w, (VALUES[15] + step) / extreme);
        }
        for (int repeat = 0; repeat < REPEATS && scale != 0; repeat++) {
            if (!tryInverse(x, at, w, 1 / scale)) {
                break;
            }
        }
    }

    private boolean tryInverse(float[] x, int at, float[] w, float inverse) {
        double sumX = 0;
        double sumQ = 0;
        for (int i = 0; i < 32; i++) {
            float q = VALUES[nearest(x[at + i] * inverse)];
            float wq = w[i] * q;
            sumX += wq * x[at + i];
            sumQ += wq * q;
        }
        if (sumQ > 0 && sumX * sumX > gain * sumQ) {
            gain = sumX * sumX / sumQ;
            scale = (float) (sumX / sumQ);
            return true;
        }
        return false;
    }
}
