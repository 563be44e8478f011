package wok.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of a call, already evaluated. */
record JinjaArguments(List<JinjaValue> positional, Map<String, JinjaValue> named) {
    static final JinjaArguments NONE = new JinjaArguments(List.of(), Map.of());

    static JinjaArguments of(JinjaValue... positional) {
        return new JinjaArguments(List.of(positional), Map.of());
    }

    /** Without the first positional arguments. */
    JinjaArguments from(int first) {
        return new JinjaArguments(positional.subList(first, positional.size()), named);
    }

    /** Arguments by the parameters of a built-in function. */
    static final class Bound {
        private final String function;
        private final List<String> parameters;
        private final List<Optional<JinjaValue>> values;

        private Bound(String function, List<String> parameters, List<Optional<JinjaValue>> values) {
            this.function = function;
            this.parameters = parameters;
            this.values = values;
        }

        Optional<JinjaValue> optional(int index) {
            return values.get(index);
        }

        /** As {@link #optional}, None counting as absent. */
        Optional<JinjaValue> present(int index) {
            return values.get(index).filter(value -> !(value instanceof JinjaValue.None));
        }

        JinjaValue at(int index) {
            return values.get(index)
                    .orElseThrow(() ->
                            new JinjaError(function + "() missing required argument: '" + parameters.get(index) + "'"));
        }

        JinjaString text(int index) {
            return text(index, at(index));
        }

        JinjaString text(int index, String otherwise) {
            return values.get(index).map(value -> text(index, value)).orElseGet(() -> JinjaString.trusted(otherwise));
        }

        private JinjaString text(int index, JinjaValue value) {
            if (value instanceof JinjaValue.Text text) {
                return text.string();
            }
            throw wrong(index, value, "str");
        }

        int integer(int index) {
            return integer(index, at(index));
        }

        int integer(int index, int otherwise) {
            return values.get(index).map(value -> integer(index, value)).orElse(otherwise);
        }

        private int integer(int index, JinjaValue value) {
            return switch (value) {
                case JinjaValue.Int number -> number.clamped();
                case JinjaValue.Bool(boolean flag) -> flag ? 1 : 0;
                case JinjaValue.Undefined undefined -> throw undefined.error();
                default -> throw wrong(index, value, "int");
            };
        }

        boolean flag(int index, boolean otherwise) {
            return values.get(index).map(JinjaOperators::isTrue).orElse(otherwise);
        }

        private JinjaError wrong(int index, JinjaValue value, String expected) {
            return new JinjaError(function + "() argument '" + parameters.get(index) + "': " + value.typeName()
                    + " (expected: " + expected + ")");
        }
    }

    /**
     * Matches the arguments with parameters, as a Python call does.
     *
     * @param parameters in order
     */
    Bound bind(String function, List<String> parameters) {
        if (positional.size() > parameters.size()) {
            throw new JinjaError(function + "() takes at most " + parameters.size() + " arguments (" + positional.size()
                    + " given)");
        }
        List<Optional<JinjaValue>> values = new ArrayList<>(parameters.size());
        Map<String, JinjaValue> rest = named.isEmpty() ? Map.of() : new LinkedHashMap<>(named);
        for (int i = 0; i < parameters.size(); i++) {
            if (i < positional.size()) {
                values.add(Optional.of(positional.get(i)));
            } else {
                values.add(rest.isEmpty() ? Optional.empty() : Optional.ofNullable(rest.remove(parameters.get(i))));
            }
        }
        for (String name : rest.keySet()) {
            throw new JinjaError(function + "() got an unexpected keyword argument '" + name + "'");
        }
        return new Bound(function, parameters, values);
    }
}
