package wok.model;

/**
 * The checks that configuration records make on themselves. A name is the record's own word followed by the keys that
 * files have for it, so that a person can find the culprit in config.json and in GGUF metadata alike.
 */
final class ConfigRule {
    private ConfigRule() {}

    /**
     * @throws ModelException unless {@code 1 <= value <= max}
     */
    static void positive(String name, long value, long max) {
        if (value < 1 || value > max) {
            throw broken(name, value, "1 to " + max);
        }
    }

    /**
     * @throws ModelException unless {@code value} is finite and above 0
     */
    static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw broken(name, value, "a finite number above 0");
        }
    }

    /**
     * @throws ModelException unless {@code holds}
     */
    static void require(boolean holds, String name, Object value, String rule) {
        if (!holds) {
            throw broken(name, value, rule);
        }
    }

    private static ModelException broken(String name, Object value, String rule) {
        return new ModelException(name + ": " + value + " (expected: " + rule + ")");
    }
}
