package wok.tokenizer;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The token ids of words seen before: ordinary text repeats its words, and looking one up costs a tenth of merging it.
 * Bounded: each word has one place, and a newcomer takes it. Any thread may use it.
 */
final class WordCache {
    private static final int PLACES = 1 << 15;
    private static final int WORD_LENGTH_MAX = 32;

    private static final class Entry {
        private final String word;
        private final int[] ids;

        Entry(String word, int[] ids) {
            this.word = word;
            this.ids = ids;
        }
    }

    private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(PLACES);

    /** The ids, or an empty array if the word is not here (no word has no ids and is kept). */
    int[] get(Piece piece) {
        if (piece.to() - piece.from() > WORD_LENGTH_MAX) {
            return NONE;
        }
        Entry entry = entries.getAcquire(place(piece));
        boolean same =
                entry != null && entry.word.length() == piece.to() - piece.from() && piece.startsWith(entry.word);
        return same ? entry.ids : NONE;
    }

    void put(Piece piece, int[] ids) {
        if (piece.to() - piece.from() <= WORD_LENGTH_MAX && ids.length > 0) {
            entries.setRelease(place(piece), new Entry(piece.string(), ids));
        }
    }

    private static int place(Piece piece) {
        int hash = 0;
        for (int i = piece.from(); i < piece.to(); i++) {
            hash = 31 * hash + piece.text().charAt(i);
        }
        return ((hash * 0x9e3779b9) >>> 16) & (PLACES - 1);
    }

    private static final int[] NONE = {};
}
