package wok.kernels;

import wok.assembler.Assembler;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Code that takes one run of 32 columns of packed codes apart: for each plane p, vectors p and p + 4 (see
 * {@link QuantFormat}) as bytes, with as few instructions as decoding a token can afford. Bytes are unsigned, code =
 * quant + {@link QuantFormat#offset}, for dot products that take such; or signed, the quant itself, where asked for: only
 * codes of 8 bits and codebooks.
 *
 * <p>Works at the width of the register file: 64 bytes are one part of a zmm or two of a ymm register.
 */
final class RowCodes {
    private static final int PLANE = 64;
    private static final int LOW_HALVES = 0x0F0F0F0F;
    private static final int SIGN_BITS = 0x80808080;
    /** {@code to | (a & b)} as a table of three bits. */
    private static final int OR_AND = 0xF8;

    private final Assembler a;
    private final MachineTier tier;
    private final QuantFormat format;
    private final boolean signed;
    private final Vec mask;
    private final Vec special;
    private final Vec top;

    /**
     * Takes its registers, {@link #loadConstants} fills them in.
     *
     * @param signed whether bytes are the quants
     */
    RowCodes(Assembler a, MachineTier tier, RegisterFile file, QuantFormat format, boolean signed) {
        this.a = a;
        this.tier = tier;
        this.format = format;
        this.signed = signed;
        mask = file.take("low halves");
        special = file.take("codebook, sign bits or mask of high bits");
        top = file.take("high bits");
    }

    void loadConstants() {
        a.vpbroadcastd(mask, a.words(LOW_HALVES));
        if (format.codebook() != Codebook.NONE) {
            a.vbroadcasti128(special, a.words(codebook()));
        } else if (format.bits() == 8) {
            a.vpbroadcastd(special, a.words(SIGN_BITS));
        } else {
            a.vpbroadcastd(special, a.words(format.bits() == 5 ? 0x10101010 : 0x30303030));
        }
    }

    private int[] codebook() {
        int[] words = new int[4];
        for (int code = 0; code < 16; code++) {
            int value = format.codebook().value(code) + (signed ? 0 : Codebook.OFFSET);
            words[code / 4] |= (value & 0xFF) << (8 * (code % 4));
        }
        return words;
    }

    /** Vectors p and p + 4 of the run that starts at {@code run}, {@code part} of them. */
    void load(Vec first, Vec second, Mem run, int p, int part) {
        Mem codes = run.plus((long) part * tier.width().bytes());
        a.vmovdqu(first, codes.plus((long) PLANE * p));
        if (format.bits() == 8) {
            a.vmovdqu(second, codes.plus((long) PLANE * (p + 4)));
            if (signed) {
                a.vpxor(first, first, special);
                a.vpxor(second, second, special);
            }
            return;
        }
        a.vpsrlw(second, first, 4);
        a.vpand(first, first, mask);
        a.vpand(second, second, mask);
        switch (format.bits()) {
            case 5 -> {
                addHighBits(first, codes.plus(4 * PLANE), 4 - p);
                addHighBits(second, codes.plus(4 * PLANE), -p);
            }
            case 6 -> {
                addHighBits(first, codes.plus(4 * PLANE), 4 - 2 * p);
                addHighBits(second, codes.plus(5 * PLANE), 4 - 2 * p);
            }
            default -> lookUp(first, second);
        }
    }

    private void lookUp(Vec first, Vec second) {
        if (format.codebook() != Codebook.NONE) {
            a.vpshufb(first, special, first);
            a.vpshufb(second, special, second);
        }
    }

    /** The plane's bits, {@code left} bits further up (or down if negative), above the low four. */
    private void addHighBits(Vec to, Mem plane, int left) {
        a.vmovdqu(top, plane);
        if (left > 0) {
            a.vpsllw(top, top, left);
        } else if (left < 0) {
            a.vpsrlw(top, top, -left);
        }
        if (tier == MachineTier.AVX512) {
            a.vpternlogd(to, top, special, OR_AND);
        } else {
            a.vpand(top, top, special);
            a.vpor(to, to, top);
        }
    }
}
