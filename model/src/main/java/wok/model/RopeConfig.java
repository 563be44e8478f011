package wok.model;

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
    }

    /** Radians per position of each pair: {@code dimensions / 2} values, in double from StrictMath. */
    public double[] frequencies() {
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
            };
        }
        return frequencies;
    }

    /** What cosine and sine are multiplied by. */
    double magnitude() {
        return scaling instanceof RopeScaling.Yarn yarn ? yarn.magnitude() : 1;
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
