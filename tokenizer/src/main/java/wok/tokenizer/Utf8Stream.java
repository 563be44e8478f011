package wok.tokenizer;

/**
 * UTF-8 bytes to text as they come. A sequence that can't go on becomes U+FFFD once for its longest part that could
 * have (the practice of Unicode 3.9 and WHATWG, which the {@code tokenizers} library follows). One owner thread.
 */
final class Utf8Stream {
    private int codePoint;
    private int missing;
    private int low = 0x80;
    private int high = 0xbf;

    void accept(byte value, StringBuilder text) {
        int b = value & 0xff;
        if (missing > 0) {
            if (b >= low && b <= high) {
                continued(b, text);
                return;
            }
            finish(text);
        }
        if (b < 0x80) {
            text.append((char) b);
        } else if (b >= 0xc2 && b <= 0xdf) {
            begin(b & 0x1f, 1, 0x80, 0xbf);
        } else if (b >= 0xe0 && b <= 0xef) {
            begin(b & 0x0f, 2, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf);
        } else if (b >= 0xf0 && b <= 0xf4) {
            begin(b & 0x07, 3, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf);
        } else {
            text.append('\ufffd');
        }
    }

    private void begin(int bits, int following, int lowest, int highest) {
        codePoint = bits;
        missing = following;
        low = lowest;
        high = highest;
    }

    private void continued(int b, StringBuilder text) {
        begin((codePoint << 6) | (b & 0x3f), missing - 1, 0x80, 0xbf);
        if (missing == 0) {
            text.appendCodePoint(codePoint);
        }
    }

    /** Ends the stream: what was begun and not finished is one U+FFFD. */
    void finish(StringBuilder text) {
        if (missing > 0) {
            text.append('\ufffd');
        }
        missing = 0;
    }
}
