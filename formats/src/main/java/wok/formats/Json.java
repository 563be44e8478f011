package wok.formats;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value (RFC 8259). Objects keep the order of their keys; numbers keep their literal, so that 1 and 1.0 stay
 * apart and no digit is lost. Values are immutable; any thread may read them.
 *
 * <p>Model folders, safetensors headers and tokenizers are JSON, and the floors of the engine use the JDK alone: hence
 * a parser of our own, strict and with limits (see {@link JsonParser}).
 */
public sealed interface Json {

    /** An object; later duplicates of a key are refused by the parser. */
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        public static Obj of() {
            return new Obj(Map.of());
        }

        /** The member, unless it is absent or null. */
        public Optional<Json> get(String key) {
            Json value = members.get(key);
            return value == null || value instanceof Null ? Optional.empty() : Optional.of(value);
        }

        public boolean has(String key) {
            return members.containsKey(key);
        }

        /** The member if it is a string. */
        public Optional<String> text(String key) {
            return get(key).orElse(null) instanceof Str s ? Optional.of(s.value()) : Optional.empty();
        }

        /** The member if it is a number. */
        public Optional<Num> number(String key) {
            return get(key).orElse(null) instanceof Num n ? Optional.of(n) : Optional.empty();
        }

        /** The member if it is true or false. */
        public Optional<Boolean> bool(String key) {
            return get(key).orElse(null) instanceof Bool b ? Optional.of(b.value()) : Optional.empty();
        }

        /** The member if it is an object. */
        public Optional<Obj> object(String key) {
            return get(key).orElse(null) instanceof Obj o ? Optional.of(o) : Optional.empty();
        }

        /** The member if it is an array. */
        public Optional<Arr> array(String key) {
            return get(key).orElse(null) instanceof Arr a ? Optional.of(a) : Optional.empty();
        }

        /** A copy with one more (or another) member. */
        public Obj with(String key, Json value) {
            Map<String, Json> copy = new LinkedHashMap<>(members);
            copy.put(key, value);
            return new Obj(copy);
        }

        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    record Arr(List<Json> elements) implements Json {
        public Arr {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    record Str(String value) implements Json {
        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    /**
     * A number by its literal.
     *
     * @param literal as it stood in the text
     */
    record Num(String literal) implements Json {
        /** Whether the literal has neither fraction nor exponent. */
        public boolean isInteger() {
            return literal.indexOf('.') < 0 && literal.indexOf('e') < 0 && literal.indexOf('E') < 0;
        }

        /**
         * The value of an integer, or of a fraction that is one (1e3).
         *
         * @throws ArithmeticException if it is not an integer or does not fit
         */
        public long longValue() {
            if (isInteger() && literal.length() < 19) {
                return Long.parseLong(literal);
            }
            try {
                return new BigDecimal(literal).longValueExact();
            } catch (NumberFormatException e) {
                throw new ArithmeticException("Number " + literal + " has too great an exponent");
            }
        }

        /**
         * As {@link #longValue}, in 32 bits.
         *
         * @throws ArithmeticException if it does not fit
         */
        public int intValue() {
            return Math.toIntExact(longValue());
        }

        /** The nearest double; infinite if the literal is beyond the greatest one. */
        public double doubleValue() {
            return Double.parseDouble(literal);
        }

        @Override
        public String toString() {
            return literal;
        }
    }

    record Bool(boolean value) implements Json {
        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    record Null() implements Json {
        @Override
        public String toString() {
            return "null";
        }
    }

    Null NULL = new Null();

    static Str of(String value) {
        return new Str(value);
    }

    static Num of(long value) {
        return new Num(Long.toString(value));
    }

    /**
     * The shortest literal that reads back as the same double.
     *
     * @throws IllegalArgumentException for NaN and infinities, which JSON does not have
     */
    static Num of(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value: " + value + " (expected: a finite number)");
        }
        return new Num(Double.toString(value));
    }

    /** As {@link #of(double)} for 32 bits: the shortest literal that reads back as the same float. */
    static Num of(float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException("value: " + value + " (expected: a finite number)");
        }
        return new Num(Float.toString(value));
    }

    static Bool of(boolean value) {
        return new Bool(value);
    }

    static Arr array(List<? extends Json> elements) {
        return new Arr(List.copyOf(elements));
    }

    /** An object from keys and values in turn. */
    static Obj object(Object... keysAndValues) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            members.put((String) keysAndValues[i], (Json) keysAndValues[i + 1]);
        }
        return new Obj(members);
    }

    /**
     * Parses one JSON text and nothing after it.
     *
     * @param name what to call the text in errors: a path, "--messages", …
     * @throws MalformedModelException if it is not JSON or is beyond the limits of {@link JsonParser}
     */
    static Json parse(String name, byte[] utf8) {
        return new JsonParser(name, utf8).parse();
    }

    /**
     * As {@link #parse(String, byte[])}, for text that is already decoded.
     *
     * @throws MalformedModelException also if the text holds a lone surrogate that is not escaped
     */
    static Json parse(String name, String text) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[utf8.remaining()];
            utf8.get(bytes);
            return parse(name, bytes);
        } catch (CharacterCodingException e) {
            throw new MalformedModelException(name, -1, "JSON text", "a lone surrogate", "characters");
        }
    }

    /**
     * Parses a JSON text whose value must be an object.
     *
     * @throws MalformedModelException if it is anything else
     */
    static Obj parseObject(String name, byte[] utf8) {
        if (parse(name, utf8) instanceof Obj object) {
            return object;
        }
        throw new MalformedModelException(name, 0, "JSON text", "another value", "an object");
    }
}
