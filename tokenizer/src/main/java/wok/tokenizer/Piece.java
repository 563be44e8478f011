package wok.tokenizer;

/**
 * A stretch of text on its way through the pre-tokenizer.
 *
 * @param from first UTF-16 code unit of it in {@code text}
 * @param to behind its last
 * @param begins whether it starts where the whole input starts
 */
record Piece(String text, int from, int to, boolean begins) {
    static Piece of(String text, boolean begins) {
        return new Piece(text, 0, text.length(), begins);
    }

    Piece part(int start, int end) {
        return new Piece(text, start, end, begins && start == from);
    }

    boolean isEmpty() {
        return from == to;
    }

    boolean startsWith(String prefix) {
        return text.startsWith(prefix, from) && prefix.length() <= to - from;
    }

    /** The stretch alone, with other text. */
    Piece withText(String other) {
        return new Piece(other, 0, other.length(), begins);
    }

    String string() {
        return text.substring(from, to);
    }
}
