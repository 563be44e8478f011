package wok.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's precompiled table of rewritings ({@code nmt_nfkc} and its kin): a little-endian length, a double
 * array (Darts) over the UTF-8 bytes of what is rewritten, and the zero-terminated texts its values point to.
 * Immutable; any thread may use it.
 *
 * <p>The {@code tokenizers} library looks up whole grapheme clusters of less than six bytes first and single code
 * points otherwise, and of several keys that begin what it looks up it takes the shortest. So do we.
 */
final class Charsmap {
    private static final int CLUSTER_BYTES_MAX = 5;

    private final int[] units;
    private final byte[] texts;

    private Charsmap(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /**
     * @throws TokenizerException if the lengths contradict each other
     */
    static Charsmap of(byte[] table) {
        long trieBytes = table.length < 4 ? -1 : bytes(table).getInt() & 0xffffffffL;
        if (trieBytes < 4 || trieBytes % 4 != 0 || trieBytes > table.length - 4) {
            throw new TokenizerException("precompiled_charsmap: a trie of " + trieBytes + " bytes in a table of "
                    + table.length + " (expected: a multiple of 4 that fits)");
        }
        int[] units = new int[(int) trieBytes / 4];
        bytes(table)
                .position(4)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(units);
        byte[] texts = java.util.Arrays.copyOfRange(table, 4 + (int) trieBytes, table.length);
        return new Charsmap(units, texts);
    }

    private static ByteBuffer bytes(byte[] table) {
        return ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The text rewritten. */
    String apply(String text) {
        BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
        clusters.setText(text);
        StringBuilder result = new StringBuilder(text.length());
        int start = 0;
        int end = clusters.next();
        while (end != BreakIterator.DONE) {
            appendCluster(text.substring(start, end), result);
            start = end;
            end = clusters.next();
        }
        return result.toString();
    }

    private void appendCluster(String cluster, StringBuilder result) {
        String whole = cluster.length() <= CLUSTER_BYTES_MAX ? rewritten(cluster, CLUSTER_BYTES_MAX) : null;
        if (whole != null) {
            result.append(whole);
            return;
        }
        int at = 0;
        while (at < cluster.length()) {
            int next = at + Character.charCount(cluster.codePointAt(at));
            String single = rewritten(cluster.substring(at, next), 4);
            result.append(single != null ? single : cluster.substring(at, next));
            at = next;
        }
    }

    /** What stands for the shortest key that the part begins with, if there is one. */
    private @Nullable String rewritten(String part, int bytesMax) {
        byte[] key = part.getBytes(StandardCharsets.UTF_8);
        if (key.length > bytesMax) {
            return null;
        }
        int node = offset(units[0]);
        for (byte b : key) {
            node ^= b & 0xff;
            if (b == 0 || node < 0 || node >= units.length || label(units[node]) != (b & 0xff)) {
                return null;
            }
            int unit = units[node];
            node ^= offset(unit);
            if ((unit >>> 8 & 1) == 1) {
                return node >= 0 && node < units.length ? text(units[node] & 0x7fffffff) : null;
            }
        }
        return null;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    /** The byte of a unit; never a byte if the unit is a leaf (its top bit is set). */
    private static int label(int unit) {
        return unit & (1 << 31 | 0xff);
    }

    private @Nullable String text(int from) {
        if (from >= texts.length) {
            return null;
        }
        int to = from;
        while (to < texts.length && texts[to] != 0) {
            to++;
        }
        return new String(texts, from, to - from, StandardCharsets.UTF_8);
    }
}
