package wok.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The names one part of a template sees: its own, then those around it. Assignments stay in their scope, so what a
 * loop sets is gone in its next round.
 */
final class JinjaScope {
    private final Optional<JinjaScope> outer;
    private final Map<String, JinjaValue> names;

    private JinjaScope(Optional<JinjaScope> outer, Map<String, JinjaValue> names) {
        this.outer = outer;
        this.names = names;
    }

    static JinjaScope root(Map<String, JinjaValue> names) {
        return new JinjaScope(Optional.empty(), names);
    }

    JinjaScope inner() {
        return new JinjaScope(Optional.of(this), new HashMap<>());
    }

    void set(String name, JinjaValue value) {
        names.put(name, value);
    }

    Optional<JinjaValue> find(String name) {
        JinjaScope scope = this;
        while (true) {
            JinjaValue value = scope.names.get(name);
            if (value != null) {
                return Optional.of(value);
            }
            if (scope.outer.isEmpty()) {
                return Optional.empty();
            }
            scope = scope.outer.get();
        }
    }
}
