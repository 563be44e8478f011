package wok.tokenizer;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Sets of code points as the pattern languages of tokenizers name them: general categories, scripts, and the classes
 * {@code \s \d \w \h} in their Unicode meaning (Oniguruma on UTF-8, which the {@code tokenizers} library uses). The
 * Unicode version is the JDK's. Stateless; any thread may use it.
 */
final class CodePoints {
    /** The members of a general category, as bits of {@link Character#getType}. */
    private static final List<Category> CATEGORIES = List.of(
            new Category("lu", 1 << Character.UPPERCASE_LETTER),
            new Category("ll", 1 << Character.LOWERCASE_LETTER),
            new Category("lt", 1 << Character.TITLECASE_LETTER),
            new Category("lm", 1 << Character.MODIFIER_LETTER),
            new Category("lo", 1 << Character.OTHER_LETTER),
            new Category("mn", 1 << Character.NON_SPACING_MARK),
            new Category("mc", 1 << Character.COMBINING_SPACING_MARK),
            new Category("me", 1 << Character.ENCLOSING_MARK),
            new Category("nd", 1 << Character.DECIMAL_DIGIT_NUMBER),
            new Category("nl", 1 << Character.LETTER_NUMBER),
            new Category("no", 1 << Character.OTHER_NUMBER),
            new Category("pc", 1 << Character.CONNECTOR_PUNCTUATION),
            new Category("pd", 1 << Character.DASH_PUNCTUATION),
            new Category("ps", 1 << Character.START_PUNCTUATION),
            new Category("pe", 1 << Character.END_PUNCTUATION),
            new Category("pi", 1 << Character.INITIAL_QUOTE_PUNCTUATION),
            new Category("pf", 1 << Character.FINAL_QUOTE_PUNCTUATION),
            new Category("po", 1 << Character.OTHER_PUNCTUATION),
            new Category("sm", 1 << Character.MATH_SYMBOL),
            new Category("sc", 1 << Character.CURRENCY_SYMBOL),
            new Category("sk", 1 << Character.MODIFIER_SYMBOL),
            new Category("so", 1 << Character.OTHER_SYMBOL),
            new Category("zs", 1 << Character.SPACE_SEPARATOR),
            new Category("zl", 1 << Character.LINE_SEPARATOR),
            new Category("zp", 1 << Character.PARAGRAPH_SEPARATOR),
            new Category("cc", 1 << Character.CONTROL),
            new Category("cf", 1 << Character.FORMAT),
            new Category("cn", 1 << Character.UNASSIGNED),
            new Category("co", 1 << Character.PRIVATE_USE),
            new Category("cs", 1 << Character.SURROGATE));

    private static final int MARKS = bits("m");
    private static final int NUMBERS = bits("n");
    private static final int PUNCTUATION = bits("p");
    private static final int WORD_MARKS = MARKS | bits("nd") | bits("pc");

    private record Category(String name, int bits) {}

    private CodePoints() {}

    /** White_Space. */
    static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0d)
                || c == 0x85
                || c == ' '
                || (c > 0x7f
                        && (c == 0xa0
                                || c == 0x1680
                                || (c >= 0x2000 && c <= 0x200a)
                                || c == 0x2028
                                || c == 0x2029
                                || c == 0x202f
                                || c == 0x205f
                                || c == 0x3000));
    }

    /** {@code \w} of Oniguruma: letters, marks, decimal digits, connectors, and Latin-1's six small figures. */
    static boolean isWord(int c) {
        return isUnicodeWord(c) || c == 0xb2 || c == 0xb3 || c == 0xb9 || (c >= 0xbc && c <= 0xbe);
    }

    /** {@code \w} of Rust's regular expressions: the same with the invisible joiners and without the figures. */
    static boolean isWordOrJoiner(int c) {
        return isUnicodeWord(c) || c == 0x200c || c == 0x200d;
    }

    private static boolean isUnicodeWord(int c) {
        return Character.isAlphabetic(c) || hasCategory(c, WORD_MARKS);
    }

    /** Nd, Nl or No. */
    static boolean isNumber(int c) {
        return hasCategory(c, NUMBERS);
    }

    /** Punctuation as BERT has it: every ASCII symbol, and P of Unicode. */
    static boolean isPunctuation(int c) {
        if (c < 0x80) {
            return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
        }
        return hasCategory(c, PUNCTUATION);
    }

    /** Mn. */
    static boolean isNonSpacingMark(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK;
    }

    /** Mn, Mc or Me. */
    static boolean isMark(int c) {
        return hasCategory(c, MARKS);
    }

    /** Ideographs as BERT lists them (the fifth range starts at U+2B920, as in the original). */
    static boolean isIdeograph(int c) {
        return (c >= 0x4e00 && c <= 0x9fff)
                || (c >= 0x3400 && c <= 0x4dbf)
                || (c >= 0x20000 && c <= 0x2a6df)
                || (c >= 0x2a700 && c <= 0x2b73f)
                || (c >= 0x2b740 && c <= 0x2b81f)
                || (c >= 0x2b920 && c <= 0x2ceaf)
                || (c >= 0xf900 && c <= 0xfaff)
                || (c >= 0x2f800 && c <= 0x2fa1f);
    }

    private static boolean hasCategory(int c, int bits) {
        return ((1 << Character.getType(c)) & bits) != 0;
    }

    private static int bits(String prefix) {
        int bits = 0;
        for (Category category : CATEGORIES) {
            if (category.name.startsWith(prefix)) {
                bits |= category.bits;
            }
        }
        return bits;
    }

    /** The set that {@code \p{name}} means; empty if the name is unknown here. */
    static Optional<IntPredicate> property(String name) {
        String plain = name.replace("_", "").replace("-", "").replace(" ", "").toLowerCase(Locale.ROOT);
        int bits = plain.isEmpty() || plain.length() > 2 ? 0 : bits(plain);
        if (bits != 0) {
            return Optional.of(c -> hasCategory(c, bits));
        }
        return switch (plain) {
            case "letter" -> property("L");
            case "mark" -> property("M");
            case "number" -> property("N");
            case "punctuation", "punct" -> property("P");
            case "symbol" -> property("S");
            case "separator" -> property("Z");
            case "uppercaseletter" -> property("Lu");
            case "lowercaseletter" -> property("Ll");
            case "decimalnumber", "digit" -> property("Nd");
            case "any" -> Optional.of(c -> true);
            case "ascii" -> Optional.of(c -> c < 0x80);
            case "alphabetic", "alpha" -> Optional.of(Character::isAlphabetic);
            case "uppercase", "upper" -> Optional.of(Character::isUpperCase);
            case "lowercase", "lower" -> Optional.of(Character::isLowerCase);
            case "alnum" -> Optional.of(c -> Character.isAlphabetic(c) || Character.isDigit(c));
            case "whitespace", "space" -> Optional.of(CodePoints::isSpace);
            case "word" -> Optional.of(CodePoints::isWord);
            case "ideographic" -> Optional.of(Character::isIdeographic);
            case "emoji" -> Optional.of(Character::isEmoji);
            default -> script(plain.startsWith("is") ? name.substring(2) : name);
        };
    }

    private static Optional<IntPredicate> script(String name) {
        String plain = name.startsWith("Script=") ? name.substring("Script=".length()) : name;
        try {
            Character.UnicodeScript script = Character.UnicodeScript.forName(plain);
            return Optional.of(c -> Character.UnicodeScript.of(c) == script);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The set widened by simple case folding: every c one of whose case variants is in it. */
    static IntPredicate ignoringCase(IntPredicate set) {
        return c -> {
            int upper = Character.toUpperCase(c);
            return set.test(c)
                    || set.test(upper)
                    || set.test(Character.toLowerCase(c))
                    || set.test(Character.toLowerCase(upper));
        };
    }

    /** Whether no code point is in both: looked up one by one, some milliseconds. */
    static boolean disjoint(IntPredicate a, IntPredicate b) {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (a.test(c) && b.test(c)) {
                return false;
            }
        }
        return true;
    }
}
