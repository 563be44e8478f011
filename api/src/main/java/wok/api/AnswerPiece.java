package wok.api;

import java.util.List;

/**
 * A piece of an answer as it comes: whole characters; none where only white space before the first word came.
 *
 * @param isThought whether the model is still thinking; such text is no part of the answer
 * @param scores the tokens that came with it, when log-probabilities were asked for
 */
public record AnswerPiece(String text, boolean isThought, List<TokenScore> scores) {
    public AnswerPiece {
        scores = List.copyOf(scores);
    }
}
