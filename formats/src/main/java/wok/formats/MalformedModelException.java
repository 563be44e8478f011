package wok.formats;

/**
 * A file that is not what it claims to be: truncated, contradictory, or beyond a reader's limits. The message is one
 * line with the path, the byte offset, the field, what was found and what was expected.
 */
public final class MalformedModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param path the file, or a word for the text when it is not a file
     * @param offset where the field starts, in bytes; -1 when the field is not at one place
     */
    public MalformedModelException(String path, long offset, String field, String found, String expected) {
        super(path + (offset >= 0 ? " at byte " + offset : "") + ": " + field + ": found " + found + " (expected: "
                + expected + ")");
    }
}
