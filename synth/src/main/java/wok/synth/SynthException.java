package wok.synth;

/** A model that can't be made: an unknown shape or type, or a file that can't be written. The message is one line. */
public final class SynthException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SynthException(String message) {
        super(message);
    }

    SynthException(String message, Throwable cause) {
        super(message, cause);
    }
}
