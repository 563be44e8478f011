package wok.tokenizer;

/**
 * A chat template that can't be parsed or rendered. The message is one line: {@code template NAME, line N: what is
 * wrong}. When the template itself refused the conversation with {@code raise_exception}, the message is the
 * template's own text, for it speaks to whoever wrote the messages.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean raisedByTemplate;

    private TemplateException(String message, boolean raisedByTemplate) {
        super(message);
        this.raisedByTemplate = raisedByTemplate;
    }

    /**
     * An error at a place.
     *
     * @param line counted from 1
     */
    static TemplateException at(String template, int line, String message) {
        return new TemplateException("template " + template + ", line " + line + ": " + message, false);
    }

    /** An error that has no line: a source without a usable template. */
    static TemplateException of(String message) {
        return new TemplateException(message, false);
    }

    static TemplateException raised(String message) {
        return new TemplateException(message, true);
    }

    /** Whether the template called {@code raise_exception}: the conversation is not one it accepts. */
    public boolean raisedByTemplate() {
        return raisedByTemplate;
    }
}
