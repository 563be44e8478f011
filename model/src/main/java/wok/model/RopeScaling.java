package wok.model;

import java.util.List;

/**
 * How a family stretches rotary position embeddings beyond the context it was first trained on: a change of the inverse
 * frequencies, made once when the model opens.
 *
 * <p>Source: {@code modeling_rope_utils.py} of transformers; YaRN is arXiv 2309.00071. The type {@code dynamic} is not
 * here: up to max_position_embeddings, where every sequence of Wok ends, it is {@link None}. Beyond it transformers
 * turns to other angles whenever a sequence grows, while the keys it has cached keep theirs; with that neither a cached
 * prefix nor a batch could be had that gives the numbers of a sequence alone.
 */
public sealed interface RopeScaling {

    /** As trained. */
    record None() implements RopeScaling {}

    /**
     * Positions divided by a factor.
     *
     * @param factor above 0
     */
    record Linear(double factor) implements RopeScaling {
        public Linear {
            ConfigRule.positive("factor (rope_scaling.factor, rope.scaling.factor)", factor);
        }
    }

    /**
     * Llama 3.1: long wavelengths are stretched by the factor, short ones stay, those between are blended.
     *
     * @param originalContext positions of the first training
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext)
            implements RopeScaling {
        public Llama3 {
            ConfigRule.positive("factor (rope_scaling.factor)", factor);
            ConfigRule.positive("lowFrequencyFactor (rope_scaling.low_freq_factor)", lowFrequencyFactor);
            ConfigRule.positive("highFrequencyFactor (rope_scaling.high_freq_factor)", highFrequencyFactor);
            ConfigRule.require(
                    highFrequencyFactor >= lowFrequencyFactor,
                    "highFrequencyFactor (rope_scaling.high_freq_factor)",
                    highFrequencyFactor,
                    "at least low_freq_factor, " + lowFrequencyFactor);
            ConfigRule.positive(
                    "originalContext (rope_scaling.original_max_position_embeddings)",
                    originalContext,
                    ModelConfig.CONTEXT_MAX);
        }
    }

    /**
     * YaRN: a ramp over the dimensions from unscaled to scaled, and a factor on cosine and sine.
     *
     * @param originalContext positions of the first training
     * @param betaFast turns within the original context above which a dimension stays as it is
     * @param betaSlow turns below which it is scaled by the whole factor
     * @param magnitude what cosine and sine are multiplied by
     * @param truncate whether the ramp's ends are rounded to whole dimensions
     */
    record Yarn(
            double factor, int originalContext, double betaFast, double betaSlow, double magnitude, boolean truncate)
            implements RopeScaling {
        public Yarn {
            ConfigRule.positive("factor (rope_scaling.factor, rope.scaling.factor)", factor);
            ConfigRule.positive(
                    "originalContext (rope_scaling.original_max_position_embeddings,"
                            + " rope.scaling.original_context_length)",
                    originalContext,
                    ModelConfig.CONTEXT_MAX);
            ConfigRule.positive("betaFast (rope_scaling.beta_fast, rope.scaling.yarn_beta_fast)", betaFast);
            ConfigRule.positive("betaSlow (rope_scaling.beta_slow, rope.scaling.yarn_beta_slow)", betaSlow);
            ConfigRule.positive("magnitude (rope_scaling.attention_factor, rope.scaling.attn_factor)", magnitude);
        }

        /** The same with the ramp's ends as they come out. */
        Yarn withoutRounding() {
            return new Yarn(factor, originalContext, betaFast, betaSlow, magnitude, false);
        }

        Yarn withMagnitude(double other) {
            return new Yarn(factor, originalContext, betaFast, betaSlow, other, truncate);
        }

        /** YaRN's own factor on cosine and sine: 0.1 weight ln(factor) + 1. */
        static double magnitude(double factor, double weight) {
            return factor <= 1 ? 1 : 0.1 * weight * StrictMath.log(factor) + 1;
        }
    }

    /**
     * The tensor {@code rope_freqs.weight} of GGUF files: llama3 scaling already worked out.
     *
     * @param divisors one for each pair of rotary dimensions: the angle is divided by it
     */
    record Divisors(List<Float> divisors) implements RopeScaling {
        public Divisors {
            divisors = List.copyOf(divisors);
            for (float divisor : divisors) {
                ConfigRule.positive("rope_freqs.weight", divisor);
            }
        }
    }

    /**
     * LongRoPE, arXiv 2402.13753: the angle of every pair is divided by a factor of its own, and by another one in
     * contexts longer than the first training's.
     *
     * <p>transformers changes to the long factors whenever a sequence grows beyond the original context, and leaves
     * cached keys as they were. Here one choice holds for all sequences of an opened model, for the reason above: long
     * factors if the model is opened with a greater context ({@link ModelOptions#contextMax}), short ones otherwise.
     *
     * @param shortFactors one for each pair of rotary dimensions
     * @param longFactors likewise
     * @param originalContext positions of the first training
     * @param magnitude what cosine and sine are multiplied by, whichever factors are chosen
     */
    record LongRope(List<Double> shortFactors, List<Double> longFactors, int originalContext, double magnitude)
            implements RopeScaling {
        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
            shortFactors.forEach(
                    factor -> ConfigRule.positive("shortFactors (short_factor, rope_factors_short.weight)", factor));
            longFactors.forEach(
                    factor -> ConfigRule.positive("longFactors (long_factor, rope_factors_long.weight)", factor));
            ConfigRule.positive(
                    "originalContext (original_max_position_embeddings, rope.scaling.original_context_length)",
                    originalContext,
                    ModelConfig.CONTEXT_MAX);
            ConfigRule.positive("magnitude (rope_scaling.attention_factor, rope.scaling.attn_factor)", magnitude);
        }

        /** The factors for a model that is opened with so many positions. */
        List<Double> factors(int context) {
            return context > originalContext ? longFactors : shortFactors;
        }

        /** LongRoPE's own factor on cosine and sine. */
        static double magnitude(double factor, int originalContext) {
            return factor <= 1 ? 1 : Math.sqrt(1 + StrictMath.log(factor) / StrictMath.log(originalContext));
        }
    }

    /**
     * Gemma 4's global layers: pairs reach over the whole head, their frequencies fall as if all turned, but only the
     * first do.
     *
     * @param part of the pairs turn
     * @param factor their angles are divided by it
     */
    record Proportional(double part, double factor) implements RopeScaling {
        public Proportional {
            ConfigRule.require(part > 0 && part <= 1, "part (partial_rotary_factor)", part, "above 0, at most 1");
            ConfigRule.positive("factor (rope_parameters.factor)", factor);
        }
    }
}
