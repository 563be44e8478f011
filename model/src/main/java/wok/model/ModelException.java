package wok.model;

/** A model that this floor can't run. The message is one line: what was found and what to do. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same with the file in front, unless it is there already. */
    ModelException in(String where) {
        String message = String.valueOf(getMessage());
        return message.startsWith(where) ? this : new ModelException(where + ": " + message, this);
    }
}
