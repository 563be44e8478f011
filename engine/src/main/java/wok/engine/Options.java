package wok.engine;

/** The checks that all options share; each says `name: value (expected: rule)`. Any thread. */
final class Options {
    private Options() {}

    static EngineException wrong(String name, Object value, String expected) {
        return new EngineException(name + ": " + value + " (expected: " + expected + ")");
    }

    static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw wrong(name, value, least + " or more");
        }
    }

    static void between(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw wrong(name, value, least + " to " + most);
        }
    }

    static void atLeast(String name, float value, float least) {
        finite(name, value, plain(least) + " or more");
        if (value < least) {
            throw wrong(name, plain(value), plain(least) + " or more");
        }
    }

    static void between(String name, float value, float least, float most) {
        String rule = plain(least) + " to " + plain(most);
        finite(name, value, rule);
        if (value < least || value > most) {
            throw wrong(name, plain(value), rule);
        }
    }

    /** Half of a character can't be found in text of whole ones. */
    static void wholeCharacters(String name, String text) {
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw wrong(name, "a lone surrogate", "whole characters");
        }
    }

    private static void finite(String name, float value, String rule) {
        if (!Float.isFinite(value)) {
            throw wrong(name, value, "a finite number, " + rule);
        }
    }

    /** The number as a person would write it: 1 and not 1.0. */
    private static String plain(float value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9f
                ? Long.toString((long) value)
                : Float.toString(value);
    }
}
