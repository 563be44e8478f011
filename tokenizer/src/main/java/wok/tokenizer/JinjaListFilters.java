package wok.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The filters on lists and dictionaries. Stateless. */
final class JinjaListFilters {
    private JinjaListFilters() {}

    static JinjaFilters.Registry registry() {
        return new JinjaFilters.Registry()
                .add("list", "", (run, v, a) -> JinjaValue.list(JinjaOperators.elements(run, v)))
                .add("first", "", JinjaListFilters::first)
                .add("last", "", JinjaListFilters::last)
                .add("items", "", JinjaListFilters::items)
                .add("dictsort", "case_sensitive by reverse", JinjaListFilters::sortedItems)
                .add("sort", "reverse case_sensitive attribute", JinjaListFilters::sort)
                .add("unique", "case_sensitive attribute", JinjaListFilters::unique)
                .add("min", "case_sensitive attribute", (run, v, a) -> extreme(run, v, a, JinjaOperators.Order.LESS))
                .add("max", "case_sensitive attribute", (run, v, a) -> extreme(run, v, a, JinjaOperators.Order.GREATER))
                .add("reverse", "", JinjaListFilters::reverse)
                .add("batch", "linecount fill_with", JinjaListFilters::batch)
                .add("slice", "slices fill_with", JinjaListFilters::slice)
                .add("groupby", "attribute default case_sensitive", JinjaListFilters::group)
                .add("attr", "name", (run, v, a) -> attribute(v, a.text(0).text()))
                .add("map", JinjaListFilters::map)
                .add("select", (run, v, a) -> select(run, v, a, false, true))
                .add("reject", (run, v, a) -> select(run, v, a, false, false))
                .add("selectattr", (run, v, a) -> select(run, v, a, true, true))
                .add("rejectattr", (run, v, a) -> select(run, v, a, true, false));
    }

    private static JinjaValue first(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        Iterator<JinjaValue> iterator = JinjaOperators.iterator(value);
        return iterator.hasNext() ? iterator.next() : new JinjaValue.Undefined("No first item, sequence was empty.");
    }

    private static JinjaValue last(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        if (value instanceof JinjaValue.Generator) {
            throw new JinjaError("'generator' object is not reversible");
        }
        List<JinjaValue> elements = JinjaOperators.elements(run, value);
        return elements.isEmpty() ? new JinjaValue.Undefined("No last item, sequence was empty.") : elements.getLast();
    }

    private static JinjaValue items(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        return switch (value) {
            case JinjaValue.Undefined _ -> generator(List.<JinjaValue>of());
            case JinjaDict dict -> {
                run.elements(dict.size());
                yield generator(dict.items());
            }
            default -> throw new JinjaError("Can only get item pairs from a mapping.");
        };
    }

    private static JinjaValue generator(List<JinjaValue> items) {
        return new JinjaValue.Generator(items.iterator());
    }

    private static JinjaValue sortedItems(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        if (!(value instanceof JinjaDict dict)) {
            throw value instanceof JinjaValue.Undefined undefined
                    ? undefined.error()
                    : new JinjaError("'" + value.typeName() + "' object has no attribute 'items'");
        }
        String by = a.text(1, "key").text();
        if (!by.equals("key") && !by.equals("value")) {
            throw new JinjaError("You can only sort by either \"key\" or \"value\"");
        }
        int part = by.equals("key") ? 0 : 1;
        boolean caseSensitive = a.flag(0, false);
        run.elements(dict.size());
        UnaryOperator<JinjaValue> key = item -> {
            JinjaValue found = ((JinjaValue.Sequence) item).items().get(part);
            return caseSensitive ? found : JinjaSorting.folded(found);
        };
        return JinjaValue.list(JinjaSorting.sorted(run, dict.items(), key, a.flag(2, false)));
    }

    private static JinjaValue sort(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        UnaryOperator<JinjaValue> key = JinjaSorting.getters(run, a.present(2), a.flag(1, false));
        return JinjaValue.list(JinjaSorting.sorted(run, JinjaOperators.elements(run, value), key, a.flag(0, false)));
    }

    private static UnaryOperator<JinjaValue> key(JinjaRun run, Optional<JinjaValue> attribute, boolean caseSensitive) {
        UnaryOperator<JinjaValue> getter = JinjaSorting.getter(run, attribute, Optional.empty());
        return caseSensitive ? getter : item -> JinjaSorting.folded(getter.apply(item));
    }

    private static JinjaValue unique(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        UnaryOperator<JinjaValue> key = key(run, a.present(1), a.flag(0, false));
        Set<Object> seen = new HashSet<>();
        List<JinjaValue> unique = new ArrayList<>();
        for (JinjaValue item : JinjaOperators.elements(run, value)) {
            if (seen.add(JinjaDict.hash(key.apply(item)))) {
                unique.add(item);
            }
        }
        return generator(unique);
    }

    private static JinjaValue extreme(
            JinjaRun run, JinjaValue value, JinjaArguments.Bound a, JinjaOperators.Order wanted) {
        UnaryOperator<JinjaValue> key = key(run, a.present(1), a.flag(0, false));
        List<JinjaValue> items = JinjaOperators.elements(run, value);
        if (items.isEmpty()) {
            return new JinjaValue.Undefined("No aggregated item, sequence was empty.");
        }
        JinjaValue best = items.getFirst();
        JinjaValue bestKey = key.apply(best);
        for (JinjaValue item : items.subList(1, items.size())) {
            JinjaValue itemKey = key.apply(item);
            if (JinjaOperators.compare(run, itemKey, bestKey, wanted == JinjaOperators.Order.LESS ? "<" : ">")
                    == wanted) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    private static JinjaValue reverse(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        if (value instanceof JinjaValue.Text) {
            return JinjaAttributes.slice(run, value, JinjaValue.NONE, JinjaValue.NONE, JinjaValue.of(-1));
        }
        if (!JinjaOperators.isIterable(value)) {
            throw new JinjaError("argument must be iterable");
        }
        List<JinjaValue> items = JinjaOperators.elements(run, value);
        Collections.reverse(items);
        return value instanceof JinjaValue.Generator || value instanceof JinjaValue.Undefined
                ? JinjaValue.list(items)
                : generator(items);
    }

    private static JinjaValue batch(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        int size = a.integer(0);
        List<JinjaValue> batches = new ArrayList<>();
        List<JinjaValue> batch = new ArrayList<>();
        for (JinjaValue item : JinjaOperators.elements(run, value)) {
            if (batch.size() == size) {
                batches.add(JinjaValue.list(batch));
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            if (a.present(1).isPresent() && batch.size() < size) {
                run.elements(size);
                batch.addAll(Collections.nCopies(size - batch.size(), a.at(1)));
            }
            batches.add(JinjaValue.list(batch));
        }
        return generator(batches);
    }

    private static JinjaValue slice(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        int slices = a.integer(0);
        List<JinjaValue> items = JinjaOperators.elements(run, value);
        if (slices == 0) {
            throw new JinjaError("integer division or modulo by zero");
        }
        run.elements(Math.max(0, slices));
        List<JinjaValue> parts = new ArrayList<>();
        int at = 0;
        for (int number = 0; number < slices; number++) {
            boolean longer = number < items.size() % slices;
            int end = at + items.size() / slices + (longer ? 1 : 0);
            List<JinjaValue> part = new ArrayList<>(items.subList(at, end));
            if (a.present(1).isPresent() && !longer) {
                part.add(a.at(1));
            }
            parts.add(JinjaValue.list(part));
            at = end;
        }
        return generator(parts);
    }

    private static JinjaValue group(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        boolean caseSensitive = a.flag(2, false);
        UnaryOperator<JinjaValue> plain = JinjaSorting.getter(run, Optional.of(a.at(0)), a.present(1));
        UnaryOperator<JinjaValue> key = caseSensitive ? plain : item -> JinjaSorting.folded(plain.apply(item));
        List<JinjaValue> groups = new ArrayList<>();
        List<JinjaValue> group = new ArrayList<>();
        List<JinjaValue> sorted = JinjaSorting.sorted(run, JinjaOperators.elements(run, value), key, false);
        for (int i = 0; i < sorted.size(); i++) {
            group.add(sorted.get(i));
            boolean ends = i + 1 == sorted.size()
                    || !JinjaOperators.isEqual(run, key.apply(sorted.get(i)), key.apply(sorted.get(i + 1)));
            if (ends) {
                run.elements(2);
                groups.add(new JinjaValue.Sequence(
                        List.of(plain.apply(group.getFirst()), JinjaValue.list(group)),
                        JinjaValue.Sequence.Kind.GROUP));
                group = new ArrayList<>();
            }
        }
        return JinjaValue.list(groups);
    }

    private static JinjaValue attribute(JinjaValue value, String name) {
        return JinjaAttributes.member(value, name)
                .orElseGet(() ->
                        new JinjaValue.Undefined("'" + value.typeName() + " object' has no attribute '" + name + "'"));
    }

    private static JinjaValue map(JinjaRun run, JinjaValue value, JinjaArguments arguments) {
        UnaryOperator<JinjaValue> function;
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            JinjaArguments.Bound bound = arguments.bind("map", List.of("attribute", "default"));
            function = JinjaSorting.getter(run, Optional.of(bound.at(0)), bound.present(1));
        } else if (arguments.positional().isEmpty()) {
            throw new JinjaError("map requires a filter argument");
        } else {
            String filter =
                    JinjaPrinter.text(run, arguments.positional().getFirst()).text();
            JinjaArguments rest = arguments.from(1);
            function = item -> JinjaFilters.apply(run, filter, item, rest);
        }
        return new JinjaValue.Generator(new Pipeline(run, elements(value), function, item -> true));
    }

    private static JinjaValue select(
            JinjaRun run, JinjaValue value, JinjaArguments arguments, boolean attribute, boolean keep) {
        int first = attribute ? 1 : 0;
        if (arguments.positional().size() < first) {
            throw new JinjaError("Missing parameter for attribute name");
        }
        UnaryOperator<JinjaValue> getter = attribute
                ? JinjaSorting.getter(run, Optional.of(arguments.positional().getFirst()), Optional.empty())
                : item -> item;
        Predicate<JinjaValue> test;
        if (arguments.positional().size() > first) {
            String name =
                    JinjaPrinter.text(run, arguments.positional().get(first)).text();
            JinjaArguments rest = arguments.from(first + 1);
            test = item -> JinjaTests.apply(run, name, item, rest);
        } else {
            test = JinjaOperators::isTrue;
        }
        return new JinjaValue.Generator(new Pipeline(
                run, elements(value), UnaryOperator.identity(), item -> test.test(getter.apply(item)) == keep));
    }

    /** The elements of a value; nothing where it is false, as map and select have it. */
    private static Iterator<JinjaValue> elements(JinjaValue value) {
        return JinjaOperators.isTrue(value)
                ? JinjaOperators.iterator(value)
                : List.<JinjaValue>of().iterator();
    }

    /** Elements that pass a test, mapped, as they are asked for. */
    private static final class Pipeline implements Iterator<JinjaValue> {
        private final JinjaRun run;
        private final Iterator<JinjaValue> elements;
        private final UnaryOperator<JinjaValue> function;
        private final Predicate<JinjaValue> test;
        private Optional<JinjaValue> next = Optional.empty();

        Pipeline(
                JinjaRun run,
                Iterator<JinjaValue> elements,
                UnaryOperator<JinjaValue> function,
                Predicate<JinjaValue> test) {
            this.run = run;
            this.elements = elements;
            this.function = function;
            this.test = test;
        }

        @Override
        public boolean hasNext() {
            run.enter();
            while (next.isEmpty() && elements.hasNext()) {
                run.work(1);
                JinjaValue element = elements.next();
                next = test.test(element) ? Optional.of(element) : next;
            }
            run.leave();
            return next.isPresent();
        }

        @Override
        public JinjaValue next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            JinjaValue element = next.orElseThrow();
            next = Optional.empty();
            run.enter();
            JinjaValue mapped = function.apply(element);
            run.leave();
            return mapped;
        }
    }
}
