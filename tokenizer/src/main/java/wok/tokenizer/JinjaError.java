package wok.tokenizer;

/**
 * What went wrong while a template was evaluated, on its way up to the node whose line it gets. Inside the
 * interpreter only: {@link ChatTemplate} turns it into a {@link TemplateException}.
 */
final class JinjaError extends RuntimeException {
    private static final long serialVersionUID = 1;
    static final int LINE_UNKNOWN = 0;

    private final String reason;
    private final int line;

    JinjaError(String reason) {
        this(reason, LINE_UNKNOWN);
    }

    private JinjaError(String reason, int line) {
        super(reason, null, false, false);
        this.reason = reason;
        this.line = line;
    }

    /** This error at a line, unless a node further down has already said its own. */
    JinjaError at(int nodeLine) {
        return line == LINE_UNKNOWN ? new JinjaError(reason, nodeLine) : this;
    }

    String reason() {
        return reason;
    }

    int line() {
        return line;
    }
}
