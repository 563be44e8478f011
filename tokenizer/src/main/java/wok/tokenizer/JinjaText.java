package wok.tokenizer;

/** What Python says about characters, where it differs from Java. Stateless. */
final class JinjaText {
    private JinjaText() {}

    /** Python's str.isspace for one character: Unicode's white space and the four ASCII separators. */
    static boolean isSpace(int c) {
        if (c <= 0xff) {
            return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f) || c == 0x85 || c == 0xa0;
        }
        return c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    /** What str.splitlines splits at. */
    static boolean isLineBreak(int c) {
        return (c >= 10 && c <= 13) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** Whether repr shows the character as it is. */
    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** What \w of Python's regular expressions matches. */
    static boolean isWord(int c) {
        return c == '_' || isAlphanumeric(c);
    }

    /** Python's str.isdigit for one character: decimal digits, superscripts, subscripts and circled digits. */
    static boolean isDigit(int c) {
        return Character.isDigit(c)
                || c == 0xb2
                || c == 0xb3
                || c == 0xb9
                || c == 0x2070
                || (c >= 0x2074 && c <= 0x2079)
                || (c >= 0x2080 && c <= 0x2089)
                || (c >= 0x2460 && c <= 0x2468);
    }

    static boolean isAlphanumeric(int c) {
        int type = Character.getType(c);
        return Character.isLetter(c)
                || Character.isDigit(c)
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    /** A letter that has upper and lower case. */
    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** The value of a string literal's inside: the escapes of Python's unicode-escape. */
    static String unescape(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder out = new StringBuilder(literal.length());
        int at = 0;
        while (at < literal.length()) {
            char c = literal.charAt(at);
            at = c == '\\' ? escape(literal, at + 1, out) : at + 1;
            if (c != '\\') {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** Appends the character of one escape and returns the offset behind it. */
    private static int escape(String literal, int at, StringBuilder out) {
        char c = literal.charAt(at);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> out.append(c);
            case 'a' -> out.append('\u0007');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append('\u000b');
            case 'x' -> {
                return hexadecimal(literal, at + 1, 2, out);
            }
            case 'u' -> {
                return hexadecimal(literal, at + 1, 4, out);
            }
            case 'U' -> {
                return hexadecimal(literal, at + 1, 8, out);
            }
            case 'N' -> {
                return named(literal, at + 1, out);
            }
            default -> {
                if (c >= '0' && c <= '7') {
                    return octal(literal, at, out);
                }
                out.append('\\').append(c);
            }
        }
        return at + 1;
    }

    private static int hexadecimal(String literal, int at, int digits, StringBuilder out) {
        long value = 0;
        for (int i = at; i < at + digits; i++) {
            int digit = i < literal.length() ? Character.digit(literal.charAt(i), 16) : -1;
            if (digit < 0) {
                throw new JinjaError("truncated \\x, \\u or \\U escape in a string");
            }
            value = value << 4 | digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw new JinjaError("illegal Unicode character in a string");
        }
        out.appendCodePoint((int) value);
        return at + digits;
    }

    private static int octal(String literal, int at, StringBuilder out) {
        int value = 0;
        int end = at;
        while (end < literal.length() && end < at + 3 && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
            value = value * 8 + literal.charAt(end++) - '0';
        }
        out.append((char) value);
        return end;
    }

    private static int named(String literal, int at, StringBuilder out) {
        int close = literal.indexOf('}', at);
        if (!literal.startsWith("{", at) || close < 0) {
            throw new JinjaError("malformed \\N character escape in a string");
        }
        try {
            out.appendCodePoint(Character.codePointOf(literal.substring(at + 1, close)));
        } catch (IllegalArgumentException e) {
            throw new JinjaError("unknown Unicode character name in a string");
        }
        return close + 1;
    }
}
