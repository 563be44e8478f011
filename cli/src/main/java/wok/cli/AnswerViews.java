package wok.cli;

import wok.formats.Json;

/** The ways in which an answer is shown. Each view belongs to one thread and one answer. */
final class AnswerViews {
    private AnswerViews() {}

    /** What suits the streams: Markdown drawn for a terminal, the model's very text for a pipe or a file. */
    static AnswerReader.View suiting(Streams streams, String waitingFor) {
        return streams.outputIsTerminal() ? new Drawn(streams, waitingFor) : new Plain(streams);
    }

    /** Shows nothing: the answer is printed when it is complete. */
    static AnswerReader.View none() {
        return new Silent();
    }

    /** One JSON object for each piece. */
    static AnswerReader.View jsonLines(Streams streams) {
        return new JsonLines(streams);
    }

    private static final class Silent implements AnswerReader.View {
        @Override
        public void reasoning(String text) {
            // the complete document has it
        }

        @Override
        public void text(String text) {
            // the complete document has it
        }

        @Override
        public void finished() {
            // nothing is open
        }
    }

    private record JsonLines(Streams streams) implements AnswerReader.View {
        @Override
        public void reasoning(String text) {
            line("reasoning", text);
        }

        @Override
        public void text(String text) {
            line("text", text);
        }

        @Override
        public void finished() {
            // the complete document follows
        }

        private void line(String key, String text) {
            streams.out().line(Json.object(key, Json.of(text)).toString());
        }
    }

    /** Answers to standard output; thoughts to standard error, for they are not the answer. */
    private static final class Plain implements AnswerReader.View {
        private final Streams streams;
        private boolean thinking;
        private String last = "";

        Plain(Streams streams) {
            this.streams = streams;
        }

        @Override
        public void reasoning(String text) {
            thinking = true;
            String shown = streams.errorsAreTerminal() ? TerminalText.harmless(text) : text;
            streams.err().print(streams.errorPaint().dim(shown));
        }

        @Override
        public void text(String text) {
            endThinking();
            streams.out().print(text);
            last = text;
        }

        @Override
        public void finished() {
            endThinking();
            if (!last.endsWith("\n")) {
                streams.out().print("\n");
            }
        }

        private void endThinking() {
            if (thinking) {
                streams.err().print("\n");
                thinking = false;
            }
        }
    }

    private static final class Drawn implements AnswerReader.View {
        private final Streams streams;
        private final Spinner spinner;
        private final MarkdownRenderer renderer;
        private boolean thinking;

        Drawn(Streams streams, String waitingFor) {
            this.streams = streams;
            spinner = Spinner.start(streams, waitingFor);
            renderer = new MarkdownRenderer(streams.out(), streams.paint(), streams.width());
        }

        @Override
        public void reasoning(String text) {
            spinner.close();
            thinking = true;
            streams.out().print(streams.paint().dim(TerminalText.harmless(text)));
        }

        @Override
        public void text(String text) {
            spinner.close();
            endThinking();
            renderer.accept(text);
        }

        @Override
        public void finished() {
            spinner.close();
            endThinking();
            renderer.finish();
        }

        private void endThinking() {
            if (thinking) {
                streams.out().print("\n\n");
                thinking = false;
            }
        }
    }
}
