package wok.kernels;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Code that turns packed codes of any {@link QuantFormat} into {@link QuantBytes}. Works at the width of the register
 * file: a vector of 64 bytes is one part of a zmm or two of a ymm register.
 */
final class CodePlanes {
    private final Assembler a;
    private final QuantFormat format;
    private final QuantBytes bytes;
    private final Vec low;
    private final Vec high;
    private final Vec table;
    private final Vec bits;

    /** Takes its constants' registers; {@link #loadConstants} fills them in. */
    CodePlanes(Assembler a, RegisterFile file, QuantFormat format, QuantBytes bytes) {
        this.a = a;
        this.format = format;
        this.bytes = bytes;
        low = file.take("low halves");
        high = file.take("high bits");
        table = file.take("codebook or offset");
        bits = file.take("bits");
    }

    void loadConstants() {
        a.vpbroadcastd(low, a.words(0x0F0F0F0F));
        if (format.bits() == 5) {
            a.vpbroadcastd(high, a.words(0x10101010));
        } else if (format.bits() == 6) {
            a.vpbroadcastd(high, a.words(0x30303030));
        }
        if (format.codebook() != Codebook.NONE) {
            a.vbroadcasti128(table, a.words(codebook()));
        } else if (bytes.addend(format) != 0) {
            a.vpbroadcastd(table, a.words((bytes.addend(format) & 0xFF) * 0x01010101));
        }
    }

    private int[] codebook() {
        int[] words = new int[4];
        for (int code = 0; code < 16; code++) {
            int entry = bytes.entry(format.codebook().value(code)) & 0xFF;
            words[code / 4] |= entry << (8 * (code % 4));
        }
        return words;
    }

    /** Vector {@code i} of the 32 columns whose codes start at {@code codes + offset}; {@code part} of it. */
    void load(Vec to, Gpr codes, int offset, int i, int part) {
        int at = offset + part * to.width().bytes();
        if (format.bits() == 8) {
            a.vmovdqu(to, Mem.at(codes, at + 64L * i));
        } else {
            loadCode(to, codes, at, i);
        }
        if (format.codebook() != Codebook.NONE) {
            a.vpshufb(to, table, to);
        } else if (bytes.addend(format) != 0) {
            a.vpaddb(to, to, table);
        }
    }

    private void loadCode(Vec to, Gpr codes, int at, int i) {
        a.vmovdqu(to, Mem.at(codes, at + 64L * (i % 4)));
        if (i >= 4) {
            a.vpsrlw(to, to, 4);
        }
        a.vpand(to, to, low);
        switch (format.bits()) {
            case 5 -> addHighBits(to, Mem.at(codes, at + 256L), 4 - i);
            case 6 -> addHighBits(to, Mem.at(codes, at + 256L + 64L * (i / 4)), 4 - 2 * (i % 4));
            default -> {}
        }
    }

    /** The plane's bits, {@code left} bits further up (or down if negative), above the low four. */
    private void addHighBits(Vec to, Mem plane, int left) {
        a.vmovdqu(bits, plane);
        if (left > 0) {
            a.vpsllw(bits, bits, left);
        } else if (left < 0) {
            a.vpsrlw(bits, bits, -left);
        }
        a.vpand(bits, bits, high);
        a.vpor(to, to, bits);
    }
}
