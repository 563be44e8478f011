package wok.formats;

/**
 * A file that is not what it claims to be: truncated, contradictory, or beyond a reader's limits. The message is one
 * line with the path, the byte offset, the field, what was found and what was expected. Names that come from the file
 * are shortened in it, and their control characters escaped: a hostile name must not write to somebody's terminal.
 */
public final class MalformedModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Characters of a path, field, finding or expectation in a message. */
    static final int PART_LENGTH_MAX = 300;

    /**
     * @param path the file, or a word for the text when it is not a file
     * @param offset where the field starts, in bytes; -1 when the field is not at one place
     */
    public MalformedModelException(String path, long offset, String field, String found, String expected) {
        super(printable(path) + (offset >= 0 ? " at byte " + offset : "") + ": " + printable(field) + ": found "
                + printable(found) + " (expected: " + printable(expected) + ")");
    }

    private static String printable(String part) {
        StringBuilder out = new StringBuilder();
        int shown = 0;
        for (int i = 0; i < part.length(); ) {
            int c = part.codePointAt(i);
            i += Character.charCount(c);
            if (++shown > PART_LENGTH_MAX) {
                return out.append('…').toString();
            }
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR ->
                    out.append("\\u{").append(Integer.toHexString(c)).append('}');
                default -> out.appendCodePoint(c);
            }
        }
        return out.toString();
    }
}
