package wok.tokenizer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The global functions: Jinja2's, and those transformers adds. Stateless. */
final class JinjaGlobals {
    private static final Map<String, JinjaValue> FUNCTIONS = Map.of(
            "range", new JinjaFunction("range", JinjaGlobals::range),
            "dict", new DictType(),
            "namespace", new JinjaFunction("namespace", (run, a) -> new JinjaNamespace(dict(run, a))),
            "joiner",
                    new JinjaFunction(
                            "joiner",
                            (run, a) ->
                                    new Joiner(a.bind("joiner", List.of("sep")).text(0, ", "))),
            "cycler", new JinjaFunction("cycler", (run, a) -> new Cycler(a.positional())),
            "raise_exception", new JinjaFunction("raise_exception", JinjaGlobals::raise),
            "strftime_now", new JinjaFunction("strftime_now", JinjaGlobals::now));

    private JinjaGlobals() {}

    static Optional<JinjaValue> find(String name) {
        return Optional.ofNullable(FUNCTIONS.get(name));
    }

    private static JinjaValue raise(JinjaRun run, JinjaArguments arguments) {
        JinjaValue message =
                arguments.bind("raise_exception", List.of("message")).at(0);
        throw TemplateException.raised(JinjaPrinter.text(run, message).text());
    }

    private static JinjaValue now(JinjaRun run, JinjaArguments arguments) {
        JinjaString format = arguments.bind("strftime_now", List.of("format")).text(0);
        String text = JinjaDates.format(run.now(), format.text());
        run.characters(text.length(), text.length());
        return JinjaValue.of(JinjaString.of(text, format.isTrusted()));
    }

    private static JinjaValue range(JinjaRun run, JinjaArguments arguments) {
        JinjaArguments.Bound bound = arguments.bind("range", List.of("start", "stop", "step"));
        boolean single = bound.optional(1).isEmpty();
        BigInteger start = single ? BigInteger.ZERO : JinjaArithmetic.integer(bound.at(0));
        BigInteger stop = JinjaArithmetic.integer(bound.at(single ? 0 : 1));
        BigInteger step = bound.optional(2).map(JinjaArithmetic::integer).orElse(BigInteger.ONE);
        if (step.signum() == 0) {
            throw new JinjaError("range() arg 3 must not be zero");
        }
        BigInteger distance = stop.subtract(start).multiply(BigInteger.valueOf(step.signum()));
        BigInteger stride = step.abs();
        BigInteger size =
                distance.add(stride).subtract(BigInteger.ONE).divide(stride).max(BigInteger.ZERO);
        if (size.compareTo(BigInteger.valueOf(JinjaLimits.RANGE_MAX)) > 0
                || start.bitLength() > 62
                || step.bitLength() > 62
                || stop.bitLength() > 62) {
            throw new JinjaError(
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + JinjaLimits.RANGE_MAX + ").");
        }
        return new JinjaValue.Range(start.longValue(), stop.longValue(), step.longValue(), size.intValue());
    }

    private static JinjaDict dict(JinjaRun run, JinjaArguments arguments) {
        JinjaDict dict = new JinjaDict();
        for (JinjaValue source : arguments.positional()) {
            if (source instanceof JinjaDict other) {
                run.elements(other.size());
                dict.putAll(other);
            } else {
                pairs(run, source, dict);
            }
        }
        run.elements(arguments.named().size());
        arguments.named().forEach((name, value) -> dict.put(JinjaValue.trusted(name), value));
        return dict;
    }

    private static void pairs(JinjaRun run, JinjaValue source, JinjaDict dict) {
        Iterator<JinjaValue> pairs = JinjaOperators.iterator(source);
        while (pairs.hasNext()) {
            List<JinjaValue> pair = JinjaOperators.elements(run, pairs.next());
            if (pair.size() != 2) {
                throw new JinjaError(
                        "dictionary update sequence element has length " + pair.size() + "; 2 is required");
            }
            dict.put(pair.get(0), pair.get(1));
        }
    }

    /**
     * Python's dict: called, it makes one. So does a name that it does not have, like {@code dict.from_keys}: Jinja2
     * tries the name as a subscript, and dict[name] is a type whose calls make dicts. A published template lives by
     * that.
     */
    private record DictType() implements JinjaValue.Behaviour {
        private static final Set<String> UNBOUND =
                Set.of("clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values");

        @Override
        public String typeName() {
            return "type";
        }

        @Override
        public boolean isCallable() {
            return true;
        }

        @Override
        public JinjaValue call(JinjaRun run, JinjaArguments arguments) {
            return dict(run, arguments);
        }

        @Override
        public Optional<JinjaValue> attribute(String name) {
            if (name.equals("fromkeys")) {
                return Optional.of(new JinjaFunction(name, JinjaGlobals::fromKeys));
            }
            return UNBOUND.contains(name)
                    ? Optional.empty()
                    : Optional.of(new JinjaFunction("dict", JinjaGlobals::dict));
        }

        @Override
        public String described() {
            return "<class 'dict'>";
        }
    }

    private static JinjaValue fromKeys(JinjaRun run, JinjaArguments arguments) {
        JinjaArguments.Bound bound = arguments.bind("fromkeys", List.of("iterable", "value"));
        JinjaDict dict = new JinjaDict();
        for (JinjaValue key : JinjaOperators.elements(run, bound.at(0))) {
            dict.put(key, bound.optional(1).orElse(JinjaValue.NONE));
        }
        return dict;
    }

    /** Empty the first time it is called, then the separator. */
    private static final class Joiner implements JinjaValue.Behaviour {
        private final JinjaString separator;
        private boolean used;

        Joiner(JinjaString separator) {
            this.separator = separator;
        }

        @Override
        public String typeName() {
            return "Joiner";
        }

        @Override
        public boolean isCallable() {
            return true;
        }

        @Override
        public JinjaValue call(JinjaRun run, JinjaArguments arguments) {
            JinjaString text = used ? separator : JinjaString.EMPTY;
            used = true;
            return JinjaValue.of(text);
        }
    }

    /** Values in turn, again and again. */
    private static final class Cycler implements JinjaValue.Behaviour {
        private final List<JinjaValue> items;
        private int position;

        Cycler(List<JinjaValue> items) {
            if (items.isEmpty()) {
                throw new JinjaError("at least one item has to be provided");
            }
            this.items = new ArrayList<>(items);
        }

        @Override
        public String typeName() {
            return "Cycler";
        }

        @Override
        public Optional<JinjaValue> attribute(String name) {
            return switch (name) {
                case "current" -> Optional.of(items.get(position));
                case "next" ->
                    Optional.of(new JinjaFunction("next", (run, arguments) -> {
                        JinjaValue current = items.get(position);
                        position = (position + 1) % items.size();
                        return current;
                    }));
                case "reset" ->
                    Optional.of(new JinjaFunction("reset", (run, arguments) -> {
                        position = 0;
                        return JinjaValue.NONE;
                    }));
                default -> Optional.empty();
            };
        }
    }
}
