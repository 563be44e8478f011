package wok.tokenizer;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** The methods and attributes of dictionaries, lists, tuples and numbers that read. Stateless. */
final class JinjaMethods {
    private JinjaMethods() {}

    static Optional<JinjaValue> find(JinjaValue target, String name) {
        return switch (target) {
            case JinjaDict dict -> dictionary(dict, name);
            case JinjaValue.Sequence sequence -> sequence(sequence, name);
            case JinjaValue.Int _, JinjaValue.Bool _ -> integer(JinjaArithmetic.integer(target), name);
            case JinjaValue.Real real -> real(real, name);
            default -> Optional.empty();
        };
    }

    private static Optional<JinjaValue> method(String name, String parameters, Body body) {
        List<String> names = parameters.isEmpty() ? List.of() : List.of(parameters.split(" "));
        return Optional.of(new JinjaFunction(name, (run, arguments) -> body.call(run, arguments.bind(name, names))));
    }

    private interface Body {
        JinjaValue call(JinjaRun run, JinjaArguments.Bound arguments);
    }

    private static Optional<JinjaValue> dictionary(JinjaDict dict, String name) {
        return switch (name) {
            case "get" ->
                method(
                        name,
                        "key default",
                        (run, a) ->
                                dict.get(a.at(0)).orElseGet(() -> a.optional(1).orElse(JinjaValue.NONE)));
            case "keys" -> method(name, "", (run, a) -> view(run, "dict_keys", dict.keys()));
            case "values" -> method(name, "", (run, a) -> view(run, "dict_values", dict.values()));
            case "items" -> method(name, "", (run, a) -> view(run, "dict_items", dict.items()));
            case "copy" ->
                method(name, "", (run, a) -> {
                    run.elements(dict.size());
                    JinjaDict copy = new JinjaDict();
                    copy.putAll(dict);
                    return copy;
                });
            default -> Optional.empty();
        };
    }

    private static JinjaValue view(JinjaRun run, String type, List<JinjaValue> items) {
        run.elements(items.size());
        return new JinjaValue.View(type, items);
    }

    private static Optional<JinjaValue> sequence(JinjaValue.Sequence sequence, String name) {
        return switch (name) {
            case "index" ->
                method(name, "value start stop", (run, a) -> {
                    int size = sequence.items().size();
                    int start = Math.max(0, a.integer(1, 0) < 0 ? a.integer(1, 0) + size : a.integer(1, 0));
                    int stop = a.integer(2, size) < 0 ? a.integer(2, size) + size : Math.min(size, a.integer(2, size));
                    for (int i = start; i < stop; i++) {
                        if (JinjaOperators.isEqual(run, sequence.items().get(i), a.at(0))) {
                            return JinjaValue.of(i);
                        }
                    }
                    throw new JinjaError(JinjaPrinter.repr(run, a.at(0)) + " is not in list");
                });
            case "count" ->
                method(name, "value", (run, a) -> {
                    int count = 0;
                    for (JinjaValue item : sequence.items()) {
                        count += JinjaOperators.isEqual(run, item, a.at(0)) ? 1 : 0;
                    }
                    return JinjaValue.of(count);
                });
            case "copy" -> sequence.isList() ? method(name, "", (run, a) -> sequence) : Optional.empty();
            case "grouper", "list" ->
                sequence.kind() == JinjaValue.Sequence.Kind.GROUP
                        ? Optional.of(sequence.items().get(name.equals("grouper") ? 0 : 1))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Optional<JinjaValue> integer(BigInteger value, String name) {
        return switch (name) {
            case "real", "numerator" -> Optional.of(new JinjaValue.Int(value));
            case "imag" -> Optional.of(JinjaValue.Int.ZERO);
            case "denominator" -> Optional.of(JinjaValue.of(1));
            case "bit_length" ->
                method(name, "", (run, a) -> JinjaValue.of(value.abs().bitLength()));
            default -> Optional.empty();
        };
    }

    private static Optional<JinjaValue> real(JinjaValue.Real real, String name) {
        return switch (name) {
            case "real" -> Optional.of(real);
            case "imag" -> Optional.of(new JinjaValue.Real(0));
            case "is_integer" -> method(name, "", (run, a) -> JinjaValue.of(real.value() == Math.rint(real.value())));
            default -> Optional.empty();
        };
    }
}
