package wok.tokenizer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * How one value is laid out by %-formatting or str.format: [fill][align][sign][#][0][width][,][.precision][type].
 *
 * @param align one of {@code < > ^ =}, or 0 for the type's own
 * @param sign one of {@code + -} and blank
 * @param precision -1 where it is absent
 * @param type a letter, or 0 where it is absent
 */
record JinjaFormatSpec(
        int fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {
    /** The widest field and the most digits behind a point. */
    private static final int WIDTH_MAX = 10_000;

    static final JinjaFormatSpec PLAIN = new JinjaFormatSpec(' ', '\0', '-', false, 0, '\0', -1, '\0');

    JinjaFormatSpec {
        if (width > WIDTH_MAX || precision > WIDTH_MAX) {
            throw new JinjaError("format width or precision too large (limit: " + WIDTH_MAX + ")");
        }
    }

    /** Reads what stands behind the colon of a replacement field. */
    static JinjaFormatSpec parse(String spec) {
        int at = 0;
        int fill = ' ';
        char align = '\0';
        int first = spec.isEmpty() ? 0 : Character.charCount(spec.codePointAt(0));
        if (spec.length() > first && "<>^=".indexOf(spec.charAt(first)) >= 0) {
            fill = spec.codePointAt(0);
            align = spec.charAt(first);
            at = first + 1;
        } else if (!spec.isEmpty() && "<>^=".indexOf(spec.charAt(0)) >= 0) {
            align = spec.charAt(0);
            at = 1;
        }
        char sign = at < spec.length() && "+- ".indexOf(spec.charAt(at)) >= 0 ? spec.charAt(at++) : '-';
        boolean alternate = at < spec.length() && spec.charAt(at) == '#';
        at += alternate ? 1 : 0;
        if (at < spec.length() && spec.charAt(at) == '0' && align == '\0') {
            fill = '0';
            align = '=';
        }
        int widthEnd = digitsEnd(spec, at);
        int width = number(spec, at, widthEnd, 0);
        at = widthEnd;
        char grouping = at < spec.length() && ",_".indexOf(spec.charAt(at)) >= 0 ? spec.charAt(at++) : '\0';
        int precision = -1;
        if (at < spec.length() && spec.charAt(at) == '.') {
            int end = digitsEnd(spec, at + 1);
            precision = number(spec, at + 1, end, -1);
            at = end;
        }
        char type = at < spec.length() ? spec.charAt(at++) : '\0';
        if (at < spec.length()) {
            throw new JinjaError("Invalid format specifier '" + spec + "'");
        }
        return new JinjaFormatSpec(fill, align, sign, alternate, width, grouping, precision, type);
    }

    static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    static int number(String text, int from, int to, int otherwise) {
        return from == to ? otherwise : to - from > 9 ? Integer.MAX_VALUE : Integer.parseInt(text.substring(from, to));
    }

    JinjaString format(JinjaRun run, JinjaValue value) {
        boolean textual = type == 's' || (type == '\0' && !JinjaArithmetic.isNumber(value));
        if (textual || (type == '\0' && value instanceof JinjaValue.Bool && equals(PLAIN))) {
            JinjaString text = JinjaPrinter.text(run, value);
            if (precision >= 0 && precision < text.codePoints()) {
                text = text.substring(0, text.text().offsetByCodePoints(0, precision));
            }
            return pad(run, "", text, align == '\0' ? '<' : align);
        }
        if (!JinjaArithmetic.isNumber(value)) {
            throw new JinjaError("Unknown format code '" + type + "' for object of type '" + value.typeName() + "'");
        }
        String digits = "dxXobc".indexOf(type) >= 0 || (type == '\0' && JinjaArithmetic.isInteger(value))
                ? integer(JinjaArithmetic.integer(value))
                : real(value);
        boolean negative = digits.startsWith("-");
        String prefix = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        JinjaString body = JinjaString.of(negative ? digits.substring(1) : digits, type != 'c');
        return pad(run, prefix, body, align == '\0' ? '>' : align);
    }

    private JinjaString pad(JinjaRun run, String prefix, JinjaString body, char where) {
        int missing = Math.max(0, width - prefix.length() - body.codePoints());
        int left = where == '>' ? missing : where == '^' ? missing / 2 : 0;
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        String filler = Character.toString(fill);
        out.append(filler.repeat(left)).append(prefix);
        out.append(where == '=' ? filler.repeat(missing) : "").append(body);
        return out.append(where == '=' ? "" : filler.repeat(missing - left)).build();
    }

    private String integer(BigInteger value) {
        return switch (type) {
            case 'x' -> radix(value, 16, "0x");
            case 'X' -> radix(value, 16, "0x").toUpperCase(Locale.ROOT);
            case 'o' -> radix(value, 8, "0o");
            case 'b' -> radix(value, 2, "0b");
            case 'c' -> {
                if (value.bitLength() > 21 || !Character.isValidCodePoint(value.intValue())) {
                    throw new JinjaError("a character's number: not in range(0x110000)");
                }
                yield Character.toString(value.intValue());
            }
            default -> grouped(value.toString());
        };
    }

    private String radix(BigInteger value, int radix, String prefix) {
        return (value.signum() < 0 ? "-" : "")
                + (alternate ? prefix : "")
                + value.abs().toString(radix);
    }

    private String grouped(String number) {
        if (grouping == '\0') {
            return number;
        }
        int end = number.indexOf('.') < 0 ? number.length() : number.indexOf('.');
        StringBuilder out = new StringBuilder(number);
        for (int at = end - 3; at > (number.startsWith("-") ? 1 : 0); at -= 3) {
            out.insert(at, grouping);
        }
        return out.toString();
    }

    private String real(JinjaValue number) {
        double value = JinjaArithmetic.real(number);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            String word = JinjaNumbers.repr(value) + (type == '%' ? "%" : "");
            return type == 'F' || type == 'E' || type == 'G' ? word.toUpperCase(Locale.ROOT) : word;
        }
        int digits = precision < 0 ? 6 : precision;
        boolean negative = value < 0 || 1 / value < 0;
        BigDecimal exact = new BigDecimal(Math.abs(value));
        String text = switch (type) {
            case 'f', 'F' -> exact.setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
            case '%' ->
                exact.movePointRight(2).setScale(digits, RoundingMode.HALF_EVEN).toPlainString() + "%";
            case 'e', 'E' -> exponent(exact, digits, false);
            case 'g', 'G' -> general(exact, digits);
            case '\0' -> precision < 0 ? JinjaNumbers.repr(Math.abs(value)) : withPoint(general(exact, digits));
            default -> throw new JinjaError("Unknown format code '" + type + "' for object of type 'float'");
        };
        String cased = Character.isUpperCase(type) ? text.toUpperCase(Locale.ROOT) : text;
        return grouped((negative ? "-" : "") + cased);
    }

    private static String withPoint(String number) {
        return number.matches("[0-9]+") ? number + ".0" : number;
    }

    private String exponent(BigDecimal value, int digits, boolean strip) {
        BigDecimal rounded = value.signum() == 0
                ? BigDecimal.ZERO
                : value.round(new java.math.MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String mantissa = rounded.movePointLeft(exponent)
                .setScale(digits, RoundingMode.HALF_EVEN)
                .toPlainString();
        return (strip ? stripped(mantissa) : mantissa) + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private String general(BigDecimal value, int digits) {
        int significant = Math.max(1, digits);
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal rounded = value.round(new java.math.MathContext(significant, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= significant) {
            return exponent(value, significant - 1, !alternate);
        }
        String plain = rounded.setScale(Math.max(0, significant - 1 - exponent), RoundingMode.HALF_EVEN)
                .toPlainString();
        return alternate ? plain : stripped(plain);
    }

    private static String stripped(String number) {
        if (number.indexOf('.') < 0) {
            return number;
        }
        String zeros = number.replaceAll("0+$", "");
        return zeros.endsWith(".") ? zeros.substring(0, zeros.length() - 1) : zeros;
    }
}
