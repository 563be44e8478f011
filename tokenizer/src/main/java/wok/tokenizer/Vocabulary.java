package wok.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A vocabulary while it is read: ids by spelling and spellings by id. One owner thread. */
final class Vocabulary {
    /** Published vocabularies end near 262 000; a file that claims an id of 2^31 is not to cost memory. */
    static final int IDS_MAX = 1 << 22;

    private final String name;
    private final Map<String, Integer> ids;
    private final List<String> pieces;
    private final BitSet taken = new BitSet();

    /**
     * @param name for messages
     * @param sizeExpected how many pieces to make room for
     */
    Vocabulary(String name, int sizeExpected) {
        this.name = name;
        this.ids = HashMap.newHashMap(sizeExpected);
        this.pieces = new ArrayList<>(sizeExpected);
    }

    /**
     * Adds a piece of the model.
     *
     * @throws TokenizerException if the id is absurd or already another piece's
     */
    void add(String piece, long id) {
        require(piece, id);
        if (taken.get((int) id)) {
            throw new TokenizerException(name + ": id " + id + ": " + Messages.quote(piece) + " and "
                    + Messages.quote(pieces.get((int) id)) + " (expected: one piece per id)");
        }
        set(piece, (int) id);
    }

    /** Adds a token that may rename a piece: its spelling counts from now on. */
    void addOver(String piece, long id) {
        require(piece, id);
        set(piece, (int) id);
    }

    private void require(String piece, long id) {
        if (id < 0 || id >= IDS_MAX) {
            throw new TokenizerException(
                    name + ": " + Messages.quote(piece) + ": id " + id + " (expected: 0 to " + (IDS_MAX - 1) + ")");
        }
        while (pieces.size() <= id) {
            pieces.add("");
        }
    }

    private void set(String piece, int id) {
        ids.put(piece, id);
        pieces.set(id, piece);
        taken.set(id);
    }

    int size() {
        return pieces.size();
    }

    boolean has(String piece) {
        return ids.containsKey(piece);
    }

    /** The id of a piece, or -1. */
    int id(String piece) {
        return ids.getOrDefault(piece, -1);
    }

    Map<String, Integer> ids() {
        return Collections.unmodifiableMap(ids);
    }

    List<String> pieces() {
        return Collections.unmodifiableList(pieces);
    }
}
