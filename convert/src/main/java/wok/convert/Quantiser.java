package wok.convert;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import wok.tensor.DType;

/**
 * Writes rows of numbers in a storage type, with the least error that a search finds.
 *
 * <p>How much an error weighs. What counts is not a weight's own error but what it does to the product with the
 * activations that the weight meets. Where their mean squares are known by column (an importance matrix, see
 * {@link Importance}), an error weighs {@code importance * sqrt(sigma^2 + x^2)}, as in ggml: the activations' mean
 * squares, and somewhat more where the weight itself is large. Without them it weighs as {@link Weighting} says for the
 * type. {@code sigma^2} is the mean square of the row, of the block of 256 for types with such blocks.
 *
 * <p>The bits that come out are a function of the row, the type and the importance alone: no arithmetic depends on
 * threads or machine. One thread each.
 */
public final class Quantiser {
    /** What can be written. */
    public static final Set<DType> TYPES = java.util.Collections.unmodifiableSet(EnumSet.of(
            DType.F32,
            DType.F16,
            DType.BF16,
            DType.Q8_0,
            DType.Q4_0,
            DType.Q4_1,
            DType.Q5_0,
            DType.Q5_1,
            DType.IQ4_NL,
            DType.MXFP4,
            DType.Q4_K,
            DType.Q5_K,
            DType.Q6_K));

    private static final float MAGNITUDE_MAX = 65504f * 128;

    /** What an error weighs where no importance is known; chosen by divergence, see docs/quantisation.md. */
    private enum Weighting {
        /** The same everywhere. */
        EQUAL,
        /** sigma + |x|. */
        MAGNITUDE,
        /** x^2. */
        SQUARE
    }

    private final DType type;
    private final BlockQuantiser blocks;
    private final Weighting weighting;
    private final float[] weights;

    private Quantiser(DType type) {
        this.type = type;
        this.blocks = BlockQuantiser.of(type);
        this.weighting = weighting(type);
        this.weights = new float[type.blockElements()];
    }

    /**
     * A quantiser for one thread.
     *
     * @throws ConvertException if the type is not one of {@link #TYPES}
     */
    public static Quantiser of(DType type) {
        return new Quantiser(type);
    }

    private static Weighting weighting(DType type) {
        return switch (type) {
            case Q4_0, Q6_K -> Weighting.SQUARE;
            case Q4_K, Q5_K -> Weighting.MAGNITUDE;
            default -> Weighting.EQUAL;
        };
    }

    /**
     * Writes one row.
     *
     * @param x finite values; the row is {@code x[at]} to {@code x[at + columns - 1]}
     * @param columns a multiple of the type's block
     * @param importance of each column, none negative; empty if it is not known
     * @param out {@code type.bytes(columns)} bytes from {@code outAt} on are written
     * @throws ConvertException if a value is beyond what the type can store
     */
    public void row(float[] x, int at, int columns, float[] importance, MemorySegment out, long outAt) {
        int block = type.blockElements();
        if (type.isQuantised()) {
            requireWithin(Math.abs(ScaleSearch.extreme(x, at, columns)));
        }
        double rowSquare = block == 256 || !type.isQuantised() ? 0 : meanSquare(x, at, columns);
        long blockAt = outAt;
        for (int i = 0; i < columns; i += block) {
            if (block > 1) {
                weigh(x, at + i, importance, i, block == 256 ? 2 * meanSquare(x, at + i, block) : rowSquare);
            }
            blocks.write(x, at + i, weights, out, blockAt);
            blockAt += type.blockBytes();
        }
    }

    /** Scales are F16; what is a hundred times beyond them would overflow sums before a scale shows it. */
    private static void requireWithin(float magnitude) {
        if (magnitude > MAGNITUDE_MAX) {
            throw new ConvertException(magnitude + " is beyond what scales up to 65504 can hold");
        }
    }

    private static double meanSquare(float[] x, int at, int n) {
        double sum = 0;
        for (int i = at; i < at + n; i++) {
            sum += (double) x[i] * x[i];
        }
        return sum / n;
    }

    private void weigh(float[] x, int at, float[] importance, int column, double square) {
        if (importance.length > 0) {
            float sigma2 = (float) square;
            for (int i = 0; i < weights.length; i++) {
                weights[i] = importance[column + i] * (float) Math.sqrt(sigma2 + x[at + i] * x[at + i]);
            }
            return;
        }
        float sigma = (float) Math.sqrt(square);
        switch (weighting) {
            case EQUAL -> Arrays.fill(weights, 1);
            case MAGNITUDE -> {
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = sigma + Math.abs(x[at + i]);
                }
            }
            case SQUARE -> {
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = x[at + i] * x[at + i];
                }
            }
        }
    }
}
