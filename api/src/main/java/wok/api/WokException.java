package wok.api;

/** What went wrong for a program that uses Wok. The message is one line: what was found and what to do. */
public final class WokException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public WokException(String message) {
        super(message);
    }

    public WokException(String message, Throwable cause) {
        super(message, cause);
    }
}
