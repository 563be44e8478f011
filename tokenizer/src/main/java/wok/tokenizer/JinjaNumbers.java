package wok.tokenizer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;

/** Literals of numbers, read and written as Python does. Stateless. */
final class JinjaNumbers {
    /** The longest literal of a number: Python refuses to convert longer ones. */
    private static final int LITERAL_MAX = 4300;

    private JinjaNumbers() {}

    /** The offset behind a float literal that starts here, or -1. */
    static int floatEnd(String source, int from) {
        int whole = digitsEnd(source, from, 10);
        int end = whole;
        if (end > from && at(source, end) == '.') {
            int fraction = digitsEnd(source, end + 1, 10);
            end = fraction > end + 1 ? fraction : end;
        }
        int exponent = exponentEnd(source, end);
        return exponent > whole ? exponent : -1;
    }

    /** The offset behind an exponent if one stands here, else {@code from}. */
    private static int exponentEnd(String source, int from) {
        if (at(source, from) != 'e' && at(source, from) != 'E') {
            return from;
        }
        int digits = at(source, from + 1) == '+' || at(source, from + 1) == '-' ? from + 2 : from + 1;
        int end = digitsEnd(source, digits, 10);
        return end > digits ? end : from;
    }

    /** The offset behind an integer literal that starts here; there is a digit. */
    static int integerEnd(String source, int from) {
        if (at(source, from) != '0') {
            return digitsEnd(source, from, 10);
        }
        int radix = radix(at(source, from + 1));
        if (radix != 10) {
            int digits = at(source, from + 2) == '_' ? from + 3 : from + 2;
            int end = digitsEnd(source, digits, radix);
            return end > digits ? end : from + 1;
        }
        return digitsEnd(source, from, 1);
    }

    private static int radix(char letter) {
        return switch (letter) {
            case 'b', 'B' -> 2;
            case 'o', 'O' -> 8;
            case 'x', 'X' -> 16;
            default -> 10;
        };
    }

    /** The offset behind digits with single underscores between them; radix 1 has only the digit 0. */
    private static int digitsEnd(String text, int from, int radix) {
        int at = from;
        while (isDigit(at(text, at), radix) || (at > from && at(text, at) == '_' && isDigit(at(text, at + 1), radix))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c, int radix) {
        return radix == 1 ? c == '0' : c < 128 && Character.digit(c, radix) >= 0;
    }

    private static char at(String text, int offset) {
        return offset < text.length() ? text.charAt(offset) : ' ';
    }

    /** The value of an integer literal of a template's source. */
    static BigInteger integer(String literal) {
        if (literal.length() > LITERAL_MAX) {
            throw new JinjaError("number too long (limit: " + LITERAL_MAX + " characters)");
        }
        String digits = literal.replace("_", "").toLowerCase(Locale.ROOT);
        if (digits.startsWith("0b")) {
            return new BigInteger(digits.substring(2), 2);
        }
        if (digits.startsWith("0o")) {
            return new BigInteger(digits.substring(2), 8);
        }
        return digits.startsWith("0x") ? new BigInteger(digits.substring(2), 16) : new BigInteger(digits);
    }

    /** Python's int(text, base); empty where it raises ValueError. */
    static Optional<BigInteger> parseInteger(String text, int base) {
        String digits = text.strip().toLowerCase(Locale.ROOT);
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
        if (!prefix.isEmpty() && digits.startsWith(prefix)) {
            digits = digits.substring(2);
        }
        if (digits.isEmpty() || digits.length() > LITERAL_MAX || digitsEnd(digits, 0, base) < digits.length()) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger(digits.replace("_", ""), base);
        return Optional.of(negative ? value.negate() : value);
    }

    /** Python's float(text); empty where it raises ValueError. */
    static Optional<Double> parseFloat(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        String unsigned = word.startsWith("-") || word.startsWith("+") ? word.substring(1) : word;
        boolean negative = word.startsWith("-");
        return switch (unsigned) {
            case "inf", "infinity" -> Optional.of(negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
            case "nan" -> Optional.of(Double.NaN);
            default ->
                word.length() <= LITERAL_MAX && isFloat(unsigned)
                        ? Optional.of(Double.parseDouble(word.replace("_", "")))
                        : Optional.empty();
        };
    }

    /** The shortest decimal that reads back; Double.toString does not go below two digits. */
    private static BigDecimal shortest(double value) {
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal single = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return single.doubleValue() == value ? single.stripTrailingZeros() : decimal;
    }

    private static boolean isFloat(String unsigned) {
        int whole = digitsEnd(unsigned, 0, 10);
        int end = at(unsigned, whole) == '.' ? digitsEnd(unsigned, whole + 1, 10) : whole;
        boolean digits = whole > 0 || end > 1;
        return digits && exponentEnd(unsigned, end) == unsigned.length();
    }

    /** repr of a float: the shortest digits that read back, an exponent below 1e-4 and from 1e16. */
    static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
            return sign + digits.charAt(0) + fraction + "e" + power;
        }
        String plain = shortest.toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }
}
