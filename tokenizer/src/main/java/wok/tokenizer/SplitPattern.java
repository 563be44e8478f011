package wok.tokenizer;

import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a text is split at: a literal, a set of code points, or an expression. Immutable; any thread may use it.
 *
 * <p>An expression runs in linear time where {@link RegexParser} can read it. The others (back references, lookahead
 * of several characters) go to java.util.regex, which may recurse and backtrack: there the steps are counted and an
 * overflow of the stack is caught, so that hostile text gets an error and not a thread for ever.
 */
sealed interface SplitPattern {

    /** Receives the matches from left to right, without overlaps. */
    @FunctionalInterface
    interface MatchSink {
        void match(int start, int end);
    }

    void matches(String text, int from, int to, MatchSink sink);

    /** A string; an empty one matches nowhere. */
    record Literal(String literal) implements SplitPattern {
        @Override
        public void matches(String text, int from, int to, MatchSink sink) {
            int at = literal.isEmpty() ? -1 : text.indexOf(literal, from, to);
            while (at >= 0) {
                sink.match(at, at + literal.length());
                at = text.indexOf(literal, at + literal.length(), to);
            }
        }
    }

    /** One code point of a set. */
    record OneOf(IntPredicate set) implements SplitPattern {
        @Override
        public void matches(String text, int from, int to, MatchSink sink) {
            int at = from;
            while (at < to) {
                int codePoint = text.codePointAt(at);
                int next = at + Character.charCount(codePoint);
                if (set.test(codePoint)) {
                    sink.match(at, next);
                }
                at = next;
            }
        }
    }

    /** An expression in linear time. */
    record Linear(LinearRegex regex) implements SplitPattern {
        @Override
        public void matches(String text, int from, int to, MatchSink sink) {
            RegexScan scan = new RegexScan(regex, text, from, to);
            int place = from;
            while (place <= to && scan.find(place)) {
                sink.match(scan.start(), scan.end());
                place = scan.end();
                if (scan.end() == scan.start()) { // an empty match: go on behind the next code point
                    place += place < to ? Character.charCount(text.codePointAt(place)) : 1;
                }
            }
        }
    }

    /** Any other expression. */
    record Backtracking(Pattern pattern) implements SplitPattern {
        @Override
        public void matches(String text, int from, int to, MatchSink sink) {
            Matcher matcher = pattern.matcher(new CountedText(text, from, to));
            try {
                while (matcher.find()) {
                    sink.match(from + matcher.start(), from + matcher.end());
                }
            } catch (StackOverflowError e) {
                throw new TokenizerException(
                        "pattern: " + pattern + " needs too much stack on this text (expected: a shorter text)", e);
            }
        }
    }

    /** A view of a text that refuses to be read without end. One use, one thread. */
    final class CountedText implements CharSequence {
        private static final long READS_FREE = 50_000_000;
        private static final int READS_PER_CHARACTER_MAX = 500;

        private final String text;
        private final int from;
        private final int to;
        private long readsLeft;

        CountedText(String text, int from, int to) {
            this.text = text;
            this.from = from;
            this.to = to;
            this.readsLeft = READS_FREE + (long) READS_PER_CHARACTER_MAX * (to - from);
        }

        @Override
        public char charAt(int index) {
            if (--readsLeft < 0) {
                throw new TokenizerException(
                        "pattern: backtracks without end on this text (expected: a shorter or plainer text)");
            }
            return text.charAt(from + index);
        }

        @Override
        public int length() {
            return to - from;
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(from + start, from + end);
        }

        @Override
        public String toString() {
            return text.substring(from, to);
        }
    }

    /**
     * Reads an expression.
     *
     * @throws TokenizerException if it is none
     */
    static SplitPattern regex(String expression) {
        try {
            return new Linear(LinearRegex.compile(expression));
        } catch (RegexParser.Unsupported unsupported) {
            return backtracking(expression, unsupported);
        }
    }

    private static SplitPattern backtracking(String expression, RegexParser.Unsupported unsupported) {
        try {
            int flags = Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE | Pattern.MULTILINE;
            return new Backtracking(Pattern.compile(expression, flags));
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new TokenizerException(
                    "pattern: " + Messages.quote(expression) + " (expected: a regular expression; "
                            + unsupported.getMessage() + ")",
                    e);
        }
    }
}
