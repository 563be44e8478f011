package wok.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Markdown on a terminal while it is being written by a model. What has been printed is never taken back, so nothing
 * flickers and the terminal's own scrolling and copying work. To that end text is printed as soon as its meaning can't
 * change any more:
 *
 * <ul>
 *   <li>the start of a line says what the line is (heading, item, quotation, code fence, table);
 *   <li>inside a line, words are printed up to the last space where no emphasis, code or link is open ({@link
 *       #settled}); an opening mark that is never closed delays its own line alone;
 *   <li>lines of code are printed one by one, and a table when it is complete, for its widths need all rows.
 * </ul>
 *
 * Redrawing whole blocks (as full-screen programs do) was tried first on paper and rejected: it needs the cursor to go
 * up over lines that have already scrolled away. One thread.
 */
final class MarkdownRenderer {
    private static final Pattern FENCE = Pattern.compile("^ {0,3}(```+|~~~+)\\s*([^`]*)$");
    private static final Pattern HEADING = Pattern.compile("^ {0,3}(#{1,6})\\s+(.*)$", Pattern.DOTALL);
    private static final Pattern RULE = Pattern.compile("^ {0,3}([-*_])( *\\1){2,}\\s*$");
    private static final Pattern ITEM = Pattern.compile("^(\\s*)([-*+]|\\d{1,9}[.)])(\\s+)(.*)$", Pattern.DOTALL);
    private static final Pattern QUOTE = Pattern.compile("^ {0,3}>\\s?(.*)$", Pattern.DOTALL);
    /** A line that may still become a fence, a heading, a rule, an item or a table. */
    private static final Pattern UNDECIDED =
            Pattern.compile("^\\s*(|[-*+_#>\\s]+|\\d{1,9}[.)]?|`{1,2}|(```|~~~|\\|).*|~{1,2})$");

    private static final int RULE_COLUMNS = 40;

    private enum Mode {
        FLOW,
        CODE,
        TABLE
    }

    private final Output out;
    private final Paint paint;
    private final StringBuilder line = new StringBuilder();
    private final StringBuilder table = new StringBuilder();
    private Mode mode = Mode.FLOW;
    private String fence = "";
    private boolean lineStarted;
    private boolean heading;

    MarkdownRenderer(Output out, Paint paint) {
        this.out = out;
        this.paint = paint;
    }

    /** More of the text, cut anywhere between code points. */
    void accept(String text) {
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            line.append(text, start, end < 0 ? text.length() : end);
            if (end < 0) {
                break;
            }
            completeLine();
            start = end + 1;
        }
        if (mode == Mode.FLOW && !line.isEmpty()) {
            printSettled();
        }
    }

    /** The text is over: prints what is left and ends the last line. */
    void finish() {
        if (!line.isEmpty() || lineStarted) {
            completeLine();
        }
        printTable();
    }

    private void completeLine() {
        String whole = TerminalText.harmless(line.toString().replace("\r", ""));
        line.setLength(0);
        if (mode == Mode.TABLE && !whole.strip().startsWith("|")) {
            printTable();
        }
        switch (mode) {
            case CODE -> completeCodeLine(whole);
            case TABLE -> table.append(whole).append('\n');
            case FLOW -> completeFlowLine(whole);
        }
    }

    private void completeCodeLine(String whole) {
        if (whole.strip().startsWith(fence)
                && whole.strip().replace(fence.substring(0, 1), "").isEmpty()) {
            mode = Mode.FLOW;
        } else {
            out.line("  " + paint.cyan(whole));
        }
    }

    private void completeFlowLine(String whole) {
        if (!lineStarted) {
            Matcher fenced = FENCE.matcher(whole);
            if (fenced.matches()) {
                mode = Mode.CODE;
                fence = fenced.group(1);
                String language = fenced.group(2).strip();
                out.print(language.isEmpty() ? "" : "  " + paint.dim(language) + "\n");
                return;
            }
            if (whole.strip().startsWith("|")) {
                mode = Mode.TABLE;
                table.append(whole).append('\n');
                return;
            }
            if (RULE.matcher(whole).matches()) {
                out.line(paint.dim("─".repeat(RULE_COLUMNS)));
                return;
            }
        }
        out.line(lineStarted ? styled(whole) : started(whole));
        lineStarted = false;
        heading = false;
    }

    /** Prints as much of the unfinished line as can't change its meaning any more. */
    private void printSettled() {
        String begun = line.toString();
        if (!lineStarted && UNDECIDED.matcher(begun).matches()) {
            return;
        }
        int end = settled(begun);
        if (end > 0) {
            String part = TerminalText.harmless(begun.substring(0, end));
            out.print(lineStarted ? styled(part) : started(part));
            lineStarted = true;
            line.delete(0, end);
        }
    }

    /** The beginning of a line: its mark, drawn, and the text behind it. */
    private String started(String text) {
        Matcher at = HEADING.matcher(text);
        if (at.matches()) {
            heading = true;
            return styled(at.group(2));
        }
        at = ITEM.matcher(text);
        if (at.matches()) {
            String mark = at.group(2).length() == 1 ? "•" : at.group(2);
            return at.group(1) + paint.yellow(mark) + at.group(3) + styled(at.group(4));
        }
        at = QUOTE.matcher(text);
        if (at.matches()) {
            return paint.dim("│ ") + started(at.group(1));
        }
        return styled(text);
    }

    private String styled(String text) {
        String inline = MarkdownInline.render(text, paint);
        return heading ? paint.bold(inline) : inline;
    }

    private void printTable() {
        if (table.isEmpty()) {
            return;
        }
        mode = Mode.FLOW;
        String lines = table.toString();
        table.setLength(0);
        out.print(MarkdownTable.render(lines, paint).orElse(lines));
    }

    /**
     * Where the part of a line ends that later text can't change: behind the last space with no mark open before it;
     * 0 when there is none.
     */
    static int settled(String text) {
        int end = 0;
        int brackets = 0;
        Deque<String> open = new ArrayDeque<>(); // marks that wait for their counterparts, innermost first
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean inCode = !open.isEmpty() && open.getFirst().startsWith("`");
            if (Character.isWhitespace(c)) {
                end = open.isEmpty() && brackets == 0 ? i + 1 : end;
            } else if (c == '\\' && !inCode) {
                i++;
            } else if (c == '`' || (!inCode && marks(text, i))) {
                String run = run(text, i);
                toggle(open, run, inCode);
                i += run.length() - 1;
            } else if (!inCode && c == '[') {
                brackets++;
            } else if (!inCode && brackets > 0 && closesLink(text, i)) {
                brackets--;
            }
        }
        return end;
    }

    private static void toggle(Deque<String> open, String run, boolean inCode) {
        if (run.equals(open.peekFirst())) {
            open.removeFirst();
        } else if (!inCode) {
            open.addFirst(run);
        }
    }

    /** The mark at {@code start} with its repetitions. */
    private static String run(String text, int start) {
        int end = start;
        while (end < text.length() && text.charAt(end) == text.charAt(start)) {
            end++;
        }
        return text.substring(start, end);
    }

    /** Whether the character may begin or end emphasis: not between two spaces, an underscore not inside a word. */
    private static boolean marks(String text, int i) {
        char c = text.charAt(i);
        if (c != '*' && c != '_') {
            return false;
        }
        char before = i == 0 ? ' ' : text.charAt(i - 1);
        char after = i + 1 == text.length() ? ' ' : text.charAt(i + 1);
        boolean lonely = Character.isWhitespace(before) && Character.isWhitespace(after);
        boolean insideWord = c == '_' && Character.isLetterOrDigit(before) && Character.isLetterOrDigit(after);
        return !lonely && !insideWord;
    }

    /** {@code ]} ends what is in brackets unless an address follows; then its {@code )} does. */
    private static boolean closesLink(String text, int i) {
        return switch (text.charAt(i)) {
            case ']' -> i + 1 < text.length() && text.charAt(i + 1) != '(';
            case ')' -> text.lastIndexOf("](", i) >= 0;
            default -> false;
        };
    }
}
