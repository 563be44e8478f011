package wok.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Jinja2's filters by name. Those whose output has no end in a prompt are refused like unknown ones: random (a
 * rendering is repeatable) and urlize (links for browsers). Stateless.
 */
final class JinjaFilters {
    /** A filter with its arguments as they were given. */
    interface Filter {
        JinjaValue apply(JinjaRun run, JinjaValue value, JinjaArguments arguments);
    }

    /** A filter with its arguments by their parameters. */
    interface Body {
        JinjaValue apply(JinjaRun run, JinjaValue value, JinjaArguments.Bound arguments);
    }

    /** Collects the filters of one kind. */
    static final class Registry {
        private final Map<String, Filter> filters = new HashMap<>();

        /**
         * @param parameters their names with blanks between
         */
        Registry add(String name, String parameters, Body body) {
            List<String> names = parameters.isEmpty() ? List.of() : List.of(parameters.split(" "));
            return add(name, (run, value, arguments) -> body.apply(run, value, arguments.bind(name, names)));
        }

        Registry add(String name, Filter filter) {
            filters.put(name, filter);
            return this;
        }

        Registry addAll(Registry other) {
            filters.putAll(other.filters);
            return this;
        }

        Map<String, Filter> build() {
            return Map.copyOf(filters);
        }
    }

    private static final Map<String, Filter> FILTERS = new Registry()
            .addAll(JinjaTextFilters.registry())
            .addAll(JinjaLayoutFilters.registry())
            .addAll(JinjaListFilters.registry())
            .addAll(JinjaNumberFilters.registry())
            .build();

    private JinjaFilters() {}

    static boolean exists(String name) {
        return FILTERS.containsKey(name);
    }

    /** What to say of a filter that does not exist. */
    static String absence(String name) {
        return switch (name) {
            case "random" -> "filter 'random' is not supported: a conversation has one prompt";
            case "urlize" -> "filter 'urlize' is not supported: a prompt is not HTML";
            default -> "No filter named '" + name + "'.";
        };
    }

    static JinjaValue apply(JinjaRun run, String name, JinjaValue value, JinjaArguments arguments) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw new JinjaError(absence(name));
        }
        return filter.apply(run, value, arguments);
    }
}
