package wok.engine;

import java.util.Map;

/**
 * How a token is chosen from the model's logits. The order: logit bias, the three penalties, DRY, top-k, typical,
 * top-p, min-p, temperature; the formulas are in docs/engine.md.
 *
 * @param temperature 0 (the most likely token, ties to the lowest id) or more
 * @param topK keep the k most likely tokens; 0 keeps all
 * @param topP keep the most likely tokens until their probabilities reach this sum, 0 to 1; 1 keeps all
 * @param minP keep tokens at least this many times as likely as the most likely one, 0 (all) to 1
 * @param typicalP keep the tokens closest to the distribution's entropy until they reach this sum, 0 to 1; 1 keeps all
 * @param repeatPenalty divides positive and multiplies negative logits of tokens seen, 0.01 to 100; 1 is off
 * @param repeatLastN how many of the last tokens, prompt included, the three penalties look at; -1 all, 0 none
 * @param presencePenalty subtracted once from the logit of a token seen, -100 to 100
 * @param frequencyPenalty subtracted for each time that a token was seen, -100 to 100
 * @param dry the penalty for longer repetitions
 * @param logitBias added to logits by token id, before all else; -1000 to 1000, or negative infinity to forbid a token
 * @param seed chooses the random numbers: same seed, same answer
 */
public record SamplingOptions(
        float temperature,
        int topK,
        float topP,
        float minP,
        float typicalP,
        float repeatPenalty,
        int repeatLastN,
        float presencePenalty,
        float frequencyPenalty,
        DryOptions dry,
        Map<Integer, Float> logitBias,
        long seed) {

    /** Temperature 0.7, top-p 0.95, min-p 0.05, nothing else, seed 0. */
    public static final SamplingOptions DEFAULTS =
            new SamplingOptions(0.7f, 0, 0.95f, 0.05f, 1, 1, 64, 0, 0, DryOptions.OFF, Map.of(), 0);

    /** Always the most likely token, without any penalty. */
    public static final SamplingOptions GREEDY =
            new SamplingOptions(0, 0, 1, 0, 1, 1, 64, 0, 0, DryOptions.OFF, Map.of(), 0);

    private static final int BIASES_MAX = 4096;

    public SamplingOptions {
        Options.atLeast("temperature", temperature, 0);
        Options.atLeast("topK", topK, 0);
        Options.between("topP", topP, 0, 1);
        Options.between("minP", minP, 0, 1);
        Options.between("typicalP", typicalP, 0, 1);
        Options.between("repeatPenalty", repeatPenalty, 0.01f, 100);
        Options.atLeast("repeatLastN", repeatLastN, -1);
        Options.between("presencePenalty", presencePenalty, -100, 100);
        Options.between("frequencyPenalty", frequencyPenalty, -100, 100);
        logitBias = Map.copyOf(logitBias);
        if (logitBias.size() > BIASES_MAX) {
            throw Options.wrong("logitBias", logitBias.size() + " tokens", "at most " + BIASES_MAX);
        }
        logitBias.forEach(SamplingOptions::checkBias);
    }

    private static void checkBias(int id, float bias) {
        if (bias != Float.NEGATIVE_INFINITY) {
            Options.between("logitBias[" + id + "]", bias, -1000, 1000);
        }
    }

    /** A builder that starts from {@link #DEFAULTS}. */
    public static Builder builder() {
        return DEFAULTS.toBuilder();
    }

    /** A builder that starts from these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The same with another temperature. */
    public SamplingOptions withTemperature(float value) {
        return toBuilder().temperature(value).build();
    }

    /** The same with another seed. */
    public SamplingOptions withSeed(long value) {
        return toBuilder().seed(value).build();
    }

    /** Collects options; {@link #build} checks them. One thread. */
    public static final class Builder {
        private float temperature;
        private int topK;
        private float topP;
        private float minP;
        private float typicalP;
        private float repeatPenalty;
        private int repeatLastN;
        private float presencePenalty;
        private float frequencyPenalty;
        private DryOptions dry;
        private Map<Integer, Float> logitBias;
        private long seed;

        private Builder(SamplingOptions from) {
            temperature = from.temperature;
            topK = from.topK;
            topP = from.topP;
            minP = from.minP;
            typicalP = from.typicalP;
            repeatPenalty = from.repeatPenalty;
            repeatLastN = from.repeatLastN;
            presencePenalty = from.presencePenalty;
            frequencyPenalty = from.frequencyPenalty;
            dry = from.dry;
            logitBias = from.logitBias;
            seed = from.seed;
        }

        public Builder temperature(float value) {
            temperature = value;
            return this;
        }

        public Builder topK(int value) {
            topK = value;
            return this;
        }

        public Builder topP(float value) {
            topP = value;
            return this;
        }

        public Builder minP(float value) {
            minP = value;
            return this;
        }

        public Builder typicalP(float value) {
            typicalP = value;
            return this;
        }

        public Builder repeatPenalty(float value) {
            repeatPenalty = value;
            return this;
        }

        public Builder repeatLastN(int value) {
            repeatLastN = value;
            return this;
        }

        public Builder presencePenalty(float value) {
            presencePenalty = value;
            return this;
        }

        public Builder frequencyPenalty(float value) {
            frequencyPenalty = value;
            return this;
        }

        public Builder dry(DryOptions value) {
            dry = value;
            return this;
        }

        public Builder logitBias(Map<Integer, Float> value) {
            logitBias = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws EngineException `name: value (expected: rule)` if one is wrong
         */
        public SamplingOptions build() {
            return new SamplingOptions(
                    temperature,
                    topK,
                    topP,
                    minP,
                    typicalP,
                    repeatPenalty,
                    repeatLastN,
                    presencePenalty,
                    frequencyPenalty,
                    dry,
                    logitBias,
                    seed);
        }
    }
}
