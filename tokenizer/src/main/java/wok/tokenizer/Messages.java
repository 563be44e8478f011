package wok.tokenizer;

/** Pieces of error messages: one line, however long and odd the text they quote. Stateless. */
final class Messages {
    private static final int QUOTE_MAX = 80;

    private Messages() {}

    /** The text in quotes, cut, without control characters. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints()
                .limit(QUOTE_MAX)
                .forEach(c -> quoted.appendCodePoint(c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 ? '?' : c));
        return quoted.append(text.length() > QUOTE_MAX ? "…\"" : "\"").toString();
    }
}
