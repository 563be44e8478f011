package wok.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import wok.tensor.DType;

/**
 * Moves one block of a quantised file type, the weights of one output row, into its lane of a packed block: four codes
 * of neighbouring columns at a time, as the bytes of an int, without taking them apart. The layouts are those that
 * {@link BlockParts} writes down and {@link QuantFormat} gives: a file's nibbles k and k + 16 share a byte in both, so
 * that the types with blocks of 32 are only interleaved.
 *
 * <p>Offsets are bytes. {@code at} is where the block starts in the file's bytes, {@code to} where lane 0 of the packed
 * block's part starts, and each method adds its lane's place. Stateless; any thread.
 */
final class BlockPlanes {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private static final int LOW_HALVES = 0x0F0F0F0F;
    private static final int TWO_BITS = 0x03030303;
    private static final int ONE_BIT = 0x01010101;
    private static final int PLANE = 64;
    private static final int GROUP = PackedMatrix.GROUP_ROWS;

    private BlockPlanes() {}

    /** Moves the codes, and the sub-scales and sub-minima before them, of one row's block into its lane. */
    static void pack(DType type, byte[] file, int at, byte[] packed, int to, int lane) {
        int plane = to + 4 * lane;
        switch (type) {
            case Q8_0 -> eightBits(file, at + 2, packed, plane);
            case Q4_0, IQ4_NL -> nibbles(file, at + 2, packed, plane);
            case MXFP4 -> nibbles(file, at + 1, packed, plane);
            case Q4_1 -> nibbles(file, at + 4, packed, plane);
            case Q5_0 -> fiveBits(file, at + 2, packed, plane);
            case Q5_1 -> fiveBits(file, at + 4, packed, plane);
            case Q2_K -> packQ2K(file, at, packed, to, lane);
            case Q3_K -> packQ3K(file, at, packed, to, lane);
            case Q4_K -> packQ4K(file, at, packed, to, lane);
            case Q5_K -> packQ5K(file, at, packed, to, lane);
            case Q6_K -> packQ6K(file, at, packed, to, lane);
            case IQ4_XS -> packIq4Xs(file, at, packed, to, lane);
            case IQ1_S, IQ2_XXS, IQ3_XXS, IQ3_S -> packIq(type, 8, file, at, packed, to, lane);
            case IQ1_M, IQ2_XS, IQ2_S -> packIq(type, 16, file, at, packed, to, lane);
            case TQ1_0, TQ2_0 -> packTernary(type, file, at, packed, to, lane);
            default -> throw BlockDecoder.unsupported(type);
        }
    }

    /** The scale of the block at {@code at}, in families whose scales are 32-bit floats. */
    static float scale(DType type, byte[] file, int at) {
        return type == DType.MXFP4 ? BlockParts.halvedPowerOfTwo(file[at] & 0xFF) : IqBlocks.scale(type, file, at);
    }

    /** Where the half-precision scale is in a block of the type, in families that keep it so. */
    static int scaleAt(DType type) {
        return switch (type) {
            case Q2_K -> 80;
            case Q3_K -> 108;
            case Q6_K -> 208;
            case TQ1_0 -> TernaryBlocks.TQ1_SCALE_AT;
            case TQ2_0 -> TernaryBlocks.TQ2_SCALE_AT;
            default -> 0;
        };
    }

    /** Where the half-precision minimum is, in types with one. */
    static int minAt(DType type) {
        return type == DType.Q2_K ? 82 : 2;
    }

    /** What a minimum's bits are xor-ed with: ggml adds those of Q4_1 and Q5_1. */
    static int minSign(DType type) {
        return type == DType.Q4_1 || type == DType.Q5_1 ? 0x8000 : 0;
    }

    private static int load(byte[] from, int at) {
        return (int) INT.get(from, at);
    }

    private static void store(byte[] to, int at, int value) {
        INT.set(to, at, value);
    }

    private static void eightBits(byte[] file, int at, byte[] packed, int to) {
        for (int i = 0; i < 8; i++) {
            store(packed, to + PLANE * i, load(file, at + 4 * i) ^ 0x80808080);
        }
    }

    private static void nibbles(byte[] file, int at, byte[] packed, int to) {
        for (int i = 0; i < 4; i++) {
            store(packed, to + PLANE * i, load(file, at + 4 * i));
        }
    }

    /** Fifth bits u32 [element], then nibbles. Four neighbouring bits spread to bit 0 of four bytes by one product. */
    private static void fiveBits(byte[] file, int at, byte[] packed, int to) {
        nibbles(file, at + 4, packed, to);
        int bits = load(file, at);
        int plane = 0;
        for (int i = 0; i < 8; i++) {
            plane |= ((((bits >>> (4 * i)) & 0xF) * 0x00204081) & ONE_BIT) << i;
        }
        store(packed, to + 4 * PLANE, plane);
    }

    /** Sub-scales and sub-minima nibbles[16] @0, 2-bit quants @16. */
    private static void packQ2K(byte[] file, int at, byte[] packed, int to, int lane) {
        for (int sub = 0; sub < 16; sub++) {
            int both = file[at + sub] & 0xFF;
            packed[to + sub * GROUP + lane] = (byte) (both & 0xF);
            packed[to + (16 + sub) * GROUP + lane] = (byte) (both >>> 4);
        }
        int planes = to + 32 * GROUP + 4 * lane;
        for (int run = 0; run < 8; run++) {
            for (int i = 0; i < 4; i++) {
                int low = twoBits(file, at + 16, run, i);
                int high = twoBits(file, at + 16, run, i + 4);
                store(packed, planes + PLANE * (4 * run + i), low | high << 4);
            }
        }
    }

    /** Third bits[32] @0, 2-bit quants @32, sub-scales[12] @96. */
    private static void packQ3K(byte[] file, int at, byte[] packed, int to, int lane) {
        for (int sub = 0; sub < 16; sub++) {
            int low = (file[at + 96 + sub % 8] >>> (4 * (sub / 8))) & 0xF;
            int high = (file[at + 104 + sub % 4] >>> (2 * (sub / 4))) & 3;
            packed[to + sub * GROUP + lane] = (byte) ((low | high << 4) - 32);
        }
        int planes = to + 16 * GROUP + 4 * lane;
        for (int run = 0; run < 8; run++) {
            for (int i = 0; i < 4; i++) {
                int low = twoBits(file, at + 32, run, i) | oneBit(file, at, run, i) << 2;
                int high = twoBits(file, at + 32, run, i + 4) | oneBit(file, at, run, i + 4) << 2;
                store(packed, planes + PLANE * (4 * run + i), low | high << 4);
            }
        }
    }

    /** Sub-scales and sub-minima[12] @4, nibbles[128] @16. */
    private static void packQ4K(byte[] file, int at, byte[] packed, int to, int lane) {
        sixBitSubs(file, at + 4, packed, to, lane);
        superNibbles(file, at + 16, packed, to + 16 * GROUP + 4 * lane, 4 * PLANE);
    }

    /** As Q4_K, with fifth bits[32] @16 and nibbles[128] @48. */
    private static void packQ5K(byte[] file, int at, byte[] packed, int to, int lane) {
        sixBitSubs(file, at + 4, packed, to, lane);
        int planes = to + 16 * GROUP + 4 * lane;
        superNibbles(file, at + 48, packed, planes, 5 * PLANE);
        for (int run = 0; run < 8; run++) {
            int plane = 0;
            for (int i = 0; i < 8; i++) {
                plane |= oneBit(file, at + 16, run, i) << i;
            }
            store(packed, planes + PLANE * (5 * run + 4), plane);
        }
    }

    /** Nibbles[128] @0, 2-bit tops[64] @128, i8 sub-scales[16] @192. */
    private static void packQ6K(byte[] file, int at, byte[] packed, int to, int lane) {
        for (int sub = 0; sub < 16; sub++) {
            packed[to + sub * GROUP + lane] = file[at + 192 + sub];
        }
        int planes = to + 16 * GROUP + 4 * lane;
        for (int run = 0; run < 8; run++) {
            int nibbles = at + 64 * (run / 4) + 32 * (run % 2);
            int shift = 4 * (run / 2 % 2);
            for (int i = 0; i < 4; i++) {
                int low = (load(file, nibbles + 4 * i) >>> shift) & LOW_HALVES;
                int high = (load(file, nibbles + 16 + 4 * i) >>> shift) & LOW_HALVES;
                store(packed, planes + PLANE * (6 * run + i), low | high << 4);
            }
            for (int half = 0; half < 2; half++) {
                int plane = 0;
                for (int i = 0; i < 4; i++) {
                    plane |= twoBits(file, at + 128, run, 4 * half + i) << (2 * i);
                }
                store(packed, planes + PLANE * (6 * run + 4 + half), plane);
            }
        }
    }

    /** High bits of sub-scales u16 @2, their low nibbles[4] @4, codes[128] @8. */
    private static void packIq4Xs(byte[] file, int at, byte[] packed, int to, int lane) {
        int high = (file[at + 2] & 0xFF) | (file[at + 3] & 0xFF) << 8;
        for (int sub = 0; sub < 8; sub++) {
            int low = (file[at + 4 + sub / 2] >>> (4 * (sub % 2))) & 0xF;
            packed[to + sub * GROUP + lane] = (byte) ((low | ((high >>> (2 * sub)) & 3) << 4) - 32);
        }
        for (int run = 0; run < 8; run++) {
            nibbles(file, at + 8 + 16 * run, packed, to + 8 * GROUP + 4 * lane + run * 4 * PLANE);
        }
    }

    /** Four groups of eight codes to a run; columns 0-15 in the low halves, 16-31 in the high. */
    private static void packIq(DType type, int subs, byte[] file, int at, byte[] packed, int to, int lane) {
        for (int sub = 0; sub < subs; sub++) {
            packed[to + sub * GROUP + lane] = (byte) IqBlocks.subScale(type, file, at, sub);
        }
        int planes = to + subs * GROUP + 4 * lane;
        for (int run = 0; run < 8; run++) {
            for (int half = 0; half < 2; half++) {
                long low = IqBlocks.codes(type, file, at, 4 * run + half);
                long high = IqBlocks.codes(type, file, at, 4 * run + 2 + half);
                long both = low | high << 4;
                store(packed, planes + PLANE * (4 * run + 2 * half), (int) both);
                store(packed, planes + PLANE * (4 * run + 2 * half + 1), (int) (both >>> 32));
            }
        }
    }

    /** Digits 0 to 2 (TQ2_0 has room for 3) stand for quants from -1 on, as codes from 3 on. */
    private static void packTernary(DType type, byte[] file, int at, byte[] packed, int to, int lane) {
        for (int sub = 0; sub < 16; sub++) {
            packed[to + sub * GROUP + lane] = 1;
        }
        int planes = to + 16 * GROUP + 4 * lane;
        for (int run = 0; run < 8; run++) {
            for (int i = 0; i < 4; i++) {
                int low = fourDigits(type, file, at, run, i) + 3 * ONE_BIT;
                int high = fourDigits(type, file, at, run, i + 4) + 3 * ONE_BIT;
                store(packed, planes + PLANE * (4 * run + i), low | high << 4);
            }
        }
    }

    /** Those of columns 4 i to 4 i + 3 of a run. */
    private static int fourDigits(DType type, byte[] file, int at, int run, int i) {
        if (type == DType.TQ2_0) {
            return twoBits(file, at, run, i);
        }
        int four = 0;
        for (int k = 0; k < 4; k++) {
            four |= TernaryBlocks.digit(file, at, 32 * run + 4 * i + k) << (8 * k);
        }
        return four;
    }

    /** Six-bit sub-scales and sub-minima of eight sub-blocks in twelve bytes. */
    private static void sixBitSubs(byte[] file, int at, byte[] packed, int to, int lane) {
        for (int sub = 0; sub < 4; sub++) {
            int scale = file[at + sub] & 0xFF;
            int min = file[at + 4 + sub] & 0xFF;
            int both = file[at + 8 + sub] & 0xFF;
            packed[to + sub * GROUP + lane] = (byte) (scale & 63);
            packed[to + (4 + sub) * GROUP + lane] = (byte) ((both & 0xF) | (scale >>> 6) << 4);
            packed[to + (8 + sub) * GROUP + lane] = (byte) (min & 63);
            packed[to + (12 + sub) * GROUP + lane] = (byte) ((both >>> 4) | (min >>> 6) << 4);
        }
    }

    /** Nibbles[128]: per 64 columns 32 bytes, columns 0-31 low and 32-63 high. */
    private static void superNibbles(byte[] file, int at, byte[] packed, int to, int runBytes) {
        for (int pair = 0; pair < 4; pair++) {
            for (int i = 0; i < 4; i++) {
                int first = load(file, at + 32 * pair + 4 * i);
                int second = load(file, at + 32 * pair + 16 + 4 * i);
                int plane = to + 2 * pair * runBytes + PLANE * i;
                store(packed, plane, (first & LOW_HALVES) | (second & LOW_HALVES) << 4);
                store(packed, plane + runBytes, ((first >>> 4) & LOW_HALVES) | (second & ~LOW_HALVES));
            }
        }
    }

    /** Two bits of columns 4 i to 4 i + 3 of a run; see {@code BlockParts.twoBits}. */
    private static int twoBits(byte[] file, int at, int run, int i) {
        return (load(file, at + 32 * (run / 4) + 4 * i) >>> (2 * (run % 4))) & TWO_BITS;
    }

    /** Bit {@code run} of the bytes of columns 4 i to 4 i + 3. */
    private static int oneBit(byte[] file, int at, int run, int i) {
        return (load(file, at + 4 * i) >>> run) & ONE_BIT;
    }
}
