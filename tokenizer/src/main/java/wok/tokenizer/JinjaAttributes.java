package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * value.name, value[index] and value[start:stop:step] with the rules of Jinja2's immutable sandbox: a dot asks for
 * the method first and then for the key, brackets the other way round; names that begin with an underscore and
 * methods that change a list or dictionary are refused when used. Stateless.
 */
final class JinjaAttributes {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private JinjaAttributes() {}

    static JinjaValue attribute(JinjaRun run, JinjaValue target, String name) {
        if (target instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        Optional<JinjaValue> member = member(target, name);
        if (member.isPresent()) {
            return member.get();
        }
        if (target instanceof JinjaDict dict) {
            Optional<JinjaValue> value = dict.get(name);
            if (value.isPresent()) {
                return value.get();
            }
        }
        return missing(target, JinjaValue.trusted(name), run);
    }

    static JinjaValue item(JinjaRun run, JinjaValue target, JinjaValue index) {
        if (target instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        Optional<JinjaValue> element = element(target, index);
        if (element.isEmpty() && index instanceof JinjaValue.Text name) {
            element = member(target, name.plain());
        }
        return element.isPresent() ? element.get() : missing(target, index, run);
    }

    /** What Python's getattr finds, refused names included. */
    static Optional<JinjaValue> member(JinjaValue target, String name) {
        boolean changes = (target instanceof JinjaDict && DICT_CHANGES.contains(name))
                || (target instanceof JinjaValue.Sequence sequence && sequence.isList() && LIST_CHANGES.contains(name));
        if (changes || (name.length() > 4 && name.startsWith("__") && name.endsWith("__"))) {
            return Optional.of(new JinjaValue.Undefined(
                    "access to attribute '" + name + "' of '" + target.typeName() + "' object is unsafe."));
        }
        return switch (target) {
            case JinjaValue.Text text -> JinjaStringMethods.find(text, name);
            case JinjaValue.Behaviour behaviour -> behaviour.attribute(name);
            default -> JinjaMethods.find(target, name);
        };
    }

    private static Optional<JinjaValue> element(JinjaValue target, JinjaValue index) {
        if (target instanceof JinjaDict dict) {
            boolean unhashable = (index instanceof JinjaValue.Sequence sequence && sequence.isList())
                    || index instanceof JinjaValue.Mapping
                    || index instanceof JinjaValue.View;
            return unhashable ? Optional.empty() : dict.get(index);
        }
        if (!JinjaArithmetic.isInteger(index)) {
            return Optional.empty();
        }
        int at = ((JinjaValue.Int) JinjaArithmetic.integer(JinjaArithmetic.integer(index))).clamped();
        return switch (target) {
            case JinjaValue.Sequence sequence ->
                place(at, sequence.items().size()).map(sequence.items()::get);
            case JinjaValue.Range range -> place(at, range.size()).map(range::at);
            case JinjaValue.Text text -> character(text, at);
            default -> Optional.empty();
        };
    }

    private static Optional<Integer> place(int index, int size) {
        int at = index < 0 ? index + size : index;
        return at >= 0 && at < size ? Optional.of(at) : Optional.empty();
    }

    private static Optional<JinjaValue> character(JinjaValue.Text text, int index) {
        JinjaString string = text.string();
        return place(index, string.codePoints()).map(at -> {
            int from = string.text().offsetByCodePoints(0, at);
            int to = string.text().offsetByCodePoints(from, 1);
            return new JinjaValue.Text(string.substring(from, to), text.markup());
        });
    }

    private static JinjaValue missing(JinjaValue target, JinjaValue name, JinjaRun run) {
        String type = target instanceof JinjaValue.None ? "None" : target.typeName() + " object";
        if (name instanceof JinjaValue.Text text) {
            return new JinjaValue.Undefined("'" + type + "' has no attribute '" + text.plain() + "'");
        }
        return new JinjaValue.Undefined(
                type + " has no element " + JinjaPrinter.repr(run, name).text());
    }

    static JinjaValue slice(JinjaRun run, JinjaValue target, JinjaValue start, JinjaValue stop, JinjaValue step) {
        if (target instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        int size;
        switch (target) {
            case JinjaValue.Text text -> size = text.string().codePoints();
            case JinjaValue.Sequence sequence -> size = sequence.items().size();
            case JinjaValue.Range range -> size = range.size();
            default -> {
                return new JinjaValue.Undefined("'" + target.typeName() + "' object has no slices");
            }
        }
        int stride = step instanceof JinjaValue.None ? 1 : bound(step);
        if (stride == 0) {
            throw new JinjaError("slice step cannot be zero");
        }
        int first = start instanceof JinjaValue.None ? (stride > 0 ? 0 : size - 1) : clip(bound(start), size, stride);
        int last = stop instanceof JinjaValue.None ? (stride > 0 ? size : -1) : clip(bound(stop), size, stride);
        return part(run, target, first, last, stride);
    }

    private static int bound(JinjaValue value) {
        if (!JinjaArithmetic.isInteger(value) && !(value instanceof JinjaValue.Undefined)) {
            throw new JinjaError("slice indices must be integers or None");
        }
        return ((JinjaValue.Int) JinjaArithmetic.integer(JinjaArithmetic.integer(value))).clamped();
    }

    private static int clip(int bound, int size, int stride) {
        int at = bound < 0 ? bound + size : bound;
        return stride > 0 ? Math.clamp(at, 0, size) : Math.clamp(at, -1, size - 1);
    }

    private static JinjaValue part(JinjaRun run, JinjaValue target, int first, int last, int stride) {
        if (target instanceof JinjaValue.Text text) {
            return new JinjaValue.Text(characters(run, text.string(), first, last, stride), text.markup());
        }
        List<JinjaValue> part = new ArrayList<>();
        for (long at = first; stride > 0 ? at < last : at > last; at += stride) {
            run.elements(1);
            part.add(
                    target instanceof JinjaValue.Range range
                            ? range.at((int) at)
                            : ((JinjaValue.Sequence) target).items().get((int) at));
        }
        return target instanceof JinjaValue.Sequence sequence
                ? new JinjaValue.Sequence(
                        part, sequence.isList() ? JinjaValue.Sequence.Kind.LIST : JinjaValue.Sequence.Kind.TUPLE)
                : JinjaValue.list(part);
    }

    private static JinjaString characters(JinjaRun run, JinjaString string, int first, int last, int stride) {
        String text = string.text();
        if (stride == 1) {
            run.characters(Math.max(0, last - first), 0);
            int from = text.offsetByCodePoints(0, Math.min(first, Math.max(first, last)));
            return last <= first
                    ? JinjaString.EMPTY
                    : string.substring(from, text.offsetByCodePoints(from, last - first));
        }
        int[] offsets = new int[string.codePoints()];
        for (int i = 1; i < offsets.length; i++) {
            offsets[i] = text.offsetByCodePoints(offsets[i - 1], 1);
        }
        run.work(offsets.length);
        JinjaStringBuilder part = new JinjaStringBuilder(run);
        for (long at = first; stride > 0 ? at < last : at > last; at += stride) {
            int from = offsets[(int) at];
            part.append(string, from, text.offsetByCodePoints(from, 1));
        }
        return part.build();
    }
}
