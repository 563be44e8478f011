package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Keys and order for sort, groupby, unique, min and max. Stateless. */
final class JinjaSorting {
    private JinjaSorting() {}

    static int sign(JinjaOperators.Order order) {
        return switch (order) {
            case LESS -> -1;
            case EQUAL, UNORDERED -> 0;
            case GREATER -> 1;
        };
    }

    /** The entries of a dictionary by their keys. */
    static List<JinjaDict.Entry> byKey(JinjaRun run, JinjaDict dict) {
        run.elements(dict.size());
        List<JinjaDict.Entry> entries = new ArrayList<>(dict.entries());
        entries.sort((a, b) -> sign(JinjaOperators.compare(run, a.key(), b.key(), "<")));
        return entries;
    }

    /** Python's sorted(): stable, also in reverse. */
    static List<JinjaValue> sorted(
            JinjaRun run, List<JinjaValue> items, UnaryOperator<JinjaValue> key, boolean reverse) {
        record Keyed(JinjaValue key, JinjaValue item) {}
        List<Keyed> keyed = new ArrayList<>();
        for (JinjaValue item : items) {
            keyed.add(new Keyed(key.apply(item), item));
        }
        try {
            keyed.sort((a, b) -> reverse
                    ? sign(JinjaOperators.compare(run, b.key(), a.key(), "<"))
                    : sign(JinjaOperators.compare(run, a.key(), b.key(), "<")));
        } catch (IllegalArgumentException e) {
            throw new JinjaError("values without an order (NaN) can't be sorted");
        }
        List<JinjaValue> sorted = new ArrayList<>();
        keyed.forEach(entry -> sorted.add(entry.item()));
        return sorted;
    }

    /** What an attribute argument ("a.b", "0", 1) takes from an item; the item itself where there is none. */
    static UnaryOperator<JinjaValue> getter(
            JinjaRun run, Optional<JinjaValue> attribute, Optional<JinjaValue> otherwise) {
        if (attribute.isEmpty()) {
            return item -> item;
        }
        List<JinjaValue> path = path(attribute.get());
        return item -> {
            JinjaValue value = item;
            for (JinjaValue part : path) {
                value = JinjaAttributes.item(run, value, part);
                if (otherwise.isPresent() && value instanceof JinjaValue.Undefined) {
                    value = otherwise.get();
                }
            }
            return value;
        };
    }

    /** As {@link #getter}, several attributes with commas between them making a list. */
    static UnaryOperator<JinjaValue> getters(JinjaRun run, Optional<JinjaValue> attribute, boolean caseSensitive) {
        List<UnaryOperator<JinjaValue>> getters = new ArrayList<>();
        if (attribute.isPresent() && attribute.get() instanceof JinjaValue.Text text) {
            for (String name : text.plain().split(",", -1)) {
                getters.add(getter(run, Optional.of(JinjaValue.trusted(name)), Optional.empty()));
            }
        } else {
            getters.add(getter(run, attribute, Optional.empty()));
        }
        return item -> {
            List<JinjaValue> keys = new ArrayList<>();
            getters.forEach(getter -> keys.add(caseSensitive ? getter.apply(item) : folded(getter.apply(item))));
            return JinjaValue.list(keys);
        };
    }

    private static List<JinjaValue> path(JinjaValue attribute) {
        if (!(attribute instanceof JinjaValue.Text text)) {
            return List.of(attribute);
        }
        List<JinjaValue> path = new ArrayList<>();
        for (String part : text.plain().split("\\.", -1)) {
            boolean digits =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(Character::isDigit);
            path.add(digits ? JinjaValue.of(Integer.parseInt(part)) : JinjaValue.trusted(part));
        }
        return path;
    }

    /** A string in lower case; other values as they are. */
    static JinjaValue folded(JinjaValue value) {
        return value instanceof JinjaValue.Text text
                ? new JinjaValue.Text(text.string().map(s -> s.toLowerCase(Locale.ROOT)), text.markup())
                : value;
    }
}
