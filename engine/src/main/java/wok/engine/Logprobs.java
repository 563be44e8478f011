package wok.engine;

import java.util.ArrayList;
import java.util.List;
import wok.kernels.CanonicalMath;

/**
 * Log-probabilities of the model's own distribution: {@code ln p(i) = l(i) - L - ln(sum of exp(l(j) - L))}, L the
 * greatest logit, summed in double in order of ids. One owner thread; only what is handed out is allocated.
 */
final class Logprobs {
    private final int vocabularySize;
    private final Candidates candidates;

    Logprobs(int vocabularySize) {
        this.vocabularySize = vocabularySize;
        candidates = new Candidates(vocabularySize);
    }

    /**
     * The chosen token with its log-probability and those of the {@code top} most likely tokens.
     *
     * @param logits the model's, none NaN or positive infinity, not all negative infinity
     */
    TokenInfo describe(float[] logits, int id, int top) {
        float greatest = logits[Sampler.best(logits, vocabularySize)];
        double sum = 0;
        for (int i = 0; i < vocabularySize; i++) {
            sum += exp(logits[i] - greatest);
        }
        double logSum = StrictMath.log(sum);
        return new TokenInfo(id, logprob(logits[id], greatest, logSum), best(logits, top, greatest, logSum));
    }

    private List<TokenLogprob> best(float[] logits, int top, float greatest, double logSum) {
        if (top == 0) {
            return List.of();
        }
        candidates.load(logits, vocabularySize);
        List<TokenLogprob> best = new ArrayList<>(top);
        for (int rank = 0; rank < Math.min(top, candidates.size()); rank++) {
            best.add(new TokenLogprob(candidates.id(rank), logprob(candidates.logit(rank), greatest, logSum)));
        }
        return best;
    }

    private static float logprob(float logit, float greatest, double logSum) {
        return (float) (((double) logit - greatest) - logSum);
    }

    /** The same bits on every machine. */
    static double exp(float x) {
        return CanonicalMath.exp(x);
    }
}
