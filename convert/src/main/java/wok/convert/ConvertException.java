package wok.convert;

/** A model that cannot be written as asked: {@code name: value (expected: rule)}. */
public final class ConvertException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ConvertException(String message) {
        super(message);
    }

    ConvertException(String message, Throwable cause) {
        super(message, cause);
    }
}
