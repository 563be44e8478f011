package wok.model;

import java.util.List;
import java.util.Optional;
import wok.kernels.RopePairing;

/**
 * Rotary position embedding of one layer: dimension pair {@code i} of a head turns by {@code position * frequency[i]}.
 *
 * @param pairing which dimensions make a pair
 * @param dimensions how many of a head's dimensions turn, from its first; even
 * @param base the base of the frequencies: {@code base^(-2i/dimensions)}
 */
public record RopeConfig(RopePairing pairing, int dimensions, double base, RopeScaling scaling) {
    static final String DIMENSIONS = "rotary dimensions (head_dim, rope.dimension_count)";

    public RopeConfig {
        ConfigRule.positive(DIMENSIONS, dimensions, HeadShape.HEAD_DIM_MAX);
        ConfigRule.require(dimensions % 2 == 0, DIMENSIONS, dimensions, "an even number");
        ConfigRule.positive("base (rope_theta, rope.freq_base)", base);
        ConfigRule.require(base > 1, "base (rope_theta, rope.freq_base)", base, "above 1");
        if (scaling instanceof RopeScaling.Divisors d) {
            ConfigRule.require(
                    d.divisors().size() == dimensions / 2,
                    "rope_freqs.weight",
                    d.divisors().size() + " values",
                    dimensions / 2 + ", half the rotary dimensions");
        }
        if (scaling instanceof RopeScaling.LongRope l) {
            requireFactors("short_factor, rope_factors_short.weight", l.shortFactors(), dimensions);
            requireFactors("long_factor, rope_factors_long.weight", l.longFactors(), dimensions);
        }
    }

    RopeConfig withScaling(RopeScaling other) {
        return new RopeConfig(pairing, dimensions, base, other);
    }

    private static void requireFactors(String name, List<Double> factors, int dimensions) {
        ConfigRule.require(
                factors.size() == dimensions / 2,
                name,
                factors.size() + " values",
                dimensions / 2 + ", half the rotary dimensions");
    }

    /** The positions beyond which other angles than the original ones hold; empty for a scaling that knows no such. */
    Optional<Integer> contextOfShortFactors() {
        return scaling instanceof RopeScaling.LongRope l ? Optional.of(l.originalContext()) : Optional.empty();
    }

    /** {@link #frequencies(int)} within the context of the first training. */
    public double[] frequencies() {
        return frequencies(1);
    }

    /**
     * Radians per position of each pair: {@code dimensions / 2} values, in double from StrictMath.
     *
     * @param context the positions that the model is opened with
     */
    double[] frequencies(int context) {
        double[] frequencies = new double[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double plain = StrictMath.pow(base, -2.0 * i / dimensions);
            frequencies[i] = switch (scaling) {
                case RopeScaling.None none -> plain;
                case RopeScaling.Linear linear -> plain / linear.factor();
                case RopeScaling.Llama3 llama3 -> llama3(plain, llama3);
                case RopeScaling.Yarn yarn -> yarn(plain, i, yarn);
                case RopeScaling.Divisors divisors ->
                    plain / divisors.divisors().get(i);
                case RopeScaling.LongRope l -> plain / l.factors(context).get(i);
                case RopeScaling.Proportional p -> i < (int) (p.part() * dimensions / 2) ? plain / p.factor() : 0;
            };
        }
        return frequencies;
    }

    /** What cosine and sine are multiplied by. */
    double magnitude() {
        return switch (scaling) {
            case RopeScaling.Yarn yarn -> yarn.magnitude();
            case RopeScaling.LongRope l -> l.magnitude();
            case RopeScaling.None none -> 1;
            case RopeScaling.Linear linear -> 1;
            case RopeScaling.Llama3 llama3 -> 1;
            case RopeScaling.Divisors divisors -> 1;
            case RopeScaling.Proportional proportional -> 1;
        };
    }

    private static double llama3(double frequency, RopeScaling.Llama3 s) {
        double turns = s.originalContext() * frequency / (2 * Math.PI);
        if (turns < s.lowFrequencyFactor()) {
            return frequency / s.factor();
        }
        if (turns > s.highFrequencyFactor() || s.highFrequencyFactor() == s.lowFrequencyFactor()) {
            return frequency;
        }
        double smooth = (turns - s.lowFrequencyFactor()) / (s.highFrequencyFactor() - s.lowFrequencyFactor());
        return (1 - smooth) * frequency / s.factor() + smooth * frequency;
    }

    private double yarn(double frequency, int pair, RopeScaling.Yarn s) {
        double low = dimensionTurning(s.betaFast(), s);
        double high = dimensionTurning(s.betaSlow(), s);
        if (s.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, dimensions - 1);
        double ramp = Math.clamp((pair - low) / (high == low ? 0.001 : high - low), 0, 1);
        return frequency / s.factor() * ramp + frequency * (1 - ramp);
    }

    /** The pair, as a real number, that turns {@code turns} times within the original context. */
    private double dimensionTurning(double turns, RopeScaling.Yarn s) {
        return dimensions * StrictMath.log(s.originalContext() / (turns * 2 * Math.PI)) / (2 * StrictMath.log(base));
    }
}
