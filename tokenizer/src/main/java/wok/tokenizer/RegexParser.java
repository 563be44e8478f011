package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Reads a pattern in the flavour of tokenizer.json files (Oniguruma's Ruby syntax). What {@link LinearRegex} can't run
 * in linear time (back references, lookaround of more than one character, atomic groups) ends with
 * {@link Unsupported}; the caller then takes another matcher. One use, one thread.
 */
final class RegexParser {
    private static final int DEPTH_MAX = 100;
    private static final int COUNT_MAX = 1000;

    /** The pattern is not of the kind that runs in linear time. */
    static final class Unsupported extends Exception {
        private static final long serialVersionUID = 1;

        Unsupported(String message) {
            super(message);
        }
    }

    private final int[] pattern;
    private int at;
    private int depth;
    private boolean ignoreCase;

    private RegexParser(String pattern) {
        this.pattern = pattern.codePoints().toArray();
    }

    static RegexNode parse(String pattern) throws Unsupported {
        RegexParser parser = new RegexParser(pattern);
        RegexNode node = parser.choice();
        if (parser.at < parser.pattern.length) {
            throw new Unsupported("an unopened )");
        }
        return node;
    }

    private RegexNode choice() throws Unsupported {
        if (++depth > DEPTH_MAX) {
            throw new Unsupported("nesting");
        }
        boolean outer = ignoreCase;
        List<RegexNode> branches = new ArrayList<>();
        do {
            branches.add(sequence());
        } while (take('|'));
        ignoreCase = outer;
        depth--;
        return branches.size() == 1 ? branches.getFirst() : new RegexNode.Choice(branches);
    }

    private RegexNode sequence() throws Unsupported {
        List<RegexNode> parts = new ArrayList<>();
        while (at < pattern.length && peek() != '|' && peek() != ')') {
            parts.add(repeated(atom()));
        }
        return parts.size() == 1 ? parts.getFirst() : new RegexNode.All(parts);
    }

    private RegexNode repeated(RegexNode atom) throws Unsupported {
        RegexNode node = atom;
        while (at < pattern.length) {
            int start = at;
            int[] bounds = quantifier();
            if (bounds.length == 0) {
                at = start;
                return node;
            }
            boolean counted = pattern[start] == '{';
            if (take('?')) {
                node = new RegexNode.Repeat(node, bounds[0], bounds[1], RegexNode.Mode.LAZY);
            } else if (!counted && take('+')) { // {n,m}+ is a plus around the count in this syntax
                node = new RegexNode.Repeat(node, bounds[0], bounds[1], RegexNode.Mode.POSSESSIVE);
            } else {
                node = new RegexNode.Repeat(node, bounds[0], bounds[1], RegexNode.Mode.GREEDY);
            }
        }
        return node;
    }

    /** Least and most, or nothing if there is no quantifier here. */
    private int[] quantifier() throws Unsupported {
        if (take('*')) {
            return new int[] {0, -1};
        } else if (take('+')) {
            return new int[] {1, -1};
        } else if (take('?')) {
            return new int[] {0, 1};
        } else if (!take('{')) {
            return new int[0];
        }
        int least = number();
        int most = least;
        if (take(',')) {
            most = number();
        } else if (least < 0) {
            return new int[0];
        }
        if (!take('}')) {
            return new int[0];
        }
        if (most >= 0 && most < least) {
            throw new Unsupported("a count that falls");
        }
        return new int[] {Math.max(least, 0), most};
    }

    private int number() throws Unsupported {
        int value = -1;
        while (peek() >= '0' && peek() <= '9') {
            value = Math.max(value, 0) * 10 + pattern[at++] - '0';
            if (value > COUNT_MAX) {
                throw new Unsupported("a count above " + COUNT_MAX);
            }
        }
        return value;
    }

    private RegexNode atom() throws Unsupported {
        int c = pattern[at++];
        return switch (c) {
            case '(' -> group();
            case '[' -> new RegexNode.One(new RegexClassParser(this).bracket());
            case '.' -> one(any -> any != '\n');
            case '^' -> new RegexNode.Place((before, behind) -> before == '\n' || before < 0, true);
            case '$' -> new RegexNode.Place((before, behind) -> behind == '\n' || behind < 0, false);
            case '\\' -> escape();
            case '*', '+', '?' -> throw new Unsupported("a quantifier of nothing");
            default -> one(only -> only == c);
        };
    }

    private RegexNode one(IntPredicate set) {
        return new RegexNode.One(ignoreCase ? CodePoints.ignoringCase(set) : set);
    }

    private RegexNode escape() throws Unsupported {
        int c = peek();
        RegexNode.Condition boundary = (before, behind) -> wordAt(before) != wordAt(behind);
        switch (c) {
            case 'b', 'B', 'A', 'z' -> at++;
            default -> {
                return one(new RegexClassParser(this).escape());
            }
        }
        return new RegexNode.Place(
                switch (c) {
                    case 'b' -> boundary;
                    case 'B' -> (before, behind) -> !boundary.holds(before, behind);
                    case 'A' -> (before, behind) -> before < 0;
                    default -> (before, behind) -> behind < 0;
                },
                c != 'z');
    }

    private static boolean wordAt(int c) {
        return c >= 0 && CodePoints.isWord(c);
    }

    private RegexNode group() throws Unsupported {
        if (!take('?')) {
            return closed(choice());
        }
        if (take(':')) {
            return closed(choice());
        } else if (take('=')) {
            return look(closed(choice()), true, true);
        } else if (take('!')) {
            return look(closed(choice()), false, true);
        } else if (peek() == '<' && (peekNext() == '=' || peekNext() == '!')) {
            boolean wanted = peekNext() == '=';
            at += 2;
            return look(closed(choice()), wanted, false);
        }
        return flags();
    }

    /** {@code (?i:…)}, {@code (?-i:…)}, or {@code (?i)} for the rest of the enclosing group. */
    private RegexNode flags() throws Unsupported {
        boolean on = !take('-');
        if (!take('i')) {
            throw new Unsupported("a group that begins (?" + (at < pattern.length ? Character.toString(peek()) : ""));
        }
        boolean outer = ignoreCase;
        ignoreCase = on;
        if (take(':')) {
            RegexNode body = closed(choice());
            ignoreCase = outer;
            return body;
        }
        if (!take(')')) {
            throw new Unsupported("a flag besides i");
        }
        return choice(); // in this syntax alternatives behind (?i) belong to it
    }

    private RegexNode closed(RegexNode body) throws Unsupported {
        if (!take(')')) {
            throw new Unsupported("an unclosed (");
        }
        return body;
    }

    private static RegexNode look(RegexNode body, boolean wanted, boolean ahead) throws Unsupported {
        IntPredicate set = singleSet(body);
        return new RegexNode.Place(
                (before, behind) -> {
                    int c = ahead ? behind : before;
                    return wanted == (c >= 0 && set.test(c));
                },
                !ahead);
    }

    private static IntPredicate singleSet(RegexNode body) throws Unsupported {
        if (body instanceof RegexNode.One one) {
            return one.set();
        }
        if (body instanceof RegexNode.Choice choice) {
            IntPredicate union = c -> false;
            for (RegexNode branch : choice.branches()) {
                union = union.or(singleSet(branch));
            }
            return union;
        }
        throw new Unsupported("lookaround of more than one character");
    }

    int peek() {
        return at < pattern.length ? pattern[at] : -1;
    }

    int peekNext() {
        return at + 1 < pattern.length ? pattern[at + 1] : -1;
    }

    /** The next code point, consumed. */
    int next() throws Unsupported {
        if (at >= pattern.length) {
            throw new Unsupported("an unfinished pattern");
        }
        return pattern[at++];
    }

    boolean take(int c) {
        if (peek() == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Whether sets are widened by case here. */
    boolean ignoresCase() {
        return ignoreCase;
    }

    /** Deeper by one; the caller must {@link #leave}. */
    void enter() throws Unsupported {
        if (++depth > DEPTH_MAX) {
            throw new Unsupported("nesting");
        }
    }

    void leave() {
        depth--;
    }
}
