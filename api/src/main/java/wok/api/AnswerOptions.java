package wok.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import wok.engine.ContextPolicy;
import wok.engine.SamplingOptions;
import wok.model.AdapterMix;

/**
 * How an answer is to be. Immutable; any thread.
 *
 * @param sampling how tokens are chosen; empty = as the model's own files say ({@link Wok#sampling})
 * @param seed chooses the random numbers: same prompt, options and seed, same answer; empty = the seed of {@code
 *     sampling} if it has another than 0, else a new one for each answer, which {@link Answer#seed} tells
 * @param tokensMax tokens to give at most; {@link Integer#MAX_VALUE} until the context ends
 * @param stop texts that end the answer and are not shown
 * @param topLogprobs -1: no log-probabilities; 0: those of the chosen tokens; n: and of the n most likely
 * @param thinking whether the model should think before it answers; empty = as its template does
 * @param thinkingTokensMax tokens after which thinking is ended; -1 for no bound
 * @param contextPolicy what happens when the answer reaches the end of the context
 * @param endIgnored whether the answer goes on where the model would end it
 * @param adapters of {@link Wok#openAdapter}
 */
public record AnswerOptions(
        Optional<SamplingOptions> sampling,
        OptionalLong seed,
        int tokensMax,
        List<String> stop,
        int topLogprobs,
        Optional<Boolean> thinking,
        int thinkingTokensMax,
        ContextPolicy contextPolicy,
        boolean endIgnored,
        AdapterMix adapters) {

    /** The model's own sampling, another answer each time, until it stops or the context ends. */
    public static final AnswerOptions DEFAULTS = new AnswerOptions(
            Optional.empty(),
            OptionalLong.empty(),
            Integer.MAX_VALUE,
            List.of(),
            -1,
            Optional.empty(),
            -1,
            ContextPolicy.ERROR,
            false,
            AdapterMix.none());

    public AnswerOptions {
        stop = List.copyOf(stop);
        if (tokensMax < 1) {
            throw new WokException("tokensMax: " + tokensMax + " (expected: 1 or more)");
        }
        if (thinkingTokensMax < -1) {
            throw new WokException("thinkingTokensMax: " + thinkingTokensMax + " (expected: -1 or more)");
        }
    }

    public AnswerOptions withSampling(SamplingOptions value) {
        return new AnswerOptions(
                Optional.of(value),
                seed,
                tokensMax,
                stop,
                topLogprobs,
                thinking,
                thinkingTokensMax,
                contextPolicy,
                endIgnored,
                adapters);
    }

    /** The same answer each time: that of this seed, whatever {@code sampling} says. */
    public AnswerOptions withSeed(long value) {
        return new AnswerOptions(
                sampling,
                OptionalLong.of(value),
                tokensMax,
                stop,
                topLogprobs,
                thinking,
                thinkingTokensMax,
                contextPolicy,
                endIgnored,
                adapters);
    }

    /** Always the most likely token. */
    public AnswerOptions greedy() {
        return withSampling(SamplingOptions.GREEDY);
    }

    public AnswerOptions withTokensMax(int value) {
        return new AnswerOptions(
                sampling,
                seed,
                value,
                stop,
                topLogprobs,
                thinking,
                thinkingTokensMax,
                contextPolicy,
                endIgnored,
                adapters);
    }

    public AnswerOptions withStop(String... values) {
        return withStop(List.of(values));
    }

    public AnswerOptions withStop(List<String> values) {
        return new AnswerOptions(
                sampling,
                seed,
                tokensMax,
                values,
                topLogprobs,
                thinking,
                thinkingTokensMax,
                contextPolicy,
                endIgnored,
                adapters);
    }

    public AnswerOptions withTopLogprobs(int value) {
        return new AnswerOptions(
                sampling,
                seed,
                tokensMax,
                stop,
                value,
                thinking,
                thinkingTokensMax,
                contextPolicy,
                endIgnored,
                adapters);
    }

    public AnswerOptions withThinking(boolean value) {
        return new AnswerOptions(
                sampling,
                seed,
                tokensMax,
                stop,
                topLogprobs,
                Optional.of(value),
                thinkingTokensMax,
                contextPolicy,
                endIgnored,
                adapters);
    }

    public AnswerOptions withThinkingTokensMax(int value) {
        return new AnswerOptions(
                sampling, seed, tokensMax, stop, topLogprobs, thinking, value, contextPolicy, endIgnored, adapters);
    }

    public AnswerOptions withContextPolicy(ContextPolicy value) {
        return new AnswerOptions(
                sampling, seed, tokensMax, stop, topLogprobs, thinking, thinkingTokensMax, value, endIgnored, adapters);
    }

    public AnswerOptions withEndIgnored(boolean value) {
        return new AnswerOptions(
                sampling,
                seed,
                tokensMax,
                stop,
                topLogprobs,
                thinking,
                thinkingTokensMax,
                contextPolicy,
                value,
                adapters);
    }

    /** Computed with adapters: of the model that is asked. */
    public AnswerOptions withAdapters(AdapterMix value) {
        return new AnswerOptions(
                sampling,
                seed,
                tokensMax,
                stop,
                topLogprobs,
                thinking,
                thinkingTokensMax,
                contextPolicy,
                endIgnored,
                value);
    }
}
