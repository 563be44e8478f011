package wok.assembler;

import java.util.Locale;

/** The width of a vector register. */
public enum Width {
    XMM(0, 16),
    YMM(1, 32),
    ZMM(2, 64);

    private final int number;
    private final int bytes;

    Width(int number, int bytes) {
        this.number = number;
        this.bytes = bytes;
    }

    /** The field L'L of an EVEX prefix. */
    int number() {
        return number;
    }

    /** As registers of this width are called. */
    String registers() {
        return name().toLowerCase(Locale.ROOT);
    }

    public int bytes() {
        return bytes;
    }

    /** 32-bit lanes. */
    public int lanes() {
        return bytes / 4;
    }
}
