package wok.engine;

/**
 * Tells what a model thinks from what it answers; see {@link ReasoningOptions} for the rules. Text that may be part of
 * a tag waits. After the closing tag everything is answer, so a model that explains how {@code <think>} works isn't cut
 * up. One owner thread.
 */
final class ReasoningSplitter {

    /** Receives the pieces in order. */
    interface Sink {
        /**
         * A piece of thinking.
         *
         * @param end how many characters of the input lie before the piece's end
         */
        void reasoning(String text, long end);

        /**
         * A piece of the answer.
         *
         * @param end how many characters of the input lie before the piece's end
         */
        void answer(String text, long end);
    }

    private enum State {
        /** At the beginning: whitespace, then perhaps the opening tag. */
        BEGINNING,
        /** Whitespace after the opening tag. */
        OPENED,
        THINKING,
        /** Whitespace after the closing tag. */
        CLOSED,
        ANSWERING
    }

    private final ReasoningOptions options;
    private final TextPattern close;
    private final Sink sink;
    private final StringBuilder waiting = new StringBuilder();
    private State state;
    /** Characters of the tag that is looked for which the end of the input equals. */
    private int matched;

    private long read;

    ReasoningSplitter(ReasoningOptions options, Sink sink) {
        this.options = options;
        this.sink = sink;
        close = new TextPattern(options.splits() ? options.close() : "\0");
        state = options.splits() ? State.BEGINNING : State.ANSWERING;
    }

    /** Whether the next character, as far as is known, is thought and not answered. */
    boolean thinking() {
        return switch (state) {
            case BEGINNING -> options.startsInside();
            case OPENED, THINKING -> true;
            case CLOSED, ANSWERING -> false;
        };
    }

    /** Whether an opening tag would count. */
    boolean beginning() {
        return state == State.BEGINNING;
    }

    void accept(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (state == State.ANSWERING) {
                waiting.append(text, i, text.length());
                read += text.length() - i;
                break;
            }
            read++;
            accept(text.charAt(i));
        }
        emit(waiting.length() - undecided());
    }

    /** The end has come: what waited was no tag. */
    void finish() {
        emit(waiting.length());
        matched = 0;
    }

    private int undecided() {
        return switch (state) {
            case BEGINNING -> waiting.length();
            case THINKING -> matched;
            case OPENED, CLOSED, ANSWERING -> 0;
        };
    }

    private void accept(char next) {
        switch (state) {
            case BEGINNING -> begin(next);
            case OPENED -> afterTag(next, State.THINKING);
            case THINKING -> think(next);
            case CLOSED -> afterTag(next, State.ANSWERING);
            case ANSWERING -> waiting.append(next);
        }
    }

    private void begin(char next) {
        waiting.append(next);
        if (next == options.open().charAt(matched)) {
            matched++;
            if (matched == options.open().length()) {
                waiting.setLength(0);
                matched = 0;
                state = State.OPENED;
            }
        } else if (matched > 0 || !Character.isWhitespace(next)) {
            noOpeningTag();
        }
    }

    /** What waited is text of whatever the prompt has left us in; a closing tag may be in it. */
    private void noOpeningTag() {
        String text = waiting.toString();
        waiting.setLength(0);
        matched = 0;
        state = options.startsInside() ? State.THINKING : State.ANSWERING;
        read -= text.length();
        for (int i = 0; i < text.length(); i++) {
            read++;
            accept(text.charAt(i));
        }
    }

    private void afterTag(char next, State then) {
        if (!Character.isWhitespace(next)) {
            state = then;
            accept(next);
        }
    }

    private void think(char next) {
        waiting.append(next);
        matched = close.advance(matched, next);
        if (matched == close.length()) {
            int tag = close.length();
            waiting.setLength(waiting.length() - tag);
            emitBefore(waiting.length(), read - tag);
            matched = 0;
            state = State.CLOSED;
        }
    }

    private void emit(int count) {
        emitBefore(count, read - (waiting.length() - count));
    }

    private void emitBefore(int count, long end) {
        if (count == 0) {
            return;
        }
        String text = waiting.substring(0, count);
        waiting.delete(0, count);
        if (thinking()) {
            sink.reasoning(text, end);
        } else {
            sink.answer(text, end);
        }
    }
}
