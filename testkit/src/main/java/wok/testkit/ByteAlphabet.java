package wok.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * GPT-2's alphabet of 256 visible characters, one for each byte: printable Latin-1 characters stand for themselves,
 * the others for U+0100 and up in order. Token ids 0 to 255 follow it: first the printable bytes, then the others.
 */
final class ByteAlphabet {
    private static final List<String> SPELLINGS = new ArrayList<>();
    private static final String[] BY_BYTE = new String[256];

    static {
        for (int b = 0; b < 256; b++) {
            if (printable(b)) {
                add(b, b);
            }
        }
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            if (!printable(b)) {
                add(b, next++);
            }
        }
    }

    private ByteAlphabet() {}

    private static void add(int b, int codePoint) {
        BY_BYTE[b] = Character.toString(codePoint);
        SPELLINGS.add(BY_BYTE[b]);
    }

    private static boolean printable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xa1 && b != 0xad);
    }

    /** By token id. */
    static List<String> spellings() {
        return List.copyOf(SPELLINGS);
    }

    static String spelling(byte b) {
        return BY_BYTE[b & 0xff];
    }
}
