package wok.hub;

/** A model that can't be named, found, fetched or stored. The message is one line: what was found and what to do. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HubException(String message) {
        super(message);
    }

    public HubException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return java.util.Objects.requireNonNullElse(super.getMessage(), "");
    }
}
