package wok.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of words in columns that line up; columns of numbers stand right. Built and printed by one thread. */
final class Table {
    private static final String GAP = "  ";

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

    /** All lines, headings first. */
    String text(Paint paint) {
        int[] widths = new int[headings.size()];
        for (int column = 0; column < widths.length; column++) {
            int at = column;
            widths[column] = Math.max(
                    width(headings.get(column)),
                    rows.stream().mapToInt(row -> width(row.get(at))).max().orElse(0));
        }
        StringBuilder text = new StringBuilder(paint.bold(line(headings, widths))).append('\n');
        rows.forEach(row -> text.append(line(row, widths)).append('\n'));
        return text.toString();
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String space = " ".repeat(widths[column] - width(cell));
            line.append(column == 0 ? "" : GAP).append(right.get(column) ? space + cell : cell + space);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
