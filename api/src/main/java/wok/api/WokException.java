package wok.api;

/** What went wrong for a program that uses Wok. The message is one line: what was found and what to do. */
public final class WokException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean contextOverflow;

    public WokException(String message) {
        super(message);
        contextOverflow = false;
    }

    public WokException(String message, Throwable cause) {
        super(message, cause);
        contextOverflow = false;
    }

    private WokException(int promptTokens, int contextLength) {
        super("prompt: " + promptTokens + " tokens (expected: less than " + contextLength
                + ", the context; drop or shorten early messages, or open the model with a longer context)");
        contextOverflow = true;
    }

    /** A prompt that leaves no room for an answer. */
    static WokException contextOverflow(int promptTokens, int contextLength) {
        return new WokException(promptTokens, contextLength);
    }

    /** The same line, as this floor's exception. */
    static WokException of(RuntimeException cause) {
        return cause instanceof WokException own ? own : new WokException(String.valueOf(cause.getMessage()), cause);
    }

    /** Whether the conversation has grown too long for the context: a program may shorten it and try again. */
    public boolean isContextOverflow() {
        return contextOverflow;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
