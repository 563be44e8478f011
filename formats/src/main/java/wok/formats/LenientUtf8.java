package wok.formats;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as text, without loss. Token strings in published GGUF files are not always UTF-8: a byte-level vocabulary may
 * hold half a character. A strict decoder would refuse the file, a replacing one would make different tokens equal. So
 * each byte 0x80…0xFF that is not part of valid UTF-8 becomes the lone surrogate U+DC80…U+DCFF (the rule of Python's
 * PEP 383), which valid UTF-8 can never yield, and {@link #encode} turns it back: {@code encode(decode(b))} equals
 * {@code b} for every byte sequence. Any thread.
 */
public final class LenientUtf8 {
    private static final int ESCAPE = 0xDC00;
    private static final char REPLACEMENT = '\uFFFD';

    private LenientUtf8() {}

    /** The text of {@code bytes}; never fails. */
    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /**
     * The text of {@code length} bytes from {@code from}. A vocabulary has hundreds of thousands of strings, so the JDK's
     * own replacing decoder goes first: what it replaced nothing in is valid UTF-8.
     */
    public static String decode(byte[] bytes, int from, int length) {
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeWide(ByteBuffer.wrap(bytes, from, length));
    }

    private static String decodeWide(ByteBuffer in) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer out = CharBuffer.allocate(in.remaining());
        CoderResult result = decoder.decode(in, out, true);
        while (!result.isUnderflow()) {
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE | (in.get() & 0xff)));
            }
            decoder.reset();
            result = decoder.decode(in, out, true);
        }
        return out.flip().toString();
    }

    /**
     * The bytes that {@link #decode} made {@code text} of; ordinary UTF-8 for ordinary text.
     *
     * @throws IllegalArgumentException for a lone surrogate that stands for no byte
     */
    public static byte[] encode(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 8);
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                if (c < (ESCAPE | 0x80) || c > (ESCAPE | 0xff)) {
                    throw new IllegalArgumentException("text: U+" + Integer.toHexString(c) + " at " + i
                            + " (expected: no lone surrogate but U+DC80 to U+DCFF)");
                }
                out.writeBytes(text.substring(run, i).getBytes(StandardCharsets.UTF_8));
                out.write(c);
                run = i + 1;
            }
        }
        out.writeBytes(text.substring(run).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }
}
