package wok.model;

import java.util.Optional;
import java.util.function.Function;
import wok.formats.GgufMetadata;
import wok.formats.Json;

/**
 * Typed reading of a configuration's scalars by key, for JSON objects and GGUF metadata alike. Every refusal names the
 * file and the key.
 *
 * @param where what to call the text in errors: a path, or a path and the member the object is in
 * @param lookup the value of a key: Long, Double, Boolean, String, or another object for what is none of these
 */
record ConfigFields(String where, Function<String, Optional<Object>> lookup) {

    static ConfigFields of(String where, Json.Obj object) {
        return new ConfigFields(where, key -> object.get(key).map(ConfigFields::scalar));
    }

    static ConfigFields of(String where, GgufMetadata metadata) {
        return new ConfigFields(
                where, key -> Optional.ofNullable(metadata.values().get(key)));
    }

    private static Object scalar(Json value) {
        return switch (value) {
            case Json.Num n -> n.isInteger() && n.literal().length() < 19 ? (Object) n.longValue() : n.doubleValue();
            case Json.Str s -> s.value();
            case Json.Bool b -> b.value();
            case Json.Obj o -> o;
            case Json.Arr a -> a;
            case Json.Null n -> n;
        };
    }

    boolean has(String key) {
        return lookup.apply(key).isPresent();
    }

    /** A size: 1 or more, and within an int. What a greatest sensible value is, the configuration's records know. */
    int size(String key) {
        return maybeSize(key).orElseThrow(() -> missing(key, "an integer"));
    }

    int size(String key, int absent) {
        return maybeSize(key).orElse(absent);
    }

    Optional<Integer> maybeSize(String key) {
        return lookup.apply(key).map(value -> {
            if (value instanceof Long l && l >= 1 && l <= Integer.MAX_VALUE) {
                return l.intValue();
            }
            throw wrong(key, quoted(value), "an integer from 1 to " + Integer.MAX_VALUE);
        });
    }

    /** A number of things of which there may be none: 0 or more, and within an int. */
    int count(String key, int absent) {
        return lookup.apply(key)
                .map(value -> {
                    if (value instanceof Long l && l >= 0 && l <= Integer.MAX_VALUE) {
                        return l.intValue();
                    }
                    throw wrong(key, quoted(value), "an integer from 0 to " + Integer.MAX_VALUE);
                })
                .orElse(absent);
    }

    double real(String key) {
        return maybeReal(key).orElseThrow(() -> missing(key, "a number"));
    }

    double real(String key, double absent) {
        return maybeReal(key).orElse(absent);
    }

    Optional<Double> maybeReal(String key) {
        return lookup.apply(key).map(value -> {
            if (value instanceof Number n && Double.isFinite(n.doubleValue())) {
                return n.doubleValue();
            }
            throw wrong(key, quoted(value), "a finite number");
        });
    }

    boolean flag(String key, boolean absent) {
        return lookup.apply(key)
                .map(value -> {
                    if (value instanceof Boolean b) {
                        return b;
                    }
                    throw wrong(key, quoted(value), "true or false");
                })
                .orElse(absent);
    }

    String text(String key) {
        return maybeText(key).orElseThrow(() -> missing(key, "a string"));
    }

    Optional<String> maybeText(String key) {
        return lookup.apply(key).map(value -> {
            if (value instanceof String s) {
                return s;
            }
            throw wrong(key, quoted(value), "a string");
        });
    }

    /** A string as it stood in the file, so that "4" and 4 stay apart in errors; anything else as it is. */
    static Object quoted(Object value) {
        return value instanceof String s ? "\"" + s + "\"" : value;
    }

    ModelException missing(String key, String rule) {
        return new ModelException(where + ": " + key + ": missing (expected: " + rule + ")");
    }

    ModelException wrong(String key, Object value, String rule) {
        String found = value.toString();
        String shown = found.length() > 80 ? found.substring(0, 80) + "…" : found;
        return new ModelException(where + ": " + key + ": " + shown + " (expected: " + rule + ")");
    }
}
