package wok.cli;

import java.util.Optional;
import wok.api.Answer;
import wok.api.AnswerPiece;

/** Reads an answer to its end and shows it as it comes. One thread at a time. */
final class AnswerReader {

    /** Shows the pieces of an answer. */
    interface View {
        /** A piece of what the model thinks before it answers. */
        void reasoning(String text);

        /** A piece of the answer. */
        void text(String text);

        /** The answer is over, or stopped, or failed. */
        void finished();
    }

    private AnswerReader() {}

    /**
     * Reads all pieces.
     *
     * @throws wok.api.WokException if the engine failed
     */
    static AnswerReport read(Answer answer, View view) {
        try {
            for (Optional<AnswerPiece> piece = answer.next(); piece.isPresent(); piece = answer.next()) {
                show(piece.get(), view);
            }
        } finally {
            view.finished();
        }
        return new AnswerReport(answer.text(), answer.reasoning(), answer.finishReason(), answer.usage());
    }

    private static void show(AnswerPiece piece, View view) {
        if (piece.text().isEmpty()) {
            return;
        }
        if (piece.isThought()) {
            view.reasoning(piece.text());
        } else {
            view.text(piece.text());
        }
    }
}
