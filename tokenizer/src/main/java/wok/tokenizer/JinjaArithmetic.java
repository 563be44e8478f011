package wok.tokenizer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** Python's + - * / // % ** on numbers, strings and lists. Integers have a limit, see {@link JinjaLimits}. Stateless. */
final class JinjaArithmetic {
    private JinjaArithmetic() {}

    static boolean isNumber(JinjaValue value) {
        return value instanceof JinjaValue.Int || value instanceof JinjaValue.Real || value instanceof JinjaValue.Bool;
    }

    static boolean isInteger(JinjaValue value) {
        return value instanceof JinjaValue.Int || value instanceof JinjaValue.Bool;
    }

    /** The value of an int or bool. */
    static BigInteger integer(JinjaValue value) {
        return switch (value) {
            case JinjaValue.Int(BigInteger number) -> number;
            case JinjaValue.Bool(boolean flag) -> flag ? BigInteger.ONE : BigInteger.ZERO;
            case JinjaValue.Undefined undefined -> throw undefined.error();
            default -> throw new JinjaError(value.typeName() + " (expected: int)");
        };
    }

    /** The value of any number as a float. */
    static double real(JinjaValue value) {
        return value instanceof JinjaValue.Real(double number)
                ? number
                : integer(value).doubleValue();
    }

    static JinjaValue integer(BigInteger value) {
        if (value.bitLength() > JinjaLimits.INTEGER_BITS_MAX) {
            throw new JinjaError("integer too large (limit: " + JinjaLimits.INTEGER_BITS_MAX + " bits)");
        }
        return new JinjaValue.Int(value);
    }

    static JinjaValue binary(JinjaRun run, String operator, JinjaValue left, JinjaValue right) {
        if (left instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        if (operator.equals("%") && left instanceof JinjaValue.Text text) {
            return JinjaPercentFormat.format(run, text, right);
        }
        if (right instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        if (isNumber(left) && isNumber(right)) {
            return isInteger(left) && isInteger(right)
                    ? integers(operator, integer(left), integer(right))
                    : reals(operator, real(left), real(right));
        }
        return switch (operator) {
            case "+" -> add(run, left, right);
            case "*" -> isInteger(right) ? repeat(run, left, right) : repeat(run, right, left);
            default -> throw unsupported(operator, left, right);
        };
    }

    private static JinjaError unsupported(String operator, JinjaValue left, JinjaValue right) {
        return new JinjaError("unsupported operand type(s) for " + (operator.equals("**") ? "** or pow()" : operator)
                + ": '" + left.typeName() + "' and '" + right.typeName() + "'");
    }

    private static JinjaValue add(JinjaRun run, JinjaValue left, JinjaValue right) {
        if (left instanceof JinjaValue.Text a && right instanceof JinjaValue.Text b) {
            boolean markup = a.markup() || b.markup();
            JinjaStringBuilder sum = new JinjaStringBuilder(run);
            sum.append(markup ? JinjaHtml.escape(run, a) : a.string());
            sum.append(markup ? JinjaHtml.escape(run, b) : b.string());
            return new JinjaValue.Text(sum.build(), markup);
        }
        if (left instanceof JinjaValue.Sequence a
                && right instanceof JinjaValue.Sequence b
                && a.isList() == b.isList()) {
            run.elements((long) a.items().size() + b.items().size());
            List<JinjaValue> sum = new ArrayList<>(a.items());
            sum.addAll(b.items());
            return new JinjaValue.Sequence(
                    sum, a.isList() ? JinjaValue.Sequence.Kind.LIST : JinjaValue.Sequence.Kind.TUPLE);
        }
        if (left instanceof JinjaValue.Text || left instanceof JinjaValue.Sequence) {
            throw new JinjaError("can only concatenate " + left.typeName() + " (not \"" + right.typeName() + "\") to "
                    + left.typeName());
        }
        throw unsupported("+", left, right);
    }

    private static JinjaValue repeat(JinjaRun run, JinjaValue value, JinjaValue count) {
        if (!isInteger(count)) {
            throw isInteger(value) || value instanceof JinjaValue.Real
                    ? unsupported("*", count, value)
                    : new JinjaError("can't multiply sequence by non-int of type '" + count.typeName() + "'");
        }
        int times = Math.max(0, ((JinjaValue.Int) integer(integer(count))).clamped());
        return switch (value) {
            case JinjaValue.Text text -> repeat(run, text, times);
            case JinjaValue.Sequence sequence -> {
                run.elements((long) times * sequence.items().size());
                List<JinjaValue> repeated = new ArrayList<>();
                for (int i = 0; i < times && !sequence.items().isEmpty(); i++) {
                    repeated.addAll(sequence.items());
                }
                yield new JinjaValue.Sequence(repeated, sequence.kind());
            }
            default -> throw unsupported("*", value, count);
        };
    }

    private static JinjaValue repeat(JinjaRun run, JinjaValue.Text text, int times) {
        run.characters(0, (long) times * text.string().length());
        JinjaStringBuilder repeated = new JinjaStringBuilder(run);
        for (int i = 0; i < times && !text.string().isEmpty(); i++) {
            run.work(1);
            repeated.append(text.string());
        }
        return new JinjaValue.Text(repeated.build(), text.markup());
    }

    private static JinjaValue integers(String operator, BigInteger a, BigInteger b) {
        return switch (operator) {
            case "+" -> integer(a.add(b));
            case "-" -> integer(a.subtract(b));
            case "*" -> integer(a.multiply(b));
            case "/" -> quotient(a, b);
            case "//" -> {
                BigInteger[] parts = a.divideAndRemainder(nonZero(b, "integer division or modulo by zero"));
                boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
                yield integer(below ? parts[0].subtract(BigInteger.ONE) : parts[0]);
            }
            case "%" -> {
                BigInteger remainder = a.remainder(nonZero(b, "integer modulo by zero"));
                boolean wrongSign = remainder.signum() != 0 && remainder.signum() != b.signum();
                yield integer(wrongSign ? remainder.add(b) : remainder);
            }
            case "**" -> power(a, b);
            default -> throw new IllegalArgumentException("operator: " + operator + " (expected: + - * / // % **)");
        };
    }

    private static BigInteger nonZero(BigInteger divisor, String message) {
        if (divisor.signum() == 0) {
            throw new JinjaError(message);
        }
        return divisor;
    }

    /** True division: the float nearest to the exact quotient. */
    private static JinjaValue quotient(BigInteger a, BigInteger b) {
        nonZero(b, "division by zero");
        int exact = 53;
        if (a.bitLength() <= exact && b.bitLength() <= exact) {
            return new JinjaValue.Real(a.doubleValue() / b.doubleValue());
        }
        return new JinjaValue.Real(new BigDecimal(a)
                .divide(new BigDecimal(b), new java.math.MathContext(800, RoundingMode.HALF_EVEN))
                .doubleValue());
    }

    private static JinjaValue power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            if (a.signum() == 0) {
                throw new JinjaError("0.0 cannot be raised to a negative power");
            }
            return new JinjaValue.Real(Math.pow(a.doubleValue(), b.doubleValue()));
        }
        if (a.bitLength() <= 1 && a.abs().compareTo(BigInteger.ONE) <= 0) {
            return integer(b.signum() == 0 ? BigInteger.ONE : b.testBit(0) ? a : a.multiply(a));
        }
        if (b.bitLength() > 31 || (long) (a.bitLength() - 1) * b.intValue() > JinjaLimits.INTEGER_BITS_MAX) {
            throw new JinjaError("integer too large (limit: " + JinjaLimits.INTEGER_BITS_MAX + " bits)");
        }
        return integer(a.pow(b.intValue()));
    }

    private static JinjaValue reals(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new JinjaError("float division by zero");
        }
        return new JinjaValue.Real(
                switch (operator) {
                    case "+" -> a + b;
                    case "-" -> a - b;
                    case "*" -> a * b;
                    case "/" -> a / b;
                    case "//" -> floorQuotient(a, b);
                    case "%" -> modulo(a, b);
                    case "**" -> power(a, b);
                    default ->
                        throw new IllegalArgumentException("operator: " + operator + " (expected: + - * / // % **)");
                });
    }

    private static double modulo(double a, double b) {
        double remainder = a % b;
        if (remainder == 0) {
            return Math.copySign(0.0, b);
        }
        return remainder < 0 != b < 0 ? remainder + b : remainder;
    }

    private static double floorQuotient(double a, double b) {
        double quotient = (a - modulo(a, b)) / b;
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double power(double a, double b) {
        if (a == 0 && b < 0) {
            throw new JinjaError("0.0 cannot be raised to a negative power");
        }
        double value = Math.pow(a, b);
        if (Double.isNaN(value) && a < 0 && !Double.isNaN(b)) {
            throw new JinjaError("complex numbers are not supported");
        }
        if (Double.isInfinite(value) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw new JinjaError("(34, 'Numerical result out of range')");
        }
        return value;
    }

    static JinjaValue signed(JinjaValue operand, boolean negative) {
        if (operand instanceof JinjaValue.Real(double value)) {
            return new JinjaValue.Real(negative ? -value : value);
        }
        if (!isNumber(operand) && !(operand instanceof JinjaValue.Undefined)) {
            throw new JinjaError(
                    "bad operand type for unary " + (negative ? "-" : "+") + ": '" + operand.typeName() + "'");
        }
        return new JinjaValue.Int(negative ? integer(operand).negate() : integer(operand));
    }
}
