package wok.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import wok.model.AdapterMix;

/**
 * What to generate. Immutable; any thread.
 *
 * @param promptTokens the prompt's token ids, one or more (the arrays given and returned are copies)
 * @param sampling how tokens are chosen
 * @param tokensMax tokens to give at most; {@link Integer#MAX_VALUE} until the context ends
 * @param stop texts that end the answer and are not shown; they are looked for in the answer, not in the thinking
 * @param topLogprobs -1: no log-probabilities; 0: those of the chosen tokens; n: and of the n most likely
 * @param reasoning how thinking is told from answering
 * @param contextPolicy what happens at the context's end
 * @param contextKeep with {@link ContextPolicy#SHIFT}: so many tokens of the prompt's beginning are never dropped
 * @param endOfGenerationIgnored whether the model's end-of-generation tokens don't end the answer
 * @param specialShown whether control tokens show their spelling in the text
 * @param adapters of the engine's model; whoever opened them closes them after the answer
 */
@SuppressWarnings("ArrayRecordComponent") // token ids are an int[] everywhere in Wok; copies and equals guard it
public record GenerationRequest(
        int[] promptTokens,
        SamplingOptions sampling,
        int tokensMax,
        List<String> stop,
        int topLogprobs,
        ReasoningOptions reasoning,
        ContextPolicy contextPolicy,
        int contextKeep,
        boolean endOfGenerationIgnored,
        boolean specialShown,
        AdapterMix adapters) {

    private static final int STOPS_MAX = 64;
    private static final int STOP_CHARACTERS_MAX = 1024;
    private static final int TOP_LOGPROBS_MAX = 100;

    public GenerationRequest {
        promptTokens = promptTokens.clone();
        stop = List.copyOf(stop);
        if (promptTokens.length == 0) {
            throw Options.wrong("promptTokens", "0 tokens", "1 or more");
        }
        Options.atLeast("tokensMax", tokensMax, 0);
        Options.between("topLogprobs", topLogprobs, -1, TOP_LOGPROBS_MAX);
        Options.between("contextKeep", contextKeep, 0, promptTokens.length);
        if (stop.size() > STOPS_MAX) {
            throw Options.wrong("stop", stop.size() + " texts", "at most " + STOPS_MAX);
        }
        for (int i = 0; i < stop.size(); i++) {
            Options.between("stop[" + i + "] characters", stop.get(i).length(), 1, STOP_CHARACTERS_MAX);
            Options.wholeCharacters("stop[" + i + "]", stop.get(i));
        }
    }

    @Override
    public int[] promptTokens() {
        return promptTokens.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenerationRequest that
                && Arrays.equals(promptTokens, that.promptTokens)
                && sampling.equals(that.sampling)
                && tokensMax == that.tokensMax
                && stop.equals(that.stop)
                && topLogprobs == that.topLogprobs
                && reasoning.equals(that.reasoning)
                && contextPolicy == that.contextPolicy
                && contextKeep == that.contextKeep
                && endOfGenerationIgnored == that.endOfGenerationIgnored
                && specialShown == that.specialShown
                && adapters.equals(that.adapters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(promptTokens), sampling, tokensMax, stop, reasoning, contextPolicy);
    }

    /** Tokens in the prompt. */
    public int promptLength() {
        return promptTokens.length;
    }

    /** A builder for this prompt: default sampling, no bound on tokens, nothing else. */
    public static Builder builder(int[] promptTokens) {
        return new Builder(promptTokens);
    }

    /** Collects a request; {@link #build} checks it. One thread. */
    public static final class Builder {
        private final int[] promptTokens;
        private SamplingOptions sampling = SamplingOptions.DEFAULTS;
        private int tokensMax = Integer.MAX_VALUE;
        private List<String> stop = List.of();
        private int topLogprobs = -1;
        private ReasoningOptions reasoning = ReasoningOptions.NONE;
        private ContextPolicy contextPolicy = ContextPolicy.ERROR;
        private int contextKeep;
        private boolean endOfGenerationIgnored;
        private boolean specialShown;
        private AdapterMix adapters = AdapterMix.none();

        private Builder(int[] promptTokens) {
            this.promptTokens = promptTokens;
        }

        public Builder sampling(SamplingOptions value) {
            sampling = value;
            return this;
        }

        public Builder tokensMax(int value) {
            tokensMax = value;
            return this;
        }

        public Builder stop(List<String> value) {
            stop = value;
            return this;
        }

        public Builder stop(String... values) {
            stop = List.of(values);
            return this;
        }

        public Builder topLogprobs(int value) {
            topLogprobs = value;
            return this;
        }

        public Builder reasoning(ReasoningOptions value) {
            reasoning = value;
            return this;
        }

        public Builder contextPolicy(ContextPolicy value) {
            contextPolicy = value;
            return this;
        }

        public Builder contextKeep(int value) {
            contextKeep = value;
            return this;
        }

        public Builder endOfGenerationIgnored(boolean value) {
            endOfGenerationIgnored = value;
            return this;
        }

        public Builder specialShown(boolean value) {
            specialShown = value;
            return this;
        }

        public Builder adapters(AdapterMix value) {
            adapters = value;
            return this;
        }

        /**
         * The request.
         *
         * @throws EngineException `name: value (expected: rule)` if a value is wrong
         */
        public GenerationRequest build() {
            return new GenerationRequest(
                    promptTokens,
                    sampling,
                    tokensMax,
                    stop,
                    topLogprobs,
                    reasoning,
                    contextPolicy,
                    contextKeep,
                    endOfGenerationIgnored,
                    specialShown,
                    adapters);
        }
    }
}
