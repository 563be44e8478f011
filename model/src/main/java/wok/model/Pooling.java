package wok.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import wok.kernels.FloatRows;

/** How the vectors of a text's tokens become one. */
public enum Pooling {
    /** Their mean; sums run over the tokens in order. */
    MEAN,
    /** The first token's, which BERT's tokenizers make {@code [CLS]}. */
    CLS,
    /** The last token's: the only one that has seen everything in a decoder. */
    LAST,
    /** The greatest of each dimension. */
    MAX;

    /**
     * By its name, in small or great letters.
     *
     * @return empty if there is none of that name
     */
    public static Optional<Pooling> named(String name) {
        return Arrays.stream(values())
                .filter(pooling -> pooling.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }

    /** Its name as people write it: {@code mean}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The vector of rows {@code from} to {@code to - 1}, of which there is at least one. */
    float[] of(FloatRows rows, int from, int to) {
        return switch (this) {
            case CLS -> rows.row(from);
            case LAST -> rows.row(to - 1);
            case MEAN -> mean(rows, from, to);
            case MAX -> greatest(rows, from, to);
        };
    }

    private static float[] mean(FloatRows rows, int from, int to) {
        float[] sum = rows.row(from);
        for (int row = from + 1; row < to; row++) {
            float[] next = rows.row(row);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += next[i];
            }
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= to - from;
        }
        return sum;
    }

    private static float[] greatest(FloatRows rows, int from, int to) {
        float[] greatest = rows.row(from);
        for (int row = from + 1; row < to; row++) {
            float[] next = rows.row(row);
            for (int i = 0; i < greatest.length; i++) {
                greatest[i] = Math.max(greatest[i], next[i]);
            }
        }
        return greatest;
    }
}
