package wok.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import wok.tensor.DType;

/**
 * Plain scalar quantisers for test models: each block's greatest magnitude (or its range) sets the scale, quants are
 * rounded to the nearest. They search for nothing, so their error is larger than that of the published quantisers; the
 * blocks are as valid (layouts: ggml-common.h of the ggml project, restated beside each method). Any thread.
 */
public final class BlockQuantiser {
    /** What can be written. */
    static final Set<DType> TYPES =
            EnumSet.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q4_1, DType.Q4_K, DType.Q6_K);

    private static final int SUPER_BLOCK = 256;

    private BlockQuantiser() {}

    static boolean supports(DType dtype) {
        return TYPES.contains(dtype);
    }

    /**
     * Quantises {@code values}, a whole number of blocks.
     *
     * @throws IllegalArgumentException for a type other than F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K, Q6_K
     */
    public static Blocks quantise(DType dtype, float[] values) {
        ByteBuffer out = ByteBuffer.allocate((int) dtype.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        float[] exact = new float[values.length];
        for (int at = 0; at < values.length; at += dtype.blockElements()) {
            block(dtype, values, at, out, exact);
        }
        return new Blocks(dtype, out.array(), exact);
    }

    private static void block(DType dtype, float[] x, int at, ByteBuffer out, float[] exact) {
        switch (dtype) {
            case F32 -> {
                out.putFloat(x[at]);
                exact[at] = x[at];
            }
            case F16 -> exact[at] = putHalf(out, x[at]);
            case BF16 -> {
                // Round to nearest, ties to even, on the lower 16 bits.
                int bits = Float.floatToIntBits(x[at]);
                int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
                out.putShort((short) rounded);
                exact[at] = Float.intBitsToFloat(rounded << 16);
            }
            case Q8_0 -> q8(x, at, out, exact);
            case Q4_0 -> q4(x, at, out, exact);
            case Q4_1 -> q4WithMinimum(x, at, out, exact);
            case Q4_K -> q4k(x, at, out, exact);
            case Q6_K -> q6k(x, at, out, exact);
            default -> throw new IllegalArgumentException("dtype: " + dtype + " (expected: one of " + TYPES + ")");
        }
    }

    /** f16 scale d, 32 signed bytes q: x = d q. */
    private static void q8(float[] x, int at, ByteBuffer out, float[] exact) {
        float d = putHalf(out, magnitude(x, at, 32) / 127);
        for (int i = 0; i < 32; i++) {
            int q = nearest(x[at + i], d, -127, 127);
            out.put((byte) q);
            exact[at + i] = d * q;
        }
    }

    /** f16 scale d, 16 bytes: the low four bits are elements 0 to 15, the high ones 16 to 31: x = d (q - 8). */
    private static void q4(float[] x, int at, ByteBuffer out, float[] exact) {
        float d = putHalf(out, magnitude(x, at, 32) / 7);
        int[] q = new int[32];
        for (int i = 0; i < 32; i++) {
            q[i] = nearest(x[at + i], d, -8, 7) + 8;
            exact[at + i] = d * (q[i] - 8);
        }
        putNibbles(out, q, 0, 16);
    }

    /** f16 scale d, f16 minimum m, nibbles as Q4_0: x = d q + m. */
    private static void q4WithMinimum(float[] x, int at, ByteBuffer out, float[] exact) {
        float min = x[at];
        float max = x[at];
        for (int i = 1; i < 32; i++) {
            min = Math.min(min, x[at + i]);
            max = Math.max(max, x[at + i]);
        }
        float d = putHalf(out, (max - min) / 15);
        float m = putHalf(out, min);
        int[] q = new int[32];
        for (int i = 0; i < 32; i++) {
            q[i] = nearest(x[at + i] - m, d, 0, 15);
            exact[at + i] = d * q[i] + m;
        }
        putNibbles(out, q, 0, 16);
    }

    /**
     * f16 d, f16 dmin, 12 bytes with eight 6-bit scales s and minimums m, 128 bytes of nibbles, 64 elements to 32
     * bytes: x = d s q - dmin m for each run of 32 elements.
     */
    private static void q4k(float[] x, int at, ByteBuffer out, float[] exact) {
        float[] scale = new float[8];
        float[] depth = new float[8];
        for (int run = 0; run < 8; run++) {
            float min = 0;
            float max = Float.NEGATIVE_INFINITY;
            for (int i = at + 32 * run; i < at + 32 * run + 32; i++) {
                min = Math.min(min, x[i]);
                max = Math.max(max, x[i]);
            }
            scale[run] = Math.max(0, max - min) / 15;
            depth[run] = -min;
        }
        float d = putHalf(out, magnitude(scale, 0, 8) / 63);
        float dmin = putHalf(out, magnitude(depth, 0, 8) / 63);
        int[] s = new int[8];
        int[] m = new int[8];
        int[] q = new int[SUPER_BLOCK];
        for (int run = 0; run < 8; run++) {
            s[run] = nearest(scale[run], d, 0, 63);
            m[run] = nearest(depth[run], dmin, 0, 63);
            float runScale = d * s[run];
            float runMin = dmin * m[run];
            for (int i = 32 * run; i < 32 * run + 32; i++) {
                q[i] = nearest(x[at + i] + runMin, runScale, 0, 15);
                exact[at + i] = runScale * q[i] - runMin;
            }
        }
        putScales(out, s, m);
        for (int pair = 0; pair < 4; pair++) {
            putNibbles(out, q, 64 * pair, 32);
        }
    }

    /** Eight scales and eight minimums of six bits in twelve bytes: the last four give their upper bits to the first. */
    private static void putScales(ByteBuffer out, int[] s, int[] m) {
        for (int j = 0; j < 4; j++) {
            out.put((byte) (s[j] | ((s[j + 4] >> 4) << 6)));
        }
        for (int j = 0; j < 4; j++) {
            out.put((byte) (m[j] | ((m[j + 4] >> 4) << 6)));
        }
        for (int j = 4; j < 8; j++) {
            out.put((byte) ((s[j] & 15) | ((m[j] & 15) << 4)));
        }
    }

    /**
     * 128 bytes ql, 64 bytes qh, 16 signed bytes s, f16 d: x = d s (q - 32), a scale for 16 elements. In each half of
     * 128 elements, element 32 k + l has its low four bits in ql[l + 32 (k mod 2)], nibble k / 2, and its high two in
     * qh[l], bits 2 k.
     */
    private static void q6k(float[] x, int at, ByteBuffer out, float[] exact) {
        float[] scale = new float[16];
        for (int run = 0; run < 16; run++) {
            scale[run] = magnitude(x, at + 16 * run, 16) / 31;
        }
        float d = Float.float16ToFloat(Float.floatToFloat16(magnitude(scale, 0, 16) / 127));
        byte[] low = new byte[128];
        byte[] high = new byte[64];
        byte[] s = new byte[16];
        for (int i = 0; i < SUPER_BLOCK; i++) {
            int run = i / 16;
            s[run] = (byte) nearest(scale[run], d, 0, 127);
            int q = nearest(x[at + i], d * s[run], -32, 31) + 32;
            exact[at + i] = d * s[run] * (q - 32);
            int half = i / 128;
            int k = i % 128 / 32;
            int l = i % 32;
            low[64 * half + l + 32 * (k % 2)] |= (byte) ((q & 15) << (4 * (k / 2)));
            high[32 * half + l] |= (byte) ((q >> 4) << (2 * k));
        }
        out.put(low).put(high).put(s);
        putHalf(out, d);
    }

    private static void putNibbles(ByteBuffer out, int[] q, int from, int count) {
        for (int i = 0; i < count; i++) {
            out.put((byte) (q[from + i] | (q[from + i + count] << 4)));
        }
    }

    /** Writes {@code value} as f16 and gives back what was written. */
    private static float putHalf(ByteBuffer out, float value) {
        short half = Float.floatToFloat16(value);
        out.putShort(half);
        return Float.float16ToFloat(half);
    }

    private static float magnitude(float[] x, int from, int count) {
        float magnitude = 0;
        for (int i = from; i < from + count; i++) {
            magnitude = Math.max(magnitude, Math.abs(x[i]));
        }
        return magnitude;
    }

    private static int nearest(float value, float scale, int min, int max) {
        return scale == 0 ? Math.clamp(0, min, max) : (int) Math.clamp(Math.rint(value / scale), min, max);
    }
}
