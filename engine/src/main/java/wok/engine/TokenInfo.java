package wok.engine;

import java.util.List;

/**
 * One token of an answer.
 *
 * @param id the token's id
 * @param logprob its log-probability under the model's own distribution; NaN when the request asked for none
 * @param top the most likely tokens at this place, best first (ties: lowest id first), as many as the request asked for
 */
public record TokenInfo(int id, float logprob, List<TokenLogprob> top) {
    public TokenInfo {
        top = List.copyOf(top);
    }

    /** A token without log-probabilities. */
    public static TokenInfo of(int id) {
        return new TokenInfo(id, Float.NaN, List.of());
    }
}
