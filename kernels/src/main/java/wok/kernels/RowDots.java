package wok.kernels;

import wok.assembler.Assembler;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Code for the exact integer dot products of 16 or 32 columns of codes with one row of activations.
 *
 * <p>AVX-512 VNNI: {@code vpdpbusd} adds four products of an unsigned and a signed byte to 32 bits; it starts from the
 * correction {@code -offset * sum(x)}.
 *
 * <p>AVX2: {@code vpmaddubsw} adds two such products to 16 bits and saturates, so the sum must stay below 2^15. Codes of
 * b bits give pairs of at most 2 * 127 * (2^b - 1): 3 810, 7 874 and 16 002 for 4, 5 and 6 bits, so that 8, 4 and 2 of
 * them add up in 16 bits before {@code vpmaddwd} by ones brings them to 32. Codes of 8 bits would saturate; they, and
 * codebooks, come signed, and |quant| is multiplied with x under the quant's sign: at most 2 * 127 * 128 = 32 512 a
 * pair, which needs no correction. MXFP4's values are at most 12 in size: 3 048 a pair.
 */
final class RowDots {
    private static final int PAIR_MAX = Short.MAX_VALUE;
    private static final int X_MAX = 127;
    private static final int CORRECTION_OFFSET = 128;

    private final Assembler a;
    private final boolean vnni;
    private final QuantFormat format;
    private final boolean signed;
    private final int pairsMax;
    private final Vec[] sums;
    private final Vec[] words;
    private final Vec ones;
    private final Vec x;
    private final Vec scratch;
    private final int[] pairs = new int[2];
    private final boolean[] started = new boolean[2];

    RowDots(Assembler a, MachineTier tier, RegisterFile file, QuantFormat format) {
        this.a = a;
        this.format = format;
        vnni = tier == MachineTier.AVX512;
        signed = signed(tier, format);
        pairsMax = PAIR_MAX / (2 * X_MAX * greatest(format));
        sums = file.take("dot", 2);
        scratch = file.take("products");
        if (vnni) {
            words = new Vec[] {scratch, scratch};
            ones = scratch;
            x = scratch;
        } else {
            words = file.take("pairs", 2);
            ones = file.take("ones");
            x = file.take("x");
        }
    }

    /** Whether codes must come as signed quants. */
    static boolean signed(MachineTier tier, QuantFormat format) {
        return tier == MachineTier.AVX2 && (format.bits() == 8 || format.codebook() != Codebook.NONE);
    }

    private static int greatest(QuantFormat format) {
        int greatestCode = format.bits() == 8 ? 128 : (1 << format.bits()) - 1;
        return format.codebook() == Codebook.NONE
                ? greatestCode
                : format.codebook().greatest();
    }

    void loadConstants() {
        if (!vnni) {
            a.vpbroadcastd(ones, a.words(0x00010001));
        }
    }

    /** Starts the two halves of a run, 16 columns each; with sub-scales per 32 columns the first one's is of both. */
    void begin(Mem corrections) {
        for (int half = 0; half < 2; half++) {
            pairs[half] = 0;
            started[half] = false;
            if (vnni) {
                if (isCorrected() && (half == 0 || format.subColumns() == 16)) {
                    correction(sums[half], corrections.plus(4L * half));
                } else {
                    a.zero(sums[half]);
                }
            }
        }
    }

    private boolean isCorrected() {
        return !signed && format.offset() != 0;
    }

    /** {@code -128 * sum(x)} for every lane, shifted to {@code -offset * sum(x)}: exact. */
    private void correction(Vec to, Mem from) {
        a.vpbroadcastd(to, from);
        int shift = Integer.numberOfTrailingZeros(CORRECTION_OFFSET / format.offset());
        if (shift > 0) {
            a.vpsrad(to, to, shift);
        }
    }

    /** Adds the products of four columns per lane to a half. Overwrites {@code codes} where they are signed. */
    void add(int half, Vec codes, Mem fourOfX) {
        if (vnni) {
            a.vpdpbusd(sums[half], codes, fourOfX.broadcast());
            return;
        }
        a.vpbroadcastd(x, fourOfX);
        if (signed) {
            a.vpsignb(x, x, codes);
            a.vpabsb(codes, codes);
        }
        if (pairs[half] == 0) {
            a.vpmaddubsw(words[half], codes, x);
        } else {
            a.vpmaddubsw(scratch, codes, x);
            a.vpaddw(words[half], words[half], scratch);
        }
        pairs[half]++;
        if (pairs[half] == pairsMax) {
            widen(half);
        }
    }

    private void widen(int half) {
        if (started[half]) {
            a.vpmaddwd(words[half], words[half], ones);
            a.vpaddd(sums[half], sums[half], words[half]);
        } else {
            a.vpmaddwd(sums[half], words[half], ones);
        }
        started[half] = true;
        pairs[half] = 0;
    }

    /**
     * Ends a run.
     *
     * @return the dot products of both halves, or of all 32 columns where a sub-scale has 32
     */
    Vec[] end(Mem corrections) {
        for (int half = 0; half < 2 && !vnni; half++) {
            if (pairs[half] > 0) {
                widen(half);
            }
            if (isCorrected() && (half == 0 || format.subColumns() == 16)) {
                correction(scratch, corrections.plus(4L * half));
                a.vpaddd(sums[half], sums[half], scratch);
            }
        }
        if (format.subColumns() == 16) {
            return sums;
        }
        a.vpaddd(sums[0], sums[0], sums[1]);
        return new Vec[] {sums[0]};
    }
}
