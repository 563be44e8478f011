package wok.cli;

import wok.engine.Generation;
import wok.engine.GenerationEvent;

/** Reads a generation to its end and shows it as it comes. One thread at a time. */
final class AnswerReader {

    /** Shows the pieces of an answer. */
    interface View {
        /** A piece of what the model thinks before it answers. */
        void reasoning(String text);

        /** A piece of the answer. */
        void text(String text);

        /** The answer is over, or stopped. */
        void finished();
    }

    private AnswerReader() {}

    /**
     * Reads all events.
     *
     * @throws CliException if the engine failed
     */
    static Answer read(Generation generation, View view) {
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        while (true) {
            switch (generation.next()) {
                case GenerationEvent.Reasoning piece -> {
                    reasoning.append(piece.text());
                    view.reasoning(piece.text());
                }
                case GenerationEvent.Text piece -> {
                    text.append(piece.text());
                    view.text(piece.text());
                }
                case GenerationEvent.Finished end -> {
                    view.finished();
                    return new Answer(text.toString(), reasoning.toString(), end.reason(), end.usage());
                }
                case GenerationEvent.Failed failure -> {
                    view.finished();
                    throw CliException.failed(failure.message());
                }
            }
        }
    }
}
