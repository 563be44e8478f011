package wok.convert;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import wok.tensor.Shape;

/**
 * The mean squares of the activations that each column of each matrix meets, by the name of the matrix. A stack of
 * matrices (experts) has them one after another. Immutable; any thread.
 */
public final class Importance {
    /** What a tensor that was never measured, or met nothing but zeros, has. */
    static final float[] NONE = {};

    private final Map<String, float[]> byName;

    private Importance(Map<String, float[]> byName) {
        this.byName = byName;
    }

    /**
     * Of mean squares by tensor name.
     *
     * @throws ConvertException if one is negative or not finite
     */
    public static Importance of(Map<String, float[]> byName) {
        Map<String, float[]> copy = new LinkedHashMap<>();
        byName.forEach((name, values) -> {
            for (float value : values) {
                if (!(value >= 0) || Float.isInfinite(value)) {
                    throw new ConvertException("importance of " + name + ": " + value + " (expected: 0 or more)");
                }
            }
            copy.put(name, values.clone());
        });
        return new Importance(copy);
    }

    /** What nothing is known of. */
    static float[][] unknown(Shape shape) {
        float[][] parts = new float[matrices(shape)][];
        Arrays.fill(parts, NONE);
        return parts;
    }

    private static int matrices(Shape shape) {
        return shape.rank() < 3 ? 1 : Math.max(1, Math.toIntExact(shape.dimension(0)));
    }

    /** The number of tensors that were measured. */
    public int tensors() {
        return byName.size();
    }

    /** Whether the tensor was measured. */
    boolean knows(String name) {
        return byName.containsKey(name);
    }

    /**
     * For each matrix of a stack its columns' importance, {@link #NONE} where it is not known.
     *
     * @throws ConvertException if what was measured has another shape
     */
    float[][] of(String name, Shape shape) {
        int columns = Math.toIntExact(shape.columns());
        int matrices = matrices(shape);
        float[] values = byName.getOrDefault(name, NONE);
        float[][] parts = new float[matrices][];
        if (values.length != 0 && values.length != (long) columns * matrices && values.length != columns) {
            throw new ConvertException("importance of " + name + ": " + values.length + " columns (expected: "
                    + (long) columns * matrices + ", as the tensor has; is it of another model?)");
        }
        for (int i = 0; i < matrices; i++) {
            int from = values.length == columns ? 0 : i * columns;
            float[] part = values.length == 0 ? NONE : Arrays.copyOfRange(values, from, from + columns);
            parts[i] = isZero(part) ? NONE : part;
        }
        return parts;
    }

    private static boolean isZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    Map<String, float[]> values() {
        return new HashMap<>(byName);
    }
}
