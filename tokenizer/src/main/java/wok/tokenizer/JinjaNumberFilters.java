package wok.tokenizer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The filters that make numbers, and default. Stateless. */
final class JinjaNumberFilters {
    /** Digits that round takes notice of; a double has fewer. */
    private static final int PRECISION_MAX = 400;

    private JinjaNumberFilters() {}

    static JinjaFilters.Registry registry() {
        return new JinjaFilters.Registry()
                .add("abs", "", (run, v, a) -> absolute(v))
                .add("int", "default base", JinjaNumberFilters::integer)
                .add("float", "default", JinjaNumberFilters::real)
                .add("round", "precision method", JinjaNumberFilters::round)
                .add("filesizeformat", "binary", JinjaNumberFilters::fileSize)
                .add("length", "", (run, v, a) -> JinjaValue.of(JinjaOperators.length(v)))
                .add("count", "", (run, v, a) -> JinjaValue.of(JinjaOperators.length(v)))
                .add("sum", "attribute start", JinjaNumberFilters::sum)
                .add("default", "default_value boolean", JinjaNumberFilters::otherwise)
                .add("d", "default_value boolean", JinjaNumberFilters::otherwise);
    }

    private static JinjaValue otherwise(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        boolean absent = value instanceof JinjaValue.Undefined || (a.flag(1, false) && !JinjaOperators.isTrue(value));
        return absent ? a.optional(0).orElse(JinjaValue.trusted("")) : value;
    }

    private static JinjaValue absolute(JinjaValue value) {
        if (value instanceof JinjaValue.Real(double number)) {
            return new JinjaValue.Real(Math.abs(number));
        }
        if (!JinjaArithmetic.isNumber(value)) {
            throw new JinjaError("bad operand type for abs(): '" + value.typeName() + "'");
        }
        return new JinjaValue.Int(JinjaArithmetic.integer(value).abs());
    }

    private static JinjaValue integer(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        JinjaValue otherwise = a.optional(0).orElse(JinjaValue.Int.ZERO);
        return switch (value) {
            case JinjaValue.Undefined undefined -> throw undefined.error();
            case JinjaValue.Text text -> {
                int base = a.integer(1, 10);
                if (base < 2 || base > 36) {
                    yield otherwise;
                }
                Optional<JinjaValue> exact =
                        JinjaNumbers.parseInteger(text.plain(), base).map(JinjaArithmetic::integer);
                yield exact.orElseGet(() -> JinjaNumbers.parseFloat(text.plain())
                        .map(number -> truncated(number, otherwise))
                        .orElse(otherwise));
            }
            case JinjaValue.Real(double number) -> truncated(number, otherwise);
            case JinjaValue.Int _, JinjaValue.Bool _ -> new JinjaValue.Int(JinjaArithmetic.integer(value));
            default -> otherwise;
        };
    }

    private static JinjaValue truncated(double number, JinjaValue otherwise) {
        return Double.isFinite(number) ? JinjaArithmetic.integer(new BigDecimal(number).toBigInteger()) : otherwise;
    }

    private static JinjaValue real(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        JinjaValue otherwise = a.optional(0).orElse(new JinjaValue.Real(0));
        return switch (value) {
            case JinjaValue.Undefined undefined -> throw undefined.error();
            case JinjaValue.Text text ->
                JinjaNumbers.parseFloat(text.plain())
                        .map(number -> (JinjaValue) new JinjaValue.Real(number))
                        .orElse(otherwise);
            default -> JinjaArithmetic.isNumber(value) ? new JinjaValue.Real(JinjaArithmetic.real(value)) : otherwise;
        };
    }

    private static JinjaValue round(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        String method = a.text(1, "common").text();
        int precision = Math.clamp(a.integer(0, 0), -PRECISION_MAX, PRECISION_MAX);
        if (value instanceof JinjaValue.Undefined undefined) {
            throw undefined.error();
        }
        if (!JinjaArithmetic.isNumber(value)) {
            throw new JinjaError("type " + value.typeName() + " doesn't define __round__ method");
        }
        return switch (method) {
            case "common" -> common(value, precision);
            case "ceil", "floor" -> {
                JinjaValue power = JinjaArithmetic.binary(run, "**", JinjaValue.of(10), JinjaValue.of(precision));
                double scaled = JinjaArithmetic.real(JinjaArithmetic.binary(run, "*", value, power));
                if (!Double.isFinite(scaled)) {
                    throw new JinjaError("cannot convert float infinity or NaN to integer");
                }
                JinjaValue whole = JinjaArithmetic.integer(
                        new BigDecimal(method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)).toBigInteger());
                yield JinjaArithmetic.binary(run, "/", whole, power);
            }
            default -> throw new JinjaError("method must be common, ceil or floor");
        };
    }

    private static JinjaValue common(JinjaValue value, int precision) {
        if (value instanceof JinjaValue.Real(double number)) {
            if (!Double.isFinite(number)) {
                return value;
            }
            double rounded = new BigDecimal(number)
                    .setScale(precision, RoundingMode.HALF_EVEN)
                    .doubleValue();
            return new JinjaValue.Real(Math.copySign(rounded, number));
        }
        BigInteger whole = JinjaArithmetic.integer(value);
        return new JinjaValue.Int(
                precision >= 0
                        ? whole
                        : new BigDecimal(whole)
                                .setScale(precision, RoundingMode.HALF_EVEN)
                                .toBigInteger());
    }

    private static JinjaValue sum(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        UnaryOperator<JinjaValue> getter = JinjaSorting.getter(run, a.present(0), Optional.empty());
        JinjaValue sum = a.optional(1).orElse(JinjaValue.Int.ZERO);
        if (sum instanceof JinjaValue.Text) {
            throw new JinjaError("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (JinjaValue item : JinjaOperators.elements(run, value)) {
            sum = JinjaArithmetic.binary(run, "+", sum, getter.apply(item));
        }
        return sum;
    }

    private static JinjaValue fileSize(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        boolean binary = a.flag(0, false);
        double base = binary ? 1024 : 1000;
        double bytes = JinjaArithmetic.real(real(run, value, JinjaArguments.NONE.bind("float", List.of("default"))));
        if (bytes == 1) {
            return JinjaValue.trusted("1 Byte");
        }
        if (bytes < base) {
            return JinjaValue.trusted((long) bytes + " Bytes");
        }
        String letters = binary ? "KMGTPEZY" : "kMGTPEZY";
        int power = 0;
        double unit = base * base;
        while (bytes >= unit && power < letters.length() - 1) {
            power++;
            unit *= base;
        }
        return JinjaValue.trusted(String.format(
                Locale.ROOT, "%.1f %s%s", base * bytes / unit, letters.charAt(power), binary ? "iB" : "B"));
    }
}
