package wok.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How much of an unfinished line of Markdown can be drawn because no later text changes its meaning: up to the last
 * white space before which no emphasis, code or link is open. Marks open and close as CommonMark says (left- and
 * right-flanking runs); where constructs could overlap (marks inside brackets, HTML) the rest of the line waits for its
 * end. Waiting too long is only slower, drawing too early would be wrong. One thread, one use.
 */
final class SettledText {
    private static final String MARKS = "*_";

    private final String text;
    private final Deque<String> open = new ArrayDeque<>(); // marks that wait for their counterparts, innermost first
    private int brackets;
    private int end;

    private SettledText(String text) {
        this.text = text;
    }

    /** Where the part ends that can be drawn; 0 when there is none. */
    static int end(String text) {
        SettledText scan = new SettledText(text);
        int at = 0;
        while (at >= 0 && at < text.length()) {
            at = scan.take(at);
        }
        return scan.end;
    }

    /** Takes what is at {@code at}; where the next thing is, or -1 when nothing behind it can be settled. */
    private int take(int at) {
        char c = text.charAt(at);
        if (Character.isWhitespace(c)) {
            end = open.isEmpty() && brackets == 0 ? at + 1 : end;
            return at + 1;
        }
        if (c == '`') {
            return code(at);
        }
        if (inCode()) {
            return at + 1;
        }
        if (c == '\\') {
            return at + 2;
        }
        if (c == '<') {
            return startsHtml(at) ? -1 : at + 1;
        }
        if (MARKS.indexOf(c) >= 0) {
            return brackets > 0 ? -1 : emphasis(at);
        }
        bracket(c, at);
        return at + 1;
    }

    private boolean inCode() {
        return !open.isEmpty() && open.getFirst().startsWith("`");
    }

    private int code(int at) {
        String run = run(at);
        if (run.equals(open.peekFirst())) {
            open.removeFirst();
        } else if (!inCode()) {
            open.addFirst(run);
        }
        return at + run.length();
    }

    private int emphasis(int at) {
        String run = run(at);
        int behind = at + run.length();
        int before = at == 0 ? ' ' : text.codePointBefore(at);
        int after = behind == text.length() ? ' ' : text.codePointAt(behind);
        boolean left = flanks(before, after);
        boolean right = flanks(after, before);
        boolean underscore = run.charAt(0) == '_';
        boolean opens = left && (!underscore || !right || isPunctuation(before));
        boolean closes = right && (!underscore || !left || isPunctuation(after));
        if (closes && run.equals(open.peekFirst())) {
            open.removeFirst();
        } else if (opens) {
            open.addFirst(run);
        }
        return behind;
    }

    /** CommonMark's left-flanking; with the two exchanged, its right-flanking. */
    private static boolean flanks(int outside, int inside) {
        return !isSpace(inside) && (!isPunctuation(inside) || isSpace(outside) || isPunctuation(outside));
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private static boolean isPunctuation(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION,
                    Character.MATH_SYMBOL,
                    Character.CURRENCY_SYMBOL,
                    Character.MODIFIER_SYMBOL,
                    Character.OTHER_SYMBOL -> true;
            default -> false;
        };
    }

    /** The mark at {@code start} with its repetitions. */
    private String run(int start) {
        int stop = start;
        while (stop < text.length() && text.charAt(stop) == text.charAt(start)) {
            stop++;
        }
        return text.substring(start, stop);
    }

    private boolean startsHtml(int at) {
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        return Character.isLetter(next) || next == '/' || next == '!' || next == '?';
    }

    /** {@code ]} ends what is in brackets unless an address follows; then its {@code )} does. */
    private void bracket(char c, int at) {
        if (c == '[') {
            brackets++;
        } else if (brackets > 0) {
            boolean ends = c == ']' && at + 1 < text.length() && text.charAt(at + 1) != '(';
            brackets -= ends || (c == ')' && text.lastIndexOf("](", at) >= 0) ? 1 : 0;
        }
    }
}
