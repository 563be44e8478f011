package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
    private MemorySegment cosines = MemorySegment.NULL;
    private MemorySegment sines = MemorySegment.NULL;
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
        cosines = grown(cosines, wanted);
        sines = grown(sines, wanted);
        for (; positions < wanted; positions++) {
            for (int pair = 0; pair < pairs(); pair++) {
                double angle = positions * inverseFrequencies[pair];
                long entry = (long) positions * pairs() + pair;
                cosines.setAtIndex(JAVA_FLOAT, entry, (float) (StrictMath.cos(angle) * magnitude));
                sines.setAtIndex(JAVA_FLOAT, entry, (float) (StrictMath.sin(angle) * magnitude));
            }
        }
    }

    /** A copy with room for {@code wanted} positions; the collector frees the old one, which no operation reads now. */
    private MemorySegment grown(MemorySegment from, int wanted) {
        MemorySegment grown = Arena.ofAuto().allocate(4L * wanted * pairs(), FloatRows.ALIGNMENT);
        MemorySegment.copy(from, 0, grown, 0, from.byteSize());
        return grown;
    }

    /** Cosines f32 [position][pair], off heap; replaced when the table grows. */
    MemorySegment cosines() {
        return cosines;
    }

    /** Sines f32 [position][pair], off heap; replaced when the table grows. */
    MemorySegment sines() {
        return sines;
    }
}
