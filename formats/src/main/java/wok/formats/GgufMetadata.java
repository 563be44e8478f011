package wok.formats;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key-value part of a GGUF file. It lies on the heap and stays valid when the model is closed. Strings are decoded
 * without loss (see {@link LenientUtf8}). Immutable; any thread.
 *
 * @param values Long (every integer type; u64 as its bits), Double (f32 widened, f64), Boolean, String, or a List of
 *     these or of such Lists (they are compact views that make an element when asked for it)
 * @param types what the file said each value is; {@link GgufWriter#copy} writes values with them
 */
public record GgufMetadata(Map<String, Object> values, Map<String, GgufValueType> types) {

    public GgufMetadata {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        types = Map.copyOf(types);
        if (!types.keySet().equals(values.keySet())) {
            throw new IllegalArgumentException("types: of other keys (expected: one for each value)");
        }
    }

    /** Metadata that come from no file: integers are i64, floats f64. */
    public GgufMetadata(Map<String, Object> values) {
        this(values, types(values));
    }

    private static Map<String, GgufValueType> types(Map<String, Object> values) {
        Map<String, GgufValueType> types = new HashMap<>();
        values.forEach((key, value) -> types.put(key, GgufValueType.of(value)));
        return types;
    }

    public Optional<String> text(String key) {
        return values.get(key) instanceof String s ? Optional.of(s) : Optional.empty();
    }

    /** The value if it is an integer. */
    public Optional<Long> integer(String key) {
        return values.get(key) instanceof Long l ? Optional.of(l) : Optional.empty();
    }

    /** The value if it is an integer or a float. */
    public Optional<Double> real(String key) {
        return values.get(key) instanceof Number n ? Optional.of(n.doubleValue()) : Optional.empty();
    }

    public Optional<Boolean> bool(String key) {
        return values.get(key) instanceof Boolean b ? Optional.of(b) : Optional.empty();
    }

    /** The value if it is an array of strings. */
    @SuppressWarnings("unchecked")
    public Optional<List<String>> texts(String key) {
        return values.get(key) instanceof List<?> l && (l.isEmpty() || l.getFirst() instanceof String)
                ? Optional.of((List<String>) l)
                : Optional.empty();
    }

    /** The value if it is an array of integers. */
    @SuppressWarnings("unchecked")
    public Optional<List<Long>> integers(String key) {
        return values.get(key) instanceof List<?> l && (l.isEmpty() || l.getFirst() instanceof Long)
                ? Optional.of((List<Long>) l)
                : Optional.empty();
    }

    /** The value if it is an array of integers; -1 stands for one that is no int. */
    public Optional<int[]> ints(String key) {
        if (values.get(key) instanceof PackedScalars packed) {
            return integers(key).map(list -> packed.toInts());
        }
        return integers(key)
                .map(list -> list.stream()
                        .mapToInt(value -> value == value.intValue() ? value.intValue() : -1)
                        .toArray());
    }

    /** The value if it is an array of floats. */
    @SuppressWarnings("unchecked")
    public Optional<List<Double>> reals(String key) {
        return values.get(key) instanceof List<?> l && (l.isEmpty() || l.getFirst() instanceof Double)
                ? Optional.of((List<Double>) l)
                : Optional.empty();
    }
}
