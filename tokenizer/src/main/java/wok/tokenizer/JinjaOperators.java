package wok.tokenizer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Python's truth, equality, order and membership, and iteration. Stateless. */
final class JinjaOperators {
    private JinjaOperators() {}

    static boolean isTrue(JinjaValue value) {
        return switch (value) {
            case JinjaValue.None _, JinjaValue.Undefined _ -> false;
            case JinjaValue.Bool(boolean flag) -> flag;
            case JinjaValue.Int(BigInteger number) -> number.signum() != 0;
            case JinjaValue.Real(double number) -> number != 0;
            case JinjaValue.Text text -> !text.string().isEmpty();
            case JinjaValue.Sequence sequence -> !sequence.items().isEmpty();
            case JinjaValue.Range range -> range.size() > 0;
            case JinjaValue.View view -> !view.items().isEmpty();
            case JinjaDict dict -> dict.size() > 0;
            case JinjaValue.Mapping _, JinjaValue.Generator _, JinjaValue.Behaviour _ -> true;
        };
    }

    /** The elements, as Python's iter() gives them. */
    static Iterator<JinjaValue> iterator(JinjaValue value) {
        return switch (value) {
            case JinjaValue.Undefined _ -> List.<JinjaValue>of().iterator();
            case JinjaValue.Text text -> characters(text).iterator();
            case JinjaValue.Sequence sequence -> sequence.items().iterator();
            case JinjaValue.View view -> view.items().iterator();
            case JinjaDict dict -> dict.keys().iterator();
            case JinjaValue.Generator generator -> generator.iterator();
            case JinjaValue.Range range ->
                java.util.stream.IntStream.range(0, range.size())
                        .mapToObj(range::at)
                        .iterator();
            case JinjaValue.None _,
                    JinjaValue.Bool _,
                    JinjaValue.Int _,
                    JinjaValue.Real _,
                    JinjaValue.Mapping _,
                    JinjaValue.Behaviour _ -> throw new JinjaError("'" + value.typeName() + "' object is not iterable");
        };
    }

    static boolean isIterable(JinjaValue value) {
        return switch (value) {
            case JinjaValue.None _, JinjaValue.Bool _, JinjaValue.Int _, JinjaValue.Real _, JinjaValue.Behaviour _ ->
                false;
            default -> true;
        };
    }

    private static List<JinjaValue> characters(JinjaValue.Text text) {
        JinjaString string = text.string();
        List<JinjaValue> characters = new ArrayList<>(string.length());
        for (int at = 0; at < string.length(); ) {
            int end = at + Character.charCount(string.text().codePointAt(at));
            characters.add(new JinjaValue.Text(string.substring(at, end), text.markup()));
            at = end;
        }
        return characters;
    }

    /** All elements in a new list. */
    static List<JinjaValue> elements(JinjaRun run, JinjaValue value) {
        if (value instanceof JinjaValue.Text text) {
            run.elements(text.string().length());
        }
        List<JinjaValue> elements = new ArrayList<>();
        Iterator<JinjaValue> iterator = iterator(value);
        while (iterator.hasNext()) {
            run.elements(1);
            elements.add(iterator.next());
        }
        return elements;
    }

    /** Python's len(). */
    static int length(JinjaValue value) {
        return switch (value) {
            case JinjaValue.Undefined _ -> 0;
            case JinjaValue.Text text -> text.string().codePoints();
            case JinjaValue.Sequence sequence -> sequence.items().size();
            case JinjaValue.View view -> view.items().size();
            case JinjaValue.Range range -> range.size();
            case JinjaDict dict -> dict.size();
            case JinjaLoop loop -> loop.length();
            default -> throw new JinjaError("object of type '" + value.typeName() + "' has no len()");
        };
    }

    @SuppressWarnings("ReferenceEquality") // Python too looks at identity first; it saves walking a list twice.
    static boolean isEqual(JinjaRun run, JinjaValue left, JinjaValue right) {
        run.work(1);
        if (left == right) {
            return !(left instanceof JinjaValue.Real(double number) && Double.isNaN(number));
        }
        if (JinjaArithmetic.isNumber(left) && JinjaArithmetic.isNumber(right)) {
            return compareNumbers(left, right) == Order.EQUAL;
        }
        return switch (left) {
            case JinjaValue.Text text ->
                right instanceof JinjaValue.Text other && text.plain().equals(other.plain());
            case JinjaValue.Undefined _ -> right instanceof JinjaValue.Undefined;
            case JinjaValue.Sequence sequence ->
                right instanceof JinjaValue.Sequence other
                        && sequence.isList() == other.isList()
                        && isEqual(run, sequence.items(), other.items());
            case JinjaValue.View view ->
                right instanceof JinjaValue.View other && isEqual(run, view.items(), other.items());
            case JinjaDict dict -> right instanceof JinjaDict other && isEqual(run, dict, other);
            case JinjaValue.Range range -> range.equals(right);
            case JinjaValue.None _ -> right instanceof JinjaValue.None;
            default -> false;
        };
    }

    private static boolean isEqual(JinjaRun run, List<JinjaValue> left, List<JinjaValue> right) {
        if (left.size() != right.size()) {
            return false;
        }
        run.enter();
        boolean equal = true;
        for (int i = 0; i < left.size() && equal; i++) {
            equal = isEqual(run, left.get(i), right.get(i));
        }
        run.leave();
        return equal;
    }

    private static boolean isEqual(JinjaRun run, JinjaDict left, JinjaDict right) {
        if (left.size() != right.size()) {
            return false;
        }
        run.enter();
        boolean equal = true;
        for (JinjaDict.Entry entry : left.entries()) {
            equal = equal
                    && right.get(entry.key())
                            .filter(value -> isEqual(run, entry.value(), value))
                            .isPresent();
        }
        run.leave();
        return equal;
    }

    /** How two values stand to each other; NaN to nothing. */
    enum Order {
        LESS,
        EQUAL,
        GREATER,
        UNORDERED;

        static Order of(int sign) {
            return sign < 0 ? LESS : sign > 0 ? GREATER : EQUAL;
        }
    }

    /** Order for &lt; and the like: numbers, strings by code points, lists and tuples element by element. */
    static Order compare(JinjaRun run, JinjaValue left, JinjaValue right, String operator) {
        run.work(1);
        if (left instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        if (right instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        if (JinjaArithmetic.isNumber(left) && JinjaArithmetic.isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof JinjaValue.Text a && right instanceof JinjaValue.Text b) {
            return Order.of(compareCodePoints(a.plain(), b.plain()));
        }
        if (left instanceof JinjaValue.Sequence a
                && right instanceof JinjaValue.Sequence b
                && a.isList() == b.isList()) {
            return compareItems(run, a.items(), b.items(), operator);
        }
        throw new JinjaError("'" + operator + "' not supported between instances of '" + left.typeName() + "' and '"
                + right.typeName() + "'");
    }

    private static Order compareItems(JinjaRun run, List<JinjaValue> left, List<JinjaValue> right, String operator) {
        run.enter();
        Order order = Order.of(Integer.compare(left.size(), right.size()));
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!isEqual(run, left.get(i), right.get(i))) {
                order = compare(run, left.get(i), right.get(i), operator);
                break;
            }
        }
        run.leave();
        return order;
    }

    private static Order compareNumbers(JinjaValue left, JinjaValue right) {
        if (left instanceof JinjaValue.Real || right instanceof JinjaValue.Real) {
            double a = JinjaArithmetic.real(left);
            double b = JinjaArithmetic.real(right);
            if (Double.isNaN(a) || Double.isNaN(b)) {
                return Order.UNORDERED;
            }
            if (Double.isInfinite(a) || Double.isInfinite(b)) {
                return Order.of(Double.compare(a, b));
            }
            return Order.of(exact(left).compareTo(exact(right)));
        }
        return Order.of(JinjaArithmetic.integer(left).compareTo(JinjaArithmetic.integer(right)));
    }

    private static BigDecimal exact(JinjaValue number) {
        return number instanceof JinjaValue.Real(double value)
                ? new BigDecimal(value)
                : new BigDecimal(JinjaArithmetic.integer(number));
    }

    private static int compareCodePoints(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            if (left.charAt(i) != right.charAt(i)) {
                return Integer.compare(left.codePointAt(i), right.codePointAt(i)) != 0
                                && !Character.isLowSurrogate(left.charAt(i))
                        ? Integer.compare(left.codePointAt(i), right.codePointAt(i))
                        : Character.compare(left.charAt(i), right.charAt(i));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** Python's "in". */
    static boolean contains(JinjaRun run, JinjaValue container, JinjaValue value) {
        return switch (container) {
            case JinjaValue.Text text -> {
                if (value instanceof JinjaValue.Text part) {
                    run.work(text.string().length() / 64);
                    yield text.plain().contains(part.plain());
                }
                throw new JinjaError("'in <string>' requires string as left operand, not " + value.typeName());
            }
            case JinjaDict dict -> dict.contains(value);
            default -> {
                if (!isIterable(container)) {
                    throw new JinjaError("argument of type '" + container.typeName() + "' is not iterable");
                }
                Iterator<JinjaValue> iterator = iterator(container);
                while (iterator.hasNext()) {
                    if (isEqual(run, iterator.next(), value)) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }
}
