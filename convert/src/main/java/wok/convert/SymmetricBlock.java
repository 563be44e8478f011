package wok.convert;

import java.lang.foreign.MemorySegment;

/**
 * Q4_0: f16 d at 0, nibbles at 2. Q5_0: f16 d at 0, u32 fifth bits at 2, nibbles at 6. x = d (code - 2^(bits-1)) for 32 values.
 * One thread.
 */
final class SymmetricBlock implements BlockQuantiser {
    private final int bits;
    private final ScaleSearch search;
    private final float[] codes = new float[32];
    private final float[] block = new float[32];

    SymmetricBlock(int bits) {
        this.bits = bits;
        this.search = new ScaleSearch(bits);
    }

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        System.arraycopy(x, at, block, 0, 32);
        float d = BlockQuantiser.half(search.fit(block, 0, 32, w));
        BlockQuantiser.putHalf(out, outAt, d);
        search.round(block, 0, 32, w, d, codes);
        for (int i = 0; i < 32; i++) {
            codes[i] += 1 << (bits - 1);
        }
        if (bits == 5) {
            out.set(INT, outAt + 2, BlockQuantiser.fifthBits(codes));
        }
        BlockQuantiser.putNibbles(out, outAt + (bits == 5 ? 6 : 2), codes);
    }
}
