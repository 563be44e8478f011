package wok.kernels;

import java.util.Arrays;

/**
 * Cosines and sines of rotary position embeddings (Su et al. 2021), computed in double by {@link StrictMath} and
 * rounded once: {@code cos(position * inverseFrequencies[i]) * magnitude}. Grown on demand by the one thread that calls
 * {@link Compute#rope}; read by its team.
 */
public final class RopeTable {
    private static final int POSITIONS_AT_ONCE = 256;

    private final RopePairing pairing;
    private final double[] inverseFrequencies;
    private final double magnitude;
    private final int contextLength;
    private float[] cosines = {};
    private float[] sines = {};
    private int positions;

    private RopeTable(RopePairing pairing, double[] inverseFrequencies, double magnitude, int contextLength) {
        this.pairing = pairing;
        this.inverseFrequencies = inverseFrequencies.clone();
        this.magnitude = magnitude;
        this.contextLength = contextLength;
    }

    /**
     * An empty table, filled as positions are asked for.
     *
     * @param inverseFrequencies radians per position for each pair, after any scaling of frequencies; twice as many
     *     dimensions rotate, the first of each head
     * @param magnitude multiplies cosines and sines (YaRN's and long RoPE's attention factor); 1 for none
     * @param contextLength positions from 0 to contextLength - 1 may be asked for
     */
    public static RopeTable create(
            RopePairing pairing, double[] inverseFrequencies, double magnitude, int contextLength) {
        if (inverseFrequencies.length == 0 || contextLength < 1) {
            throw new IllegalArgumentException("inverseFrequencies, contextLength: " + inverseFrequencies.length
                    + " numbers, " + contextLength + " (expected: 1 or more of each)");
        }
        return new RopeTable(pairing, inverseFrequencies, magnitude, contextLength);
    }

    /** {@code base^(-2i / rotaryDims)}: the frequencies without scaling. */
    public static double[] inverseFrequencies(double base, int rotaryDims) {
        double[] frequencies = new double[rotaryDims / 2];
        Arrays.setAll(frequencies, i -> StrictMath.pow(base, -2.0 * i / rotaryDims));
        return frequencies;
    }

    public RopePairing pairing() {
        return pairing;
    }

    /** Pairs per head. */
    public int pairs() {
        return inverseFrequencies.length;
    }

    /** Dimensions of a head that rotate; the others stay as they are. */
    public int rotaryDims() {
        return 2 * pairs();
    }

    /** Makes sure that positions up to {@code position} are there. */
    void reach(int position) {
        if (position < 0 || position >= contextLength) {
            throw new IllegalArgumentException(
                    "position: " + position + " (expected: 0 to " + (contextLength - 1) + ", the context length)");
        }
        if (position < positions) {
            return;
        }
        int wanted = (int)
                Math.min(contextLength, ((long) position / POSITIONS_AT_ONCE + 1) * POSITIONS_AT_ONCE + positions / 2);
        cosines = Arrays.copyOf(cosines, Math.multiplyExact(wanted, pairs()));
        sines = Arrays.copyOf(sines, cosines.length);
        for (; positions < wanted; positions++) {
            for (int pair = 0; pair < pairs(); pair++) {
                double angle = positions * inverseFrequencies[pair];
                cosines[positions * pairs() + pair] = (float) (StrictMath.cos(angle) * magnitude);
                sines[positions * pairs() + pair] = (float) (StrictMath.sin(angle) * magnitude);
            }
        }
    }

    /** Cosines [position][pair]; not a copy. */
    float[] cosines() {
        return cosines;
    }

    /** Sines [position][pair]; not a copy. */
    float[] sines() {
        return sines;
    }
}
