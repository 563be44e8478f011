package wok.convert;

import java.lang.foreign.MemorySegment;

/**
 * Q4_1: f16 d at 0, f16 m at 2, nibbles at 4. Q5_1: f16 d at 0, f16 m at 2, u32 fifth bits at 4, nibbles at 8. x = d code + m for 32
 * values. One thread.
 */
final class AffineBlock implements BlockQuantiser {
    private final int bits;
    private final AffineSearch search;
    private final float[] codes = new float[32];

    AffineBlock(int bits) {
        this.bits = bits;
        this.search = new AffineSearch(bits, false);
    }

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        search.fit(x, at, 32, w);
        float d = BlockQuantiser.half(search.scale());
        float m = BlockQuantiser.half(search.minimum());
        BlockQuantiser.putHalf(out, outAt, d);
        BlockQuantiser.putHalf(out, outAt + 2, m);
        float inverse = d == 0 ? 0 : 1 / d;
        for (int i = 0; i < 32; i++) {
            codes[i] = ScaleSearch.nearest((x[at + i] - m) * inverse, 0, (1 << bits) - 1);
        }
        if (bits == 5) {
            out.set(INT, outAt + 4, BlockQuantiser.fifthBits(codes));
        }
        BlockQuantiser.putNibbles(out, outAt + (bits == 5 ? 8 : 4), codes);
    }
}
