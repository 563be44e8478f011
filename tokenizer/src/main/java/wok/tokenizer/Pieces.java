package wok.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;

/**
 * The pieces that text may become: a vocabulary less some of its ids. It is a view, because copying the map of a
 * vocabulary of 262 000 costs as much as reading it. Immutable once it is shared; then any thread may use it.
 *
 * @param ids the vocabulary by spelling; -1 for what is not in it
 * @param spellings the vocabulary by id; an empty string where there is a gap
 * @param withheld the ids that no text yields: control tokens, and those whose spelling is another id's
 */
record Pieces(ToIntFunction<String> ids, List<String> spellings, BitSet withheld) {

    /** All pieces of a vocabulary, each with an id of its own. */
    static Pieces of(Map<String, Integer> ids) {
        int greatest = ids.values().stream().mapToInt(id -> id).max().orElse(-1);
        List<String> spellings = new ArrayList<>(Collections.nCopies(greatest + 1, ""));
        ids.forEach((piece, id) -> spellings.set(id, piece));
        return new Pieces(piece -> ids.getOrDefault(piece, -1), spellings, new BitSet());
    }

    /** The id of a piece, or -1. */
    int id(String piece) {
        int id = ids.applyAsInt(piece);
        return id < 0 || withheld.get(id) ? -1 : id;
    }

    /** The piece of an id; empty if no text becomes it. */
    String spelling(int id) {
        return withheld.get(id) ? "" : spellings.get(id);
    }

    /** Takes every piece that is not empty, by rising id. */
    void forEach(ObjIntConsumer<String> action) {
        for (int id = 0; id < spellings.size(); id++) {
            String piece = spelling(id);
            if (!piece.isEmpty()) {
                action.accept(piece, id);
            }
        }
    }
}
