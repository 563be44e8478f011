package wok.formats;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key-value part of a GGUF file.
 *
 * @param values Long (every integer type; u64 as its bits), Double (f32 widened, f64), Boolean, String, or a List of
 *     one of these (primitive lists are compact views: asking for one element at a time is cheap)
 */
public record GgufMetadata(Map<String, Object> values) {

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

    /** The value if it is an array of floats. */
    @SuppressWarnings("unchecked")
    public Optional<List<Double>> reals(String key) {
        return values.get(key) instanceof List<?> l && (l.isEmpty() || l.getFirst() instanceof Double)
                ? Optional.of((List<Double>) l)
                : Optional.empty();
    }
}
