package wok.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of words in columns that line up; columns of numbers stand right. Where the screen is too narrow the last column
 * goes on in the next line, below itself. Built and printed by one thread.
 */
final class Table {
    private static final String GAP = "  ";

    /** Narrower than this, a column is better broken by the terminal itself. */
    private static final int LAST_COLUMNS_MIN = 16;

    private final List<String> headings;
    private final List<Boolean> right = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** @param headings one per column; a column whose heading begins with {@code >} stands right */
    Table(String... headings) {
        this.headings = new ArrayList<>();
        for (String heading : headings) {
            right.add(heading.startsWith(">"));
            this.headings.add(heading.startsWith(">") ? heading.substring(1) : heading);
        }
    }

    /** One more row; text of strangers is made harmless here. */
    void row(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException("cells: " + cells.length + " (expected: " + headings.size() + ")");
        }
        rows.add(List.of(cells).stream().map(TerminalText::oneLine).toList());
    }

    /** All lines, headings first, for standard output. */
    String text(Streams streams) {
        int[] widths = new int[headings.size()];
        for (int column = 0; column < widths.length; column++) {
            int at = column;
            widths[column] = Math.max(
                    MarkdownInline.columns(headings.get(column)),
                    rows.stream()
                            .mapToInt(row -> MarkdownInline.columns(row.get(at)))
                            .max()
                            .orElse(0));
        }
        int last = widths.length - 1;
        int before = IntStream.of(widths).sum() - widths[last] + last * GAP.length();
        int room = streams.outputIsTerminal() ? streams.width() - before : widths[last];
        widths[last] = room < LAST_COLUMNS_MIN ? widths[last] : Math.min(widths[last], room);
        StringBuilder text = new StringBuilder();
        text.append(streams.paint().bold(line(headings, widths))).append('\n');
        rows.forEach(row -> text.append(lines(row, widths, before)));
        return text.toString();
    }

    private String lines(List<String> row, int[] widths, int before) {
        int last = widths.length - 1;
        List<String> parts = broken(row.get(last), widths[last]);
        List<String> first = new ArrayList<>(row);
        first.set(last, parts.getFirst());
        StringBuilder text = new StringBuilder(line(first, widths)).append('\n');
        for (String part : parts.subList(1, parts.size())) {
            text.append(" ".repeat(before)).append(part).append('\n');
        }
        return text.toString();
    }

    /** A text in lines of at most so many columns, broken at spaces where there are any. */
    private static List<String> broken(String text, int columns) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (MarkdownInline.columns(rest) > columns) {
            int end = 0;
            while (MarkdownInline.columns(rest.substring(0, rest.offsetByCodePoints(end, 1))) <= columns) {
                end = rest.offsetByCodePoints(end, 1);
            }
            int space = rest.lastIndexOf(' ', end);
            end = Math.max(1, space > 0 ? space : end);
            lines.add(rest.substring(0, end));
            rest = rest.substring(end).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String space = " ".repeat(Math.max(0, widths[column] - MarkdownInline.columns(cell)));
            line.append(column == 0 ? "" : GAP).append(right.get(column) ? space + cell : cell + space);
        }
        return line.toString().stripTrailing();
    }
}
