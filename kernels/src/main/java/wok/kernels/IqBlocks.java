package wok.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import wok.tensor.DType;

/**
 * The blocks of ggml's IQ1, IQ2 and IQ3 types: 256 elements in 32 groups of eight. A group is one index (IQ3: two) into
 * a grid of {@link IqGrids}, which gives eight levels, and eight signs; a code here is the level, plus 8 where the sign
 * is set, and {@link Codebook} says what codes stand for. IQ1 has one sign for all eight, and it is not the value's: it
 * tells whether an eighth is added to the level or subtracted.
 *
 * <p>Where signs take seven bits for eight elements, their number is even, and the last follows from the others.
 *
 * <p>Source: ggml, {@code ggml-common.h} and {@code ggml-quants.c}. {@code at} is where the block starts. Stateless; any
 * thread.
 */
final class IqBlocks {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SIGN = 0x0808080808080808L;

    private IqBlocks() {}

    /** Whether this class reads blocks of the type. */
    static boolean reads(DType type) {
        return switch (type) {
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S -> true;
            default -> false;
        };
    }

    /** The codes of elements {@code 8 group} to {@code 8 group + 7}, one in each byte, the first lowest. */
    static long codes(DType type, byte[] file, int at, int group) {
        return switch (type) {
            case IQ1_S -> iq1s(file, at, group);
            case IQ1_M -> iq1m(file, at, group);
            case IQ2_XXS -> iq2xxs(file, at, group);
            case IQ2_XS -> iq2xs(file, at, group);
            case IQ2_S -> iq2s(file, at, group);
            case IQ3_XXS -> iq3xxs(file, at, group);
            case IQ3_S -> iq3s(file, at, group);
            default -> throw BlockDecoder.unsupported(type);
        };
    }

    /** The integer that scales sub-block {@code sub}: 2 s + 1, with s of 3 bits (IQ1) or 4. */
    static int subScale(DType type, byte[] file, int at, int sub) {
        int s = switch (type) {
            case IQ1_S -> (half(file, at + 34 + 2 * sub) >>> 12) & 7;
            case IQ1_M -> (half(file, at + 48 + sub / 4 * 2) >>> (3 * (sub % 4))) & 7;
            case IQ2_XXS -> word(file, at + 6 + 8 * sub) >>> 28;
            case IQ2_XS -> nibble(file, at + 66, sub);
            case IQ2_S -> nibble(file, at + 74, sub);
            case IQ3_XXS -> word(file, at + 66 + 4 * sub) >>> 28;
            case IQ3_S -> nibble(file, at + 106, sub);
            default -> throw BlockDecoder.unsupported(type);
        };
        return 2 * s + 1;
    }

    /** The block's scale such that codes stand for whole numbers: an eighth (IQ3_XXS a quarter) of the file's. */
    static float scale(DType type, byte[] file, int at) {
        if (type == DType.IQ1_M) {
            int bits = 0;
            for (int i = 0; i < 4; i++) {
                bits |= half(file, at + 48 + 2 * i) >>> 12 << (4 * i);
            }
            return Float.float16ToFloat((short) bits) / 8;
        }
        float stored = Float.float16ToFloat((short) half(file, at));
        return switch (type) {
            case IQ3_S -> stored;
            case IQ3_XXS -> stored / 4;
            default -> stored / 8;
        };
    }

    /** f16 scale @0, low index u8 [32] @2, u16 [8] @34: high indexes, 3 bits for each group, sub-scale, sign. */
    private static long iq1s(byte[] file, int at, int group) {
        int high = half(file, at + 34 + group / 4 * 2);
        long levels = IqGrids.IQ1[octet(file, at + 2 + group) | ((high >>> (3 * (group % 4))) & 7) << 8];
        return high >>> 15 == 0 ? levels : levels ^ SIGN;
    }

    /** Low index u8 [32] @0, nibbles[32] @32 of high index and sign, u16 [4] @48 of sub-scales and the scale's bits. */
    private static long iq1m(byte[] file, int at, int group) {
        int high = nibble(file, at + 32, group);
        long levels = IqGrids.IQ1[octet(file, at + group) | (high & 7) << 8];
        return high < 8 ? levels : levels ^ SIGN;
    }

    /** f16 scale @0; per 32 elements 8 bytes @2: four indexes, then u32 of four times 7 signs and the sub-scale. */
    private static long iq2xxs(byte[] file, int at, int group) {
        int from = at + 2 + group / 4 * 8;
        return IqGrids.IQ2_XXS[octet(file, from + group % 4)]
                ^ signs(evenSigns(word(file, from + 4) >>> (7 * (group % 4))));
    }

    /** f16 scale @0, u16 [32] @2 of index (9 bits) and signs (7), sub-scales nibbles[16] @66. */
    private static long iq2xs(byte[] file, int at, int group) {
        int both = half(file, at + 2 + 2 * group);
        return IqGrids.IQ2_XS[both & 511] ^ signs(evenSigns(both >>> 9));
    }

    /** f16 scale @0, low index u8 [32] @2, signs u8 [32] @34, high index 2 bits [32] @66, sub-scales nibbles[16] @74. */
    private static long iq2s(byte[] file, int at, int group) {
        int high = (octet(file, at + 66 + group / 4) >>> (2 * (group % 4))) & 3;
        return IqGrids.IQ2_S[octet(file, at + 2 + group) | high << 8] ^ signs(octet(file, at + 34 + group));
    }

    /** f16 scale @0, index u8 [64] @2, u32 [8] @66 of four times 7 signs and the sub-scale. */
    private static long iq3xxs(byte[] file, int at, int group) {
        int first = IqGrids.IQ3_XXS[octet(file, at + 2 + 2 * group)];
        int second = IqGrids.IQ3_XXS[octet(file, at + 3 + 2 * group)];
        return both(first, second) ^ signs(evenSigns(word(file, at + 66 + group / 4 * 4) >>> (7 * (group % 4))));
    }

    /** f16 scale @0, low index u8 [64] @2, high index bits[64] @66, signs u8 [32] @74, sub-scales nibbles[8] @106. */
    private static long iq3s(byte[] file, int at, int group) {
        int high = octet(file, at + 66 + group / 4) >>> (2 * (group % 4));
        int first = IqGrids.IQ3_S[octet(file, at + 2 + 2 * group) | (high & 1) << 8];
        int second = IqGrids.IQ3_S[octet(file, at + 3 + 2 * group) | (high & 2) << 7];
        return both(first, second) ^ signs(octet(file, at + 74 + group));
    }

    private static long both(int first, int second) {
        return first | (long) second << 32;
    }

    /** The low seven bits, and an eighth that makes their number even. */
    private static int evenSigns(int bits) {
        int seven = bits & 0x7F;
        return seven | (Integer.bitCount(seven) & 1) << 7;
    }

    /** Bit k of eight becomes 8 in byte k. */
    private static long signs(int eight) {
        long spread = ((eight & 0xFF) * 0x0101010101010101L) & 0x8040201008040201L;
        return ((spread + 0x00406070787C7E7FL) >>> 4) & SIGN; // only a set bit carries into the top of its byte
    }

    private static int octet(byte[] file, int at) {
        return file[at] & 0xFF;
    }

    /** Nibble {@code i}, low halves first. */
    private static int nibble(byte[] file, int at, int i) {
        return (octet(file, at + i / 2) >>> (4 * (i % 2))) & 0xF;
    }

    private static int half(byte[] file, int at) {
        return (short) SHORT.get(file, at) & 0xFFFF;
    }

    private static int word(byte[] file, int at) {
        return (int) INT.get(file, at);
    }
}
