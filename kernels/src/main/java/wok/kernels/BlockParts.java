package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import wok.tensor.DType;

/**
 * One block of a quantised file type taken apart into what it consists of: signed quants, a scale, perhaps a minimum,
 * perhaps integer sub-scales. Every type that Wok reads has the value
 *
 * <pre>
 * (scale * subScale[k / subColumns]) * quant[k]  -  (minScale * subMin[k / subColumns])
 * </pre>
 *
 * rounded to a 32-bit float after each operation; types without super-blocks have subScale = subMin = 1. That is the
 * value ggml's own dequantisation gives, to the bit, and what {@link BlockDecoder} gives. {@link BlockPlanes}
 * moves the same bits without taking them apart; tests hold one to the other.
 *
 * <p>Source of the layouts: ggml's block structures ({@code ggml-common.h}) and dequantisation ({@code ggml-quants.c}),
 * written down here per case. Offsets are bytes from the block's start. Reused from block to block by one thread.
 */
final class BlockParts {
    private static final int BLOCK_BYTES_MAX = 256;

    final int[] quants = new int[256];
    final int[] subScales = new int[16];
    final int[] subMins = new int[16];
    float scale;
    float minScale;

    /** The block, copied: loops over an array are quick long before C2 has compiled accesses to a segment. */
    private final byte[] bytes = new byte[BLOCK_BYTES_MAX];

    /** Takes apart the block of {@code type} that starts at byte {@code at}. */
    void read(DType type, MemorySegment blocks, long at) {
        MemorySegment.copy(blocks, JAVA_BYTE, at, bytes, 0, type.blockBytes());
        minScale = 0;
        switch (type) {
            case Q8_0 -> readQ80();
            case Q4_0 -> readNibbles(half(0), 2, 8);
            case Q4_1 -> readQ41();
            case Q5_0 -> readFiveBits(2, 16);
            case Q5_1 -> readQ51();
            case IQ4_NL -> readCodebook(half(0), 2, Codebook.IQ4);
            case MXFP4 -> readCodebook(halvedPowerOfTwo(octet(0)), 1, Codebook.MXFP4);
            case Q2_K -> readQ2K();
            case Q3_K -> readQ3K();
            case Q4_K -> readQ4K();
            case Q5_K -> readQ5K();
            case Q6_K -> readQ6K();
            case IQ4_XS -> readIq4Xs();
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S -> readIq(type);
            case TQ1_0 -> readTq1();
            case TQ2_0 -> readTq2();
            default -> throw new KernelException("type: " + type + " (expected: a quantised type that Wok can read)");
        }
    }

    /** The value of element {@code k} of the block last read. */
    float value(int k, QuantFormat format) {
        if (!format.superBlock()) {
            return scale * quants[k] - minScale;
        }
        int sub = k / format.subColumns();
        return (scale * subScales[sub]) * quants[k] - (minScale * subMins[sub]);
    }

    /** f16 scale @0, i8 quants[32] @2. */
    private void readQ80() {
        scale = half(0);
        for (int k = 0; k < 32; k++) {
            quants[k] = bytes[2 + k];
        }
    }

    /** Sixteen bytes: elements 0-15 in the low halves, 16-31 in the high. */
    private void readNibbles(float blockScale, int at, int offset) {
        scale = blockScale;
        for (int k = 0; k < 16; k++) {
            int octet = bytes[at + k] & 0xFF;
            quants[k] = (octet & 0xF) - offset;
            quants[k + 16] = (octet >>> 4) - offset;
        }
    }

    private void readCodebook(float blockScale, int at, Codebook codebook) {
        readNibbles(blockScale, at, 0);
        for (int k = 0; k < 32; k++) {
            quants[k] = codebook.value(quants[k]);
        }
    }

    /** f16 scale @0, f16 minimum @2 (added, so stored here negated), nibbles @4. */
    private void readQ41() {
        readNibbles(half(0), 4, 0);
        minScale = -half(2);
    }

    /** Fifth bits: u32, bit k for element k; nibbles behind it. */
    private void readFiveBits(int at, int offset) {
        int high = octet(at) | octet(at + 1) << 8 | octet(at + 2) << 16 | octet(at + 3) << 24;
        readNibbles(half(0), at + 4, offset);
        for (int k = 0; k < 32; k++) {
            quants[k] += ((high >>> k) & 1) << 4;
        }
    }

    /** f16 scale @0, f16 minimum @2, fifth bits @4, nibbles @8. */
    private void readQ51() {
        readFiveBits(4, 0);
        minScale = -half(2);
    }

    /** u8 [16] sub-scale (low) and sub-minimum (high) @0, 2-bit quants[64] @16, f16 scale @80, f16 minScale @82. */
    private void readQ2K() {
        scale = half(80);
        minScale = half(82);
        for (int sub = 0; sub < 16; sub++) {
            subScales[sub] = nibble(sub, 0);
            subMins[sub] = nibble(sub, 1);
        }
        for (int k = 0; k < 256; k++) {
            quants[k] = twoBits(16, k);
        }
    }

    /** Third bits[32] @0 (0 means minus 4), 2-bit quants[64] @32, 6-bit sub-scales[12] @96, f16 scale @108. */
    private void readQ3K() {
        scale = half(108);
        for (int sub = 0; sub < 16; sub++) {
            int low = nibble(96 + sub % 8, sub / 8);
            int high = (octet(104 + sub % 4) >>> (2 * (sub / 4))) & 3;
            subScales[sub] = (low | (high << 4)) - 32;
        }
        for (int k = 0; k < 256; k++) {
            int third = (octet(k % 32) >>> (k / 32)) & 1;
            quants[k] = twoBits(32, k) - (third == 1 ? 0 : 4);
        }
    }

    /** f16 scale @0, f16 minScale @2, 6-bit sub-scales and sub-minima[12] @4, nibbles[128] @16. */
    private void readQ4K() {
        readSixBitSubs();
        for (int k = 0; k < 256; k++) {
            quants[k] = nibble(16 + k / 64 * 32 + k % 32, k / 32 % 2);
        }
    }

    /** As Q4_K, with fifth bits[32] @16 and nibbles[128] @48. */
    private void readQ5K() {
        readSixBitSubs();
        for (int k = 0; k < 256; k++) {
            int high = (octet(16 + k % 32) >>> (k / 32)) & 1;
            quants[k] = nibble(48 + k / 64 * 32 + k % 32, k / 32 % 2) | (high << 4);
        }
    }

    private void readSixBitSubs() {
        scale = half(0);
        minScale = half(2);
        for (int sub = 0; sub < 4; sub++) {
            subScales[sub] = octet(4 + sub) & 63;
            subMins[sub] = octet(8 + sub) & 63;
            subScales[sub + 4] = nibble(12 + sub, 0) | ((octet(4 + sub) >>> 6) << 4);
            subMins[sub + 4] = nibble(12 + sub, 1) | ((octet(8 + sub) >>> 6) << 4);
        }
    }

    /** Nibbles[128] @0, 2-bit tops[64] @128, i8 sub-scales[16] @192, f16 scale @208. */
    private void readQ6K() {
        scale = half(208);
        for (int sub = 0; sub < 16; sub++) {
            subScales[sub] = bytes[192 + sub];
        }
        for (int k = 0; k < 256; k++) {
            int half = k / 128;
            int quarter = k / 32 % 4;
            int low = nibble(half * 64 + quarter % 2 * 32 + k % 32, quarter / 2);
            quants[k] = (low | (twoBits(128, k) << 4)) - 32;
        }
    }

    /** f16 scale @0, high bits of sub-scales u16 @2, their low nibbles[4] @4, codebook nibbles[128] @8. */
    private void readIq4Xs() {
        scale = half(0);
        int high = octet(2) | (octet(3) << 8);
        for (int sub = 0; sub < 8; sub++) {
            subScales[sub] = (nibble(4 + sub / 2, sub % 2) | (((high >>> (2 * sub)) & 3) << 4)) - 32;
        }
        for (int k = 0; k < 256; k++) {
            quants[k] = Codebook.IQ4.value(nibble(8 + k / 32 * 16 + k % 16, k / 16 % 2));
        }
    }

    /** Codes of eight elements each, and sub-scales, as {@link IqBlocks} reads them. */
    private void readIq(DType type) {
        QuantFormat format = QuantFormat.of(type).orElseThrow();
        scale = IqBlocks.scale(type, bytes, 0);
        for (int sub = 0; sub < format.subBlocks(); sub++) {
            subScales[sub] = IqBlocks.subScale(type, bytes, 0, sub);
        }
        for (int group = 0; group < 32; group++) {
            long codes = IqBlocks.codes(type, bytes, 0, group);
            for (int k = 0; k < 8; k++) {
                quants[8 * group + k] = format.codebook().value((int) (codes >>> (8 * k)) & 0xF);
            }
        }
    }

    /** Digits in base 3 [256] @0, f16 scale @52; a digit less 1 is the quant. */
    private void readTq1() {
        scale = half(TernaryBlocks.TQ1_SCALE_AT);
        Arrays.fill(subScales, 1);
        for (int k = 0; k < 256; k++) {
            quants[k] = TernaryBlocks.digit(bytes, 0, k) - 1;
        }
    }

    /** 2-bit quants[64] @0, plus 1, f16 scale @64. */
    private void readTq2() {
        scale = half(TernaryBlocks.TQ2_SCALE_AT);
        Arrays.fill(subScales, 1);
        for (int k = 0; k < 256; k++) {
            quants[k] = twoBits(0, k) - 1;
        }
    }

    /** Two bits of element k: in each half of 128, 32 bytes hold elements l, l + 32, l + 64, l + 96 from low to high. */
    private int twoBits(int at, int k) {
        return (octet(at + k / 128 * 32 + k % 32) >>> (k / 32 % 4 * 2)) & 3;
    }

    private int octet(int at) {
        return bytes[at] & 0xFF;
    }

    private int nibble(int at, int high) {
        return (octet(at) >>> (4 * high)) & 0xF;
    }

    private float half(int at) {
        return Float.float16ToFloat((short) (octet(at) | octet(at + 1) << 8));
    }

    /** 2^(exponent - 128), exactly; the two smallest are subnormal. */
    static float halvedPowerOfTwo(int exponent) {
        return exponent < 2 ? Float.intBitsToFloat(0x00200000 << exponent) : Float.intBitsToFloat((exponent - 1) << 23);
    }
}
