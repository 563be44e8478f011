package wok.cli;

/** A command that can't go on. The message is one line: what was found, what was expected, what to do. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private CliException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Exit code 1: the words were right, the work failed. */
    static CliException failed(String message) {
        return new CliException(Main.FAILED, message);
    }

    /** Exit code 2: the words were wrong. */
    static CliException usage(String message) {
        return new CliException(Main.WRONG_USAGE, message);
    }

    int exitCode() {
        return exitCode;
    }
}
