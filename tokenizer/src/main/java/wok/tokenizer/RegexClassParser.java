package wok.tokenizer;

import java.util.function.IntPredicate;

/**
 * The sets of a pattern: {@code [^…]} with ranges, nested sets, {@code &&} and POSIX names, and the escapes. Reads on
 * behalf of a {@link RegexParser}; one use, one thread.
 */
final class RegexClassParser {
    private final RegexParser source;

    RegexClassParser(RegexParser source) {
        this.source = source;
    }

    /** The set behind a [ that is already consumed. */
    IntPredicate bracket() throws RegexParser.Unsupported {
        source.enter();
        boolean negated = source.take('^');
        IntPredicate set = c -> false;
        boolean first = true;
        while (first || source.peek() != ']') {
            if (source.peek() == '&' && source.peekNext() == '&') {
                source.next();
                source.next();
                set = set.and(restOfIntersection());
                break;
            }
            set = set.or(member());
            first = false;
        }
        if (source.next() != ']') {
            throw new RegexParser.Unsupported("an unclosed [");
        }
        source.leave();
        if (source.ignoresCase()) { // before the negation: (?i)[^a] holds neither a nor A
            set = CodePoints.ignoringCase(set);
        }
        return negated ? set.negate() : set;
    }

    private IntPredicate restOfIntersection() throws RegexParser.Unsupported {
        IntPredicate set = c -> false;
        while (source.peek() != ']') {
            if (source.peek() == '&' && source.peekNext() == '&') {
                source.next();
                source.next();
                return set.and(restOfIntersection());
            }
            set = set.or(member());
        }
        return set;
    }

    private IntPredicate member() throws RegexParser.Unsupported {
        if (source.peek() == '[' && source.peekNext() == ':') {
            return posix();
        }
        if (source.take('[')) {
            return bracket();
        }
        int[] from = new int[1];
        IntPredicate set = single(from);
        if (from[0] < 0 || source.peek() != '-' || source.peekNext() == ']' || source.peekNext() == '[') {
            return set;
        }
        source.next();
        int[] to = new int[1];
        IntPredicate last = single(to);
        if (to[0] < 0) { // [a-\s]: the hyphen stands for itself
            return set.or(last).or(c -> c == '-');
        }
        int low = from[0];
        int high = to[0];
        if (high < low) {
            throw new RegexParser.Unsupported("a range that falls");
        }
        return c -> c >= low && c <= high;
    }

    /** One character, told in value[0], or a set by escape, value[0] then -1. */
    private IntPredicate single(int[] value) throws RegexParser.Unsupported {
        int c = source.next();
        if (c != '\\') {
            value[0] = c;
            return only -> only == c;
        }
        value[0] = literalEscape(source.peek()) ? character() : -1;
        int escaped = value[0];
        return escaped >= 0 ? only -> only == escaped : escape();
    }

    private IntPredicate posix() throws RegexParser.Unsupported {
        source.next();
        source.next();
        boolean negated = source.take('^');
        StringBuilder name = new StringBuilder();
        while (source.peek() != ':') {
            name.appendCodePoint(source.next());
        }
        source.next();
        if (source.next() != ']') {
            throw new RegexParser.Unsupported("an unclosed [:");
        }
        if (name.toString().equals("punct")) { // in brackets the name covers symbols too
            IntPredicate set = CodePoints.property("P")
                    .orElseThrow()
                    .or(CodePoints.property("S").orElseThrow());
            return negated ? set.negate() : set;
        }
        return property(name.toString(), negated);
    }

    /** What a backslash that is already consumed begins: a set. */
    IntPredicate escape() throws RegexParser.Unsupported {
        int c = source.peek();
        if (literalEscape(c)) {
            int value = character();
            return only -> only == value;
        }
        source.next();
        return switch (c) {
            case 's' -> CodePoints::isSpace;
            case 'S' -> ((IntPredicate) CodePoints::isSpace).negate();
            case 'd' -> property("Nd", false);
            case 'D' -> property("Nd", true);
            case 'w' -> CodePoints::isWord;
            case 'W' -> ((IntPredicate) CodePoints::isWord).negate();
            case 'h' -> RegexClassParser::isHexDigit;
            case 'H' -> ((IntPredicate) RegexClassParser::isHexDigit).negate();
            case 'p', 'P' -> bracedProperty(c == 'P');
            default -> throw new RegexParser.Unsupported("\\" + Character.toString(c));
        };
    }

    private static boolean isHexDigit(int c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    private IntPredicate bracedProperty(boolean negated) throws RegexParser.Unsupported {
        StringBuilder name = new StringBuilder();
        if (!source.take('{')) {
            return property(name.appendCodePoint(source.next()).toString(), negated);
        }
        boolean inverse = source.take('^') != negated;
        while (source.peek() != '}') {
            name.appendCodePoint(source.next());
        }
        source.next();
        return property(name.toString(), inverse);
    }

    private static IntPredicate property(String name, boolean negated) throws RegexParser.Unsupported {
        IntPredicate set =
                CodePoints.property(name).orElseThrow(() -> new RegexParser.Unsupported("the property " + name));
        return negated ? set.negate() : set;
    }

    /** Whether the escape stands for one character. */
    private static boolean literalEscape(int c) {
        return "ntrfvae0xu".indexOf(c) >= 0 || (c >= 0 && !(c < 0x80 && Character.isLetterOrDigit(c)));
    }

    private int character() throws RegexParser.Unsupported {
        int c = source.next();
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'f' -> '\f';
            case 'v' -> 0x0b;
            case 'a' -> 0x07;
            case 'e' -> 0x1b;
            case '0' -> 0;
            case 'x' -> source.take('{') ? hex(8, true) : hex(2, false);
            case 'u' -> hex(4, false);
            default -> c;
        };
    }

    private int hex(int digits, boolean braced) throws RegexParser.Unsupported {
        int value = 0;
        for (int i = 0; i < digits && isHexDigit(source.peek()) && value <= Character.MAX_CODE_POINT; i++) {
            value = value << 4 | Character.digit(source.next(), 16);
        }
        if ((braced && source.next() != '}') || value > Character.MAX_CODE_POINT) {
            throw new RegexParser.Unsupported("a hexadecimal escape");
        }
        return value;
    }
}
