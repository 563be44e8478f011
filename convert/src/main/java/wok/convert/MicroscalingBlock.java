package wok.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * MXFP4: u8 exponent at 0, nibbles at 1, x = 2^(exponent - 127) value, the values 0, 0.5, 1, 1.5, 2, 3, 4, 6 with the sign
 * in bit 3 (OCP microscaling formats 1.0). The usual exponent brings the greatest magnitude between 4 and 8, where what
 * is above 6 is cut; one more loses precision instead. The one with the smaller error is taken, the usual one if
 * they are equal, so that weights that were in this format come back as they were. One thread.
 */
final class MicroscalingBlock implements BlockQuantiser {
    private static final float[] VALUES = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    private static final int BIAS = 127;
    private static final int GREATEST_EXPONENT = 254;

    private float[] codes = new float[32];
    private float[] others = new float[32];

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        float extreme = Math.abs(ScaleSearch.extreme(x, at, 32));
        int exponent = extreme == 0 ? 0 : Math.max(0, Math.getExponent(extreme) - 2 + BIAS);
        double error = round(x, at, w, exponent, codes);
        for (int other : new int[] {exponent + 1, exponent - 1}) {
            if (error > 0 && other >= 0 && other <= GREATEST_EXPONENT) {
                double otherError = round(x, at, w, other, others);
                if (otherError < error) {
                    error = otherError;
                    exponent = other;
                    float[] better = others;
                    others = codes;
                    codes = better;
                }
            }
        }
        out.set(ValueLayout.JAVA_BYTE, outAt, (byte) exponent);
        BlockQuantiser.putNibbles(out, outAt + 1, codes);
    }

    private static double round(float[] x, int at, float[] w, int exponent, float[] codes) {
        double scale = Math.scalb(1.0, exponent - BIAS);
        double inverse = 1 / scale;
        double error = 0;
        for (int i = 0; i < 32; i++) {
            double magnitude = Math.abs(x[at + i]) * inverse;
            int code = code(magnitude);
            double missing = (magnitude - VALUES[code]) * scale;
            error += w[i] * missing * missing;
            codes[i] = x[at + i] < 0 && code > 0 ? code | 8 : code;
        }
        return error;
    }

    /** The nearest value's; halfway the smaller one's. */
    private static int code(double magnitude) {
        int code = 0;
        while (code < 7 && magnitude > (VALUES[code] + VALUES[code + 1]) / 2) {
            code++;
        }
        return code;
    }
}
