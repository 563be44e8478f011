package wok.cli;

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
 *       SettledText}); an opening mark that is never closed delays its own line alone;
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
    private final int columns;
    private final StringBuilder line = new StringBuilder();
    private final StringBuilder table = new StringBuilder();
    private Mode mode = Mode.FLOW;
    private String fence = "";
    private boolean lineStarted;
    private boolean heading;

    /** @param columns the terminal's width, which tables keep to */
    MarkdownRenderer(Output out, Paint paint, int columns) {
        this.out = out;
        this.paint = paint;
        this.columns = columns;
    }

    /** More of the text, cut anywhere between code points; carriage returns are left out. */
    void accept(String piece) {
        String text = piece.replace("\r", "");
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
        String whole = TerminalText.harmless(line.toString());
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
        int end = SettledText.end(begun);
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
        out.print(MarkdownTable.render(lines, paint, columns).orElse(lines));
    }
}
