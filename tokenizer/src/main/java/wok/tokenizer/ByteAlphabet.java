package wok.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * The 256 characters that stand for bytes in byte-level vocabularies (GPT-2's {@code bytes_to_unicode}): printable
 * Latin-1 stands for itself, the other 68 bytes are numbered from U+0100 on. A space is Ġ, a newline Ċ. Stateless; any
 * thread may use it.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final int[] BYTES = new int[256 + 68];

    static {
        java.util.Arrays.fill(BYTES, -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            CHARACTERS[b] = (char) (printable ? b : next++);
            BYTES[CHARACTERS[b]] = b;
        }
    }

    private ByteAlphabet() {}

    static char character(int b) {
        return CHARACTERS[b];
    }

    /** The byte that a character stands for, or -1. */
    static int byteOf(char character) {
        return character < BYTES.length ? BYTES[character] : -1;
    }

    /** The text's UTF-8 bytes as characters. */
    static String spell(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        char[] characters = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            characters[i] = CHARACTERS[bytes[i] & 0xff];
        }
        return new String(characters);
    }

    /** The bytes that a token stands for; its own UTF-8 if any character of it is not of this alphabet. */
    static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            int b = byteOf(token.charAt(i));
            if (b < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) b;
        }
        return bytes;
    }
}
