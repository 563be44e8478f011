package wok.engine;

/**
 * A text that is looked for in a stream of characters (Knuth, Morris, Pratt 1977). The state is how many of the
 * pattern's characters the end of the stream equals; that is also how much of the stream may still become a match.
 * Immutable; the caller keeps the state.
 */
final class TextPattern {
    private final String text;
    /** failure[n]: the length of the longest proper prefix of the pattern that ends its first n characters. */
    private final int[] failure;

    TextPattern(String text) {
        this.text = text;
        failure = new int[text.length() + 1];
        int state = 0;
        for (int i = 1; i < text.length(); i++) {
            state = advance(state, text.charAt(i));
            failure[i + 1] = state;
        }
    }

    String text() {
        return text;
    }

    int length() {
        return text.length();
    }

    /** The state after one more character; {@link #length} when the pattern is complete. */
    int advance(int state, char next) {
        int matched = state == text.length() ? failure[state] : state;
        while (matched > 0 && text.charAt(matched) != next) {
            matched = failure[matched];
        }
        return text.charAt(matched) == next ? matched + 1 : 0;
    }
}
