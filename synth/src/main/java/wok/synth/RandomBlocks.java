package wok.synth;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import wok.tensor.DType;

/**
 * Random weights of any file type, made directly as blocks: nothing is quantised. A block's quants and sub-scales are
 * random bits, all of which are valid; only its scale (and the minimum's) is chosen, so that the weights have the
 * wanted root mean square and, on average, no mean. That is as good as quantised random floats for measuring speed and
 * for finiteness, and 100 times as fast: 1.2 billion weights take about two seconds.
 *
 * <p>Bits come from a counter: block {@code i} of tensor {@code seed} is the same whatever was made before it, in
 * whatever order (the generator is SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", 2014). Stateless; any thread.
 */
public final class RandomBlocks {
    private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

    /** A uniform value from -1 to 1 has this root mean square. */
    private static final float UNIFORM_RMS = 0.57735026f;

    private RandomBlocks() {}

    /**
     * Where a block has its scales, and how large its weights are with random bits around them.
     *
     * @param rms root mean square of a weight whose scale is 1
     * @param scaleAt byte of the f16 scale
     * @param minAt byte of the f16 minimum (or of the minimum's scale), -1 if there is none
     * @param minRatio the minimum that makes the mean 0, of the scale
     */
    private record Layout(float rms, int scaleAt, int minAt, float minRatio) {

        static Layout of(DType type) {
            return switch (type) {
                case Q4_0 -> plain(4.637f, 0); // quants -8 to 7
                case Q5_0 -> plain(9.247f, 0); // -16 to 15
                case Q8_0 -> plain(73.9f, 0); // -128 to 127
                case IQ4_NL -> plain(67.4f, 0); // a table of 16 values
                case Q4_1 -> new Layout(4.61f, 0, 2, -7.5f); // 0 to 15
                case Q5_1 -> new Layout(9.23f, 0, 2, -15.5f); // 0 to 31
                case Q4_K -> new Layout(258, 0, 2, 7.5f); // 0 to 15, times 0 to 63, less 0 to 63 times the minimum's
                case Q5_K -> new Layout(527, 0, 2, 15.5f);
                case Q6_K -> plain(1366, 208); // -32 to 31, times -128 to 127
                case Q2_K -> new Layout(13.9f, 80, 82, 1.5f); // 0 to 3, times 0 to 15
                case Q3_K -> plain(43.3f, 108); // -4 to 3, times -32 to 31
                case IQ4_XS -> plain(1246, 0); // the table, times -32 to 31
                default ->
                    throw new IllegalArgumentException("type: " + type + " (expected: F32, F16, BF16, Q8_0, Q4_0,"
                            + " Q4_1, Q5_0, Q5_1, Q2_K to Q6_K, IQ4_NL or IQ4_XS)");
            };
        }

        private static Layout plain(float rms, int scaleAt) {
            return new Layout(rms, scaleAt, -1, 0);
        }
    }

    /**
     * Fills {@code out} with whole blocks.
     *
     * @param seed of the tensor
     * @param firstBlock the place in its tensor of the first block in {@code out}
     * @param rms wanted root mean square of the weights
     * @param mean added to every weight; only for plain types
     * @throws IllegalArgumentException for a type that is not made here, or a part of a block
     */
    public static void fill(DType type, long seed, long firstBlock, float rms, float mean, byte[] out) {
        if (out.length % type.blockBytes() != 0) {
            throw new IllegalArgumentException("out: " + out.length + " bytes (expected: a multiple of "
                    + type.blockBytes() + " for " + type + ")");
        }
        ByteBuffer bytes = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
        long base = mix(seed);
        if (type.isQuantised()) {
            quantised(type, base, firstBlock, rms, bytes);
        } else {
            plain(type, base, firstBlock, rms / UNIFORM_RMS, mean, bytes);
        }
    }

    private static void plain(DType type, long base, long first, float greatest, float mean, ByteBuffer out) {
        int count = out.capacity() / type.blockBytes();
        for (int i = 0; i < count; i++) {
            float value = Math.fma(signed(mix(base + (first + i) * GOLDEN)), greatest, mean);
            switch (type) {
                case F32 -> out.putFloat(i * 4, value);
                case F16 -> out.putShort(i * 2, Float.floatToFloat16(value));
                case BF16 -> out.putShort(i * 2, (short) (Float.floatToRawIntBits(value) >>> 16));
                default -> throw new IllegalArgumentException("type: " + type + " (expected: F32, F16 or BF16)");
            }
        }
    }

    private static void quantised(DType type, long base, long first, float rms, ByteBuffer out) {
        Layout layout = Layout.of(type);
        int blockBytes = type.blockBytes();
        for (int at = 0; at < out.capacity(); at += blockBytes) {
            long state = mix(base + (first + at / blockBytes) * GOLDEN);
            bits(state, out, at, blockBytes);
            // Scales of neighbouring blocks differ, by half of their mean at most.
            float scale = rms / layout.rms * (1 + signed(state) / 2);
            out.putShort(at + layout.scaleAt, Float.floatToFloat16(scale));
            if (layout.minAt >= 0) {
                out.putShort(at + layout.minAt, Float.floatToFloat16(scale * layout.minRatio));
            }
        }
    }

    private static void bits(long start, ByteBuffer out, int at, int count) {
        long state = start;
        int i = 0;
        for (; i <= count - Long.BYTES; i += Long.BYTES) {
            state += GOLDEN;
            out.putLong(at + i, mix(state));
        }
        long rest = mix(state + GOLDEN);
        for (; i < count; i++) {
            out.put(at + i, (byte) rest);
            rest >>>= Byte.SIZE;
        }
    }

    /** From -1 up to, but not reaching, 1. */
    private static float signed(long bits) {
        return (bits >> 40) * 0x1p-23f;
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return b ^ (b >>> 31);
    }
}
