package wok.engine;

import java.util.Map;

/**
 * Chooses a token from logits.
 *
 * <p>The samplers run in this order, which is llama.cpp's default chain (without the ones we don't have): logit bias,
 * repetition / presence / frequency penalties, DRY, top-k, typical, top-p, min-p, temperature, draw. Bias and penalties
 * change logits. Each truncation normalises what is left to it, at temperature 1: with l the logits, L the greatest,
 * w(i) = exp(l(i) - L), W the sum of w over the candidates left, p = w / W:
 *
 * <ul>
 *   <li>top-k keeps the k best;
 *   <li>typical (Meister et al. 2022) sorts by |-ln p - H|, H the entropy, and keeps until the sum of p reaches the bound;
 *   <li>top-p keeps from the best on until the sum of p reaches the bound, the token that reaches it included;
 *   <li>min-p keeps those with l(i) >= L + ln(minP);
 *   <li>temperature T makes w(i) = exp((l(i) - L) / T); the draw walks from the best token down until the sum of w
 *       exceeds u * W, u being {@link Philox}'s number for (seed, position, 0).
 * </ul>
 *
 * <p>Temperature 0 is arg-max after bias and penalties; truncations can't change it. "Best" always means greatest
 * logit, then lowest id. Sums are doubles added in a fixed order, exp is the kernels' own
 * ({@link wok.kernels.CanonicalMath}), so a seed gives the same token everywhere.
 *
 * <p>One instance serves all sequences of an engine and keeps nothing between calls; one owner thread. All memory is
 * taken at creation.
 */
final class Sampler {
    private final int vocabularySize;
    private final float[] adjusted;
    private final Penalties penalties;
    private final Candidates candidates;
    private final Candidates typical;
    private final Philox philox = new Philox();

    /** @param vocabularySize ids from this one on are never chosen */
    Sampler(int vocabularySize) {
        this.vocabularySize = vocabularySize;
        adjusted = new float[vocabularySize];
        penalties = new Penalties(vocabularySize);
        candidates = new Candidates(vocabularySize);
        typical = new Candidates(vocabularySize);
    }

    /**
     * The next token.
     *
     * @param logits the model's, by token id; not changed
     * @param tokens what is in the context so far, {@code length} of them
     * @param sinceBreaker for DRY, see {@link Penalties#dry}
     * @param position the place in the answer's whole sequence, for the random number
     * @throws EngineException if logits are NaN or positive infinity, or every token is forbidden
     */
    int sample(float[] logits, int[] tokens, int length, int sinceBreaker, SamplingOptions options, long position) {
        float[] values = adjust(logits, tokens, length, sinceBreaker, options);
        int best = best(values, vocabularySize);
        if (options.temperature() == 0 || options.topK() == 1) {
            return best;
        }
        truncate(values, values[best], options);
        return draw(options.temperature(), philox.uniform(options.seed(), position, 0));
    }

    /**
     * Leaves the candidates that the truncations allow. Where top-p and min-p stand alone, each keeps the best from the
     * first on, so min-p may go first as long as top-p's sum is that of all tokens: a few dozen tokens are then sorted
     * and not a vocabulary.
     */
    private void truncate(float[] values, float greatest, SamplingOptions options) {
        boolean prefixes = options.topK() == 0 && options.typicalP() == 1;
        float least = options.minP() > 0 ? greatest + (float) StrictMath.log(options.minP()) : Float.NEGATIVE_INFINITY;
        candidates.load(values, vocabularySize, prefixes ? least : Float.NEGATIVE_INFINITY);
        if (options.topK() > 0) {
            candidates.keep(options.topK());
        }
        if (options.typicalP() < 1) {
            keepTypical(values, greatest, options.typicalP());
        }
        if (options.topP() < 1) {
            double sum = prefixes ? weights(values, greatest) : weights(candidates.logit(0), 1);
            keepTopP(options.topP() * sum);
        }
        if (options.minP() > 0) {
            keepMinP(candidates.logit(0) + (float) StrictMath.log(options.minP()));
        }
    }

    private float[] adjust(float[] logits, int[] tokens, int length, int sinceBreaker, SamplingOptions options) {
        boolean repetition = penalises(options);
        if (options.logitBias().isEmpty() && !repetition && !options.dry().active()) {
            return logits;
        }
        System.arraycopy(logits, 0, adjusted, 0, vocabularySize);
        for (Map.Entry<Integer, Float> bias : options.logitBias().entrySet()) {
            if (bias.getKey() < vocabularySize) {
                adjusted[bias.getKey()] += bias.getValue();
            }
        }
        if (repetition) {
            penalties.repetition(adjusted, tokens, length, options);
        }
        if (options.dry().active()) {
            penalties.dry(adjusted, tokens, length, sinceBreaker, options.dry());
        }
        return adjusted;
    }

    private static boolean penalises(SamplingOptions options) {
        return options.repeatLastN() != 0
                && (options.repeatPenalty() != 1 || options.presencePenalty() != 0 || options.frequencyPenalty() != 0);
    }

    /**
     * The id of the greatest value, the lowest of equals.
     *
     * @throws EngineException if there is no greatest
     */
    static int best(float[] values, int count) {
        int best = 0;
        for (int id = 0; id < count; id++) {
            float value = values[id];
            if (!(value < Float.POSITIVE_INFINITY)) {
                throw new EngineException("logit of token " + id + ": " + value
                        + " (expected: a finite number); the model's weights or its configuration are damaged");
            }
            if (value > values[best]) {
                best = id;
            }
        }
        if (values[best] == Float.NEGATIVE_INFINITY) {
            throw new EngineException("logitBias: every token is forbidden (expected: one or more allowed)");
        }
        return best;
    }

    private void keepTypical(float[] values, float greatest, float bound) {
        double sum = weights(greatest, 1);
        double logSum = StrictMath.log(sum);
        double entropy = logSum;
        for (int i = 0; i < candidates.size(); i++) {
            float distance = candidates.unsortedLogit(i) - greatest;
            entropy -= weight(distance) / sum * distance;
        }
        typical.clear();
        for (int i = 0; i < candidates.size(); i++) {
            double surprise = logSum - (candidates.unsortedLogit(i) - greatest);
            typical.add(candidates.unsortedId(i), -(float) Math.abs(surprise - entropy));
        }
        typical.ready();
        int kept = 0;
        double reached = 0;
        while (kept < typical.size() && reached < bound * sum) {
            reached += weight(values[typical.id(kept++)] - greatest);
        }
        kept = Math.max(kept, 1);
        candidates.clear();
        for (int i = 0; i < kept; i++) {
            candidates.add(typical.id(i), values[typical.id(i)]);
        }
        candidates.ready();
    }

    /** Keeps the best until their weights reach {@code wanted}. */
    private void keepTopP(double wanted) {
        float greatest = candidates.logit(0);
        double reached = weight(0);
        int kept = 1;
        while (kept < candidates.size() && reached < wanted) {
            reached += weight(candidates.logit(kept++) - greatest);
        }
        candidates.keep(kept);
    }

    private void keepMinP(float least) {
        int kept = 1;
        while (kept < candidates.size() && candidates.logit(kept) >= least) {
            kept++;
        }
        candidates.keep(kept);
    }

    private int draw(float temperature, double uniform) {
        float greatest = candidates.logit(0);
        double wanted = uniform * weights(greatest, temperature);
        double reached = 0;
        int last = candidates.size() - 1;
        for (int rank = 0; rank < last; rank++) {
            reached += weight((candidates.logit(rank) - greatest) / temperature);
            if (reached > wanted) {
                return candidates.id(rank);
            }
        }
        return candidates.id(last);
    }

    /** The sum of all tokens' weights at temperature 1. */
    private double weights(float[] values, float greatest) {
        double sum = 0;
        for (int id = 0; id < vocabularySize; id++) {
            sum += weight(values[id] - greatest);
        }
        return sum;
    }

    /** The sum of the candidates' weights. */
    private double weights(float greatest, float temperature) {
        double sum = 0;
        for (int i = 0; i < candidates.size(); i++) {
            sum += weight((candidates.unsortedLogit(i) - greatest) / temperature);
        }
        return sum;
    }

    private static double weight(float distance) {
        return Logprobs.exp(distance);
    }
}
