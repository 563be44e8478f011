package wok.tokenizer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Python dictionary: keys keep their order, and equal numbers are one key (1, 1.0 and True). Filled by its maker,
 * then read only; the sandbox lets no template change one.
 */
final class JinjaDict implements JinjaValue.Mapping {
    /** A key as it was given, and its value. */
    record Entry(JinjaValue key, JinjaValue value) {}

    private record TupleKey(List<Object> parts) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    @Override
    public String typeName() {
        return "dict";
    }

    /** Adds or replaces; a replaced key stays where and as it was. */
    void put(JinjaValue key, JinjaValue value) {
        Object hash = hash(key);
        Entry old = entries.get(hash);
        entries.put(hash, new Entry(old == null ? key : old.key(), value));
    }

    void putAll(JinjaDict other) {
        other.entries().forEach(entry -> put(entry.key(), entry.value()));
    }

    Optional<JinjaValue> get(JinjaValue key) {
        return Optional.ofNullable(entries.get(hash(key))).map(Entry::value);
    }

    Optional<JinjaValue> get(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    boolean contains(JinjaValue key) {
        return entries.containsKey(hash(key));
    }

    int size() {
        return entries.size();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<JinjaValue> keys() {
        List<JinjaValue> keys = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> keys.add(entry.key()));
        return keys;
    }

    List<JinjaValue> values() {
        List<JinjaValue> values = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> values.add(entry.value()));
        return values;
    }

    List<JinjaValue> items() {
        List<JinjaValue> items = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> items.add(JinjaValue.tuple(entry.key(), entry.value())));
        return items;
    }

    /** What stands for a key: equal for keys that Python holds equal. */
    static Object hash(JinjaValue key) {
        return hash(key, 0);
    }

    private static Object hash(JinjaValue key, int depth) {
        if (depth > JinjaValue.DEPTH_MAX) {
            throw new JinjaError("tuple nested too deeply to be a key");
        }
        return switch (key) {
            case JinjaValue.Text text -> text.plain();
            case JinjaValue.Int(BigInteger value) -> value;
            case JinjaValue.Bool(boolean value) -> value ? BigInteger.ONE : BigInteger.ZERO;
            case JinjaValue.Real(double value) ->
                value == Math.rint(value) && !Double.isInfinite(value) ? new BigDecimal(value).toBigInteger() : value;
            case JinjaValue.Undefined _ -> JinjaValue.Undefined.class;
            case JinjaValue.Sequence sequence
            when !sequence.isList() -> {
                List<Object> parts = new ArrayList<>();
                for (JinjaValue item : sequence.items()) {
                    parts.add(hash(item, depth + 1));
                }
                yield new TupleKey(parts);
            }
            case JinjaValue.Sequence _, JinjaValue.View _, JinjaValue.Mapping _ ->
                throw new JinjaError("unhashable type: '" + key.typeName() + "'");
            case JinjaValue.None _, JinjaValue.Range _, JinjaValue.Generator _, JinjaValue.Behaviour _ -> key;
        };
    }
}
