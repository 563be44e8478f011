package wok.api;

import java.util.List;

/**
 * A token of an answer, with its log-probability.
 *
 * @param text what it adds to the text; a token may be a part of a character, which shows as U+FFFD
 * @param logprob natural logarithm of its probability under the model's own distribution, before sampling options
 * @param alternatives the most likely tokens at this place, best first, as many as were asked for; these have none
 *     themselves
 */
public record TokenScore(int id, String text, float logprob, List<TokenScore> alternatives) {
    public TokenScore {
        alternatives = List.copyOf(alternatives);
    }

    /** 0 to 1. */
    public double probability() {
        return Math.exp(logprob);
    }
}
