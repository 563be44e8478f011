package wok.tokenizer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.formats.Json;

/**
 * A value of the template language, with the types of Python that a template can tell apart. All are immutable but
 * {@link Generator}, namespaces and the state of loops, cyclers and joiners, which live for one rendering.
 */
sealed interface JinjaValue {
    None NONE = new None();
    Bool TRUE = new Bool(true);
    Bool FALSE = new Bool(false);

    /** Levels of lists and objects in a variable; far from the end of a thread's stack. */
    int DEPTH_MAX = 300;

    /** Python's name of the type. */
    String typeName();

    record None() implements JinjaValue {
        @Override
        public String typeName() {
            return "NoneType";
        }
    }

    record Bool(boolean value) implements JinjaValue {
        @Override
        public String typeName() {
            return "bool";
        }
    }

    record Int(BigInteger value) implements JinjaValue {
        static final Int ZERO = new Int(BigInteger.ZERO);

        /** The value in 32 bits, the nearest there is: for lengths, widths and indices, which have limits anyway. */
        int clamped() {
            return value.bitLength() < 32 ? value.intValue() : value.signum() * Integer.MAX_VALUE;
        }

        @Override
        public String typeName() {
            return "int";
        }
    }

    record Real(double value) implements JinjaValue {
        @Override
        public String typeName() {
            return "float";
        }
    }

    /**
     * A string.
     *
     * @param markup whether it is Jinja's Markup, which escapes for HTML what is joined to it
     */
    record Text(JinjaString string, boolean markup) implements JinjaValue {
        String plain() {
            return string.text();
        }

        @Override
        public String typeName() {
            return markup ? "Markup" : "str";
        }
    }

    /** A list, a tuple, or what groupby gives: a pair whose parts are also called grouper and list. */
    record Sequence(List<JinjaValue> items, Kind kind) implements JinjaValue {
        enum Kind {
            LIST,
            TUPLE,
            GROUP
        }

        boolean isList() {
            return kind == Kind.LIST;
        }

        @Override
        public String typeName() {
            return isList() ? "list" : "tuple";
        }
    }

    record Range(long start, long stop, long step, int size) implements JinjaValue {
        JinjaValue at(int index) {
            return of(start + step * index);
        }

        @Override
        public String typeName() {
            return "range";
        }
    }

    /** What dict.keys(), values() and items() give. */
    record View(String typeName, List<JinjaValue> items) implements JinjaValue {}

    /** What can be iterated once and has no length: the result of map, select and the like. */
    record Generator(Iterator<JinjaValue> iterator) implements JinjaValue {
        @Override
        public String typeName() {
            return "generator";
        }
    }

    /** A value that is not there: empty when printed, false, an error when used. */
    record Undefined(String message) implements JinjaValue {
        static Undefined of(String name) {
            return new Undefined("'" + name + "' is undefined");
        }

        JinjaError error() {
            return new JinjaError(message);
        }

        @Override
        public String typeName() {
            return "Undefined";
        }
    }

    /** A value with a behaviour: functions, macros, loops, namespaces and so on. Equal to itself alone. */
    non-sealed interface Behaviour extends JinjaValue {
        default Optional<JinjaValue> attribute(String name) {
            return Optional.empty();
        }

        default boolean isCallable() {
            return false;
        }

        default JinjaValue call(JinjaRun run, JinjaArguments arguments) {
            throw new JinjaError("'" + typeName() + "' object is not callable");
        }

        /** What is printed for it. */
        default String described() {
            return "<" + typeName() + ">";
        }
    }

    /** Dictionaries have a class of their own; here so that the family is closed. */
    non-sealed interface Mapping extends JinjaValue {}

    static Bool of(boolean value) {
        return value ? TRUE : FALSE;
    }

    static Int of(long value) {
        return new Int(BigInteger.valueOf(value));
    }

    static Text of(JinjaString string) {
        return new Text(string, false);
    }

    static Text trusted(String text) {
        return new Text(JinjaString.trusted(text), false);
    }

    static Sequence list(List<JinjaValue> items) {
        return new Sequence(items, Sequence.Kind.LIST);
    }

    static Sequence tuple(JinjaValue... items) {
        return new Sequence(List.of(items), Sequence.Kind.TUPLE);
    }

    /**
     * A variable from outside.
     *
     * @param trusted the origin of its strings
     */
    static JinjaValue of(Json json, boolean trusted) {
        return of(json, trusted, 0);
    }

    private static JinjaValue of(Json json, boolean trusted, int depth) {
        if (depth > DEPTH_MAX) {
            throw new JinjaError("variables nested too deeply (limit: " + DEPTH_MAX + " levels)");
        }
        return switch (json) {
            case Json.Null _ -> NONE;
            case Json.Bool(boolean value) -> of(value);
            case Json.Str(String value) -> of(JinjaString.of(value, trusted));
            case Json.Num number ->
                number.isInteger() ? new Int(new BigInteger(number.literal())) : new Real(number.doubleValue());
            case Json.Arr(List<Json> elements) -> {
                List<JinjaValue> items = new ArrayList<>(elements.size());
                for (Json element : elements) {
                    items.add(of(element, trusted, depth + 1));
                }
                yield list(items);
            }
            case Json.Obj(Map<String, Json> members) -> {
                JinjaDict dict = new JinjaDict();
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    dict.put(of(JinjaString.of(member.getKey(), trusted)), of(member.getValue(), trusted, depth + 1));
                }
                yield dict;
            }
        };
    }
}
