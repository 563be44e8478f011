package wok.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.OptionalInt;

/**
 * Byte-pair encoding: a word starts as characters, and pairs merge by rank. Immutable; any thread may use it.
 *
 * <p>One model serves three kinds of vocabulary. Byte-level ones have every byte's character, so nothing is unknown.
 * SentencePiece-like ones ({@code byte_fallback}) spell an unknown character as the tokens {@code <0x00>} to
 * {@code <0xFF>} of its bytes, or as the unknown token. Those of GGUF files without merges ({@code llama}) are ranked
 * by score: see {@link ScoredMerges}.
 */
final class BytePairModel implements TokenModel {

    /**
     * What varies between vocabularies.
     *
     * @param ignoreMerges whether a word that is in the vocabulary is that token, whatever merging would give
     * @param byteFallback whether unknown characters are spelled in bytes
     * @param fuseUnknown whether neighbouring unknown characters are one unknown token
     * @param unknown what an unknown character becomes; nothing if absent
     * @param continuingPrefix in front of every character but a word's first, usually empty
     * @param endSuffix behind a word's last character, usually empty
     */
    record Options(
            boolean ignoreMerges,
            boolean byteFallback,
            boolean fuseUnknown,
            OptionalInt unknown,
            String continuingPrefix,
            String endSuffix) {
        static final Options BYTE_LEVEL = new Options(false, false, false, OptionalInt.empty(), "", "");

        Options withIgnoreMerges(boolean ignore) {
            return new Options(ignore, byteFallback, fuseUnknown, unknown, continuingPrefix, endSuffix);
        }
    }

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int CHARACTER_TABLE_SIZE = 1 << 16;

    private final Pieces pieces;
    private final Merges merges;
    private final Options options;
    /** By character: 0 where nobody has looked, 1 for none, else the id plus 2. */
    private final int[] characterIds = new int[CHARACTER_TABLE_SIZE];

    private final int[] byteIds = new int[256];

    BytePairModel(Pieces pieces, Merges merges, Options options) {
        this.pieces = pieces;
        this.merges = merges;
        this.options = options;
        for (int b = 0; options.byteFallback && b < byteIds.length; b++) {
            byteIds[b] = pieces.id(byteToken(b));
        }
    }

    /** How vocabularies with byte fallback spell a byte: {@code <0x0A>}. */
    static String byteToken(int b) {
        return "<0x" + HEX.toHexDigits((byte) b) + ">";
    }

    @Override
    public void encode(String word, IntList ids) {
        if (options.ignoreMerges) {
            int whole = pieces.id(word);
            if (whole >= 0) {
                ids.add(whole);
                return;
            }
        }
        ids.addAll(new Merger(merges, symbols(word)).merge());
    }

    private int[] symbols(String word) {
        IntList symbols = new IntList();
        boolean unknownPending = false;
        int at = 0;
        while (at < word.length()) {
            int next = at + Character.charCount(word.codePointAt(at));
            int id = id(word, at, next);
            if (id >= 0) {
                unknownPending = flush(unknownPending, symbols);
                symbols.add(id);
            } else if (!options.byteFallback || !addBytes(word.substring(at, next), symbols)) {
                if (!options.fuseUnknown) {
                    flush(unknownPending, symbols);
                }
                unknownPending = true;
            }
            at = next;
        }
        flush(unknownPending, symbols);
        return symbols.toArray();
    }

    private boolean flush(boolean unknownPending, IntList symbols) {
        if (unknownPending && options.unknown.isPresent()) {
            symbols.add(options.unknown.getAsInt());
        }
        return false;
    }

    private int id(String word, int from, int to) {
        boolean plain = options.continuingPrefix.isEmpty() && options.endSuffix.isEmpty();
        if (plain && to - from == 1) {
            return characterId(word.charAt(from));
        }
        String prefix = from > 0 ? options.continuingPrefix : "";
        String suffix = to == word.length() ? options.endSuffix : "";
        return pieces.id(prefix + word.substring(from, to) + suffix);
    }

    /** Looked up when a character is first met; two threads may do so at once and find the same. */
    private int characterId(char c) {
        int known = characterIds[c];
        if (known == 0) {
            known = pieces.id(String.valueOf(c)) + 2;
            characterIds[c] = known;
        }
        return known - 2;
    }

    private boolean addBytes(String character, IntList symbols) {
        byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) {
            if (byteIds[b & 0xff] < 0) {
                return false;
            }
        }
        for (byte b : bytes) {
            symbols.add(byteIds[b & 0xff]);
        }
        return true;
    }
}
