package wok.tokenizer;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;

/** Jinja2's tests ("is defined") and the comparison operators. Stateless. */
final class JinjaTests {
    private static final Set<String> WITHOUT_ARGUMENT = Set.of(
            "odd",
            "even",
            "defined",
            "undefined",
            "none",
            "boolean",
            "true",
            "false",
            "integer",
            "float",
            "lower",
            "upper",
            "string",
            "mapping",
            "number",
            "sequence",
            "iterable",
            "callable",
            "escaped",
            "filter",
            "test");
    private static final Set<String> WITH_ARGUMENT = Set.of(
            "divisibleby",
            "sameas",
            "in",
            "==",
            "eq",
            "equalto",
            "!=",
            "ne",
            ">",
            "gt",
            "greaterthan",
            "ge",
            ">=",
            "<",
            "lt",
            "lessthan",
            "<=",
            "le");

    private JinjaTests() {}

    static boolean exists(String name) {
        return WITHOUT_ARGUMENT.contains(name) || WITH_ARGUMENT.contains(name);
    }

    /** What to say of a test that does not exist. */
    static String absence(String name) {
        return "No test named '" + name + "'.";
    }

    static boolean apply(JinjaRun run, String name, JinjaValue value, JinjaArguments arguments) {
        if (WITHOUT_ARGUMENT.contains(name)) {
            arguments.bind(name, List.of());
            return holds(name, value);
        }
        if (!WITH_ARGUMENT.contains(name)) {
            throw new JinjaError(absence(name));
        }
        return holds(run, name, value, arguments.bind(name, List.of("other")).at(0));
    }

    private static boolean holds(String name, JinjaValue value) {
        return switch (name) {
            case "odd" -> remainder(value, BigInteger.TWO).equals(BigInteger.ONE);
            case "even" -> remainder(value, BigInteger.TWO).signum() == 0;
            case "defined" -> !(value instanceof JinjaValue.Undefined);
            case "undefined" -> value instanceof JinjaValue.Undefined;
            case "none" -> value instanceof JinjaValue.None;
            case "boolean" -> value instanceof JinjaValue.Bool;
            case "true" -> value instanceof JinjaValue.Bool(boolean flag) && flag;
            case "false" -> value instanceof JinjaValue.Bool(boolean flag) && !flag;
            case "integer" -> value instanceof JinjaValue.Int;
            case "float" -> value instanceof JinjaValue.Real;
            case "string" -> value instanceof JinjaValue.Text;
            case "mapping" -> value instanceof JinjaDict;
            case "number" -> JinjaArithmetic.isNumber(value);
            case "sequence" -> isSequence(value);
            case "iterable" -> JinjaOperators.isIterable(value);
            case "callable" -> isCallable(value);
            case "escaped" -> value instanceof JinjaValue.Text text && text.markup();
            case "filter" -> value instanceof JinjaValue.Text text && JinjaFilters.exists(text.plain());
            case "test" -> value instanceof JinjaValue.Text text && exists(text.plain());
            default -> isCase(value, name.equals("upper"));
        };
    }

    private static boolean isSequence(JinjaValue value) {
        return value instanceof JinjaValue.Text
                || value instanceof JinjaValue.Sequence
                || value instanceof JinjaValue.Range
                || value instanceof JinjaValue.Undefined
                || value instanceof JinjaDict;
    }

    private static boolean isCallable(JinjaValue value) {
        return value instanceof JinjaValue.Undefined
                || (value instanceof JinjaValue.Behaviour behaviour && behaviour.isCallable());
    }

    private static boolean isCase(JinjaValue value, boolean upper) {
        return value instanceof JinjaValue.Text text
                && JinjaCases.isAll(
                        text.plain(),
                        c -> !Character.isTitleCase(c)
                                && !(upper ? Character.isLowerCase(c) : Character.isUpperCase(c)));
    }

    private static BigInteger remainder(JinjaValue value, BigInteger divisor) {
        if (divisor.signum() == 0) {
            throw new JinjaError("integer modulo by zero");
        }
        if (value instanceof JinjaValue.Real(double number)) {
            return number == Math.rint(number)
                    ? new java.math.BigDecimal(number).toBigInteger().mod(divisor.abs())
                    : BigInteger.TEN.negate();
        }
        if (value instanceof JinjaValue.Text) {
            throw new JinjaError("not all arguments converted during string formatting");
        }
        return JinjaArithmetic.integer(value).mod(divisor.abs());
    }

    /** A comparison, by its operator or by its name as a test. */
    static boolean holds(JinjaRun run, String operator, JinjaValue left, JinjaValue right) {
        return switch (operator) {
            case "==", "eq", "equalto" -> JinjaOperators.isEqual(run, left, right);
            case "!=", "ne" -> !JinjaOperators.isEqual(run, left, right);
            case "in" -> JinjaOperators.contains(run, right, left);
            case "not in" -> !JinjaOperators.contains(run, right, left);
            case "sameas" -> isSame(left, right);
            case "divisibleby" ->
                remainder(left, JinjaArithmetic.integer(right)).signum() == 0;
            case "<", "lt", "lessthan" -> JinjaOperators.compare(run, left, right, "<") == JinjaOperators.Order.LESS;
            case ">", "gt", "greaterthan" ->
                JinjaOperators.compare(run, left, right, ">") == JinjaOperators.Order.GREATER;
            case "<=", "le" -> {
                JinjaOperators.Order order = JinjaOperators.compare(run, left, right, "<=");
                yield order == JinjaOperators.Order.LESS || order == JinjaOperators.Order.EQUAL;
            }
            default -> {
                JinjaOperators.Order order = JinjaOperators.compare(run, left, right, ">=");
                yield order == JinjaOperators.Order.GREATER || order == JinjaOperators.Order.EQUAL;
            }
        };
    }

    /** Python's "is": small integers, short strings, None and booleans are one object each. */
    @SuppressWarnings("ReferenceEquality") // Identity is what this test asks for.
    private static boolean isSame(JinjaValue left, JinjaValue right) {
        return switch (left) {
            case JinjaValue.None _, JinjaValue.Bool _, JinjaValue.Int _ -> left.equals(right);
            case JinjaValue.Text text ->
                right instanceof JinjaValue.Text other && text.plain().equals(other.plain());
            default -> left == right;
        };
    }
}
