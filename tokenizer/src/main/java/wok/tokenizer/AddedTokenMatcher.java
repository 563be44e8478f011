package wok.tokenizer;

import java.util.List;

/**
 * Finds added tokens in a text: leftmost first, of several at one place the longest, never overlapping. Immutable; any
 * thread may use it. Time: the text's length times the longest token's, at worst.
 */
final class AddedTokenMatcher {

    /** Whether a token may be matched at a place. */
    @FunctionalInterface
    interface Gate {
        boolean opens(AddedToken token, int start, int end);
    }

    /** Receives the parts of a text in order. */
    interface Sink {
        void text(int from, int to);

        void token(int id);
    }

    private final List<AddedToken> tokens;
    private final Trie trie;

    /** Of tokens with equal spelling the last one counts. */
    AddedTokenMatcher(List<AddedToken> tokens, java.util.function.UnaryOperator<String> spelling) {
        this.tokens = List.copyOf(tokens);
        Trie.Builder builder = new Trie.Builder();
        for (int i = 0; i < tokens.size(); i++) {
            String spelled = spelling.apply(tokens.get(i).content());
            if (!spelled.isEmpty()) {
                builder.put(spelled, i);
            }
        }
        this.trie = builder.build();
    }

    /**
     * Cuts a text at its tokens.
     *
     * @param skipClosed whether a match that the gate forbids hides what begins inside it (as the {@code tokenizers}
     *     library has it for text without special tokens), or the search goes on behind its first character
     */
    void split(String text, Gate gate, boolean skipClosed, Sink sink) {
        int behind = 0;
        int at = 0;
        while (at < text.length()) {
            long match = trie.isEmpty() ? -1 : longest(text, at);
            if (match < 0) {
                at++;
                continue;
            }
            AddedToken token = tokens.get((int) (match >>> 32));
            int end = (int) match;
            if (!gate.opens(token, at, end)) {
                at = skipClosed ? end : at + 1;
                continue;
            }
            if (token.singleWord() && !standsAlone(text, at, end)) {
                at = end;
                continue;
            }
            int start = token.leftStrip() ? beforeSpace(text, behind, at) : at;
            if (start > behind) {
                sink.text(behind, start);
            }
            sink.token(token.id());
            behind = token.rightStrip() ? behindSpace(text, end) : end;
            at = Math.max(end, behind);
        }
        if (behind < text.length()) {
            sink.text(behind, text.length());
        }
    }

    /** The longest token here: its index above, its end below; -1 if there is none. */
    private long longest(String text, int at) {
        long found = -1;
        int node = Trie.ROOT;
        for (int i = at; i < text.length(); i++) {
            node = trie.child(node, text.charAt(i));
            if (node < 0) {
                break;
            }
            if (trie.value(node) >= 0) {
                found = (long) trie.value(node) << 32 | (i + 1);
            }
        }
        return found;
    }

    private static boolean standsAlone(String text, int start, int end) {
        return (start == 0 || !CodePoints.isWordOrJoiner(text.codePointBefore(start)))
                && (end == text.length() || !CodePoints.isWordOrJoiner(text.codePointAt(end)));
    }

    private static int beforeSpace(String text, int start, int end) {
        int at = end;
        while (at > start && CodePoints.isSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static int behindSpace(String text, int start) {
        int at = start;
        while (at < text.length() && CodePoints.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
