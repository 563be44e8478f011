package wok.engine;

/**
 * The samplers that look at what was said: repetition, presence and frequency penalties, and DRY. All change logits in
 * place and cost time in proportion to the tokens they look at, not to the vocabulary. One owner thread; scratch memory
 * is as large as the vocabulary and grows to the longest context seen, then nothing is allocated.
 */
final class Penalties {
    private static final double DRY_PENALTY_MAX = 1e6;

    /** For each token id what the current call has found; all zero between calls. */
    private final int[] found;

    private int[] matches = new int[0];

    Penalties(int vocabularySize) {
        found = new int[vocabularySize];
    }

    /**
     * Over the last {@code repeatLastN} tokens: a token seen c > 0 times gets
     * {@code logit > 0 ? logit / repeatPenalty : logit * repeatPenalty}, then {@code - c * frequencyPenalty -
     * presencePenalty}. Source: Keskar et al., CTRL (2019) for the first; OpenAI's API for the others; llama.cpp's
     * order.
     */
    void repetition(float[] logits, int[] tokens, int length, SamplingOptions options) {
        int from = firstOf(length, options.repeatLastN());
        for (int i = from; i < length; i++) {
            count(tokens[i], 1);
        }
        for (int i = from; i < length; i++) {
            int id = tokens[i];
            if (id < found.length && found[id] > 0) {
                logits[id] = penalised(logits[id], found[id], options);
                found[id] = 0;
            }
        }
    }

    private static float penalised(float logit, int count, SamplingOptions options) {
        float scaled = logit > 0 ? logit / options.repeatPenalty() : logit * options.repeatPenalty();
        return scaled - count * options.frequencyPenalty() - options.presencePenalty();
    }

    /**
     * For every place i in the last {@code lastN} tokens, let m be how many tokens before i equal the last m tokens (no
     * more than have come since the last sequence breaker). The token at i would make that repetition longer: with the
     * greatest m of its places, if {@code m >= allowedLength}, it loses
     * {@code multiplier * base^(m - allowedLength)} (at most a million).
     *
     * @param sinceBreaker how many tokens have come after the last one in which a sequence breaker ended
     */
    void dry(float[] logits, int[] tokens, int length, int sinceBreaker, DryOptions options) {
        int from = firstOf(length, options.lastN());
        int reach = Math.min(sinceBreaker, length - from);
        if (reach < options.allowedLength()) {
            return;
        }
        matchLengths(tokens, from, length);
        for (int back = 1; back < length - from; back++) {
            int id = tokens[length - back];
            int match = Math.min(matches[back], reach);
            if (id < found.length && match >= options.allowedLength()) {
                found[id] = Math.max(found[id], match);
            }
        }
        for (int i = from; i < length; i++) {
            int id = tokens[i];
            if (id < found.length && found[id] > 0) {
                logits[id] -= dryPenalty(found[id], options);
                found[id] = 0;
            }
        }
    }

    private static float dryPenalty(int match, DryOptions options) {
        double growth = StrictMath.pow(options.base(), match - options.allowedLength());
        return (float) Math.min(options.multiplier() * growth, DRY_PENALTY_MAX);
    }

    /**
     * The Z function of the tokens read backwards: matches[b] is how many tokens are equal when the end of the tokens
     * and the place b tokens earlier are read backwards together.
     */
    private void matchLengths(int[] tokens, int from, int length) {
        int count = length - from;
        if (matches.length < count) {
            matches = new int[Math.max(count, 2 * matches.length)];
        }
        int left = 0;
        int right = 0;
        for (int i = 1; i < count; i++) {
            int match = i < right ? Math.min(right - i, matches[i - left]) : 0;
            while (i + match < count && tokens[length - 1 - match] == tokens[length - 1 - i - match]) {
                match++;
            }
            matches[i] = match;
            if (i + match > right) {
                left = i;
                right = i + match;
            }
        }
    }

    private void count(int id, int times) {
        if (id < found.length) {
            found[id] += times;
        }
    }

    private static int firstOf(int length, int lastN) {
        return lastN < 0 ? 0 : Math.max(0, length - lastN);
    }
}
