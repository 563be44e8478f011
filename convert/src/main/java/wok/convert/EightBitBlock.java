package wok.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Q8_0: f16 d at 0, i8 q[32] at 2, x = d q. The greatest magnitude gets 127. A search would gain next to nothing at eight
 * bits, and so the bytes are those that everyone else's quantiser gives.
 */
record EightBitBlock() implements BlockQuantiser {

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        float d = Math.abs(ScaleSearch.extreme(x, at, 32)) / 127;
        float inverse = d == 0 ? 0 : 1 / d;
        BlockQuantiser.putHalf(out, outAt, BlockQuantiser.half(d));
        for (int i = 0; i < 32; i++) {
            float scaled = x[at + i] * inverse;
            float magnitude = Math.abs(scaled);
            int whole = (int) magnitude; // ties go away from zero
            int q = magnitude - whole >= 0.5f ? whole + 1 : whole;
            out.set(ValueLayout.JAVA_BYTE, outAt + 2 + i, (byte) (scaled < 0 ? -q : q));
        }
    }
}
