package wok.cli;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;

/**
 * A table of GitHub's Markdown with its columns lined up; on a terminal that is too narrow for it, one line for each
 * cell, with its heading before it. Any thread.
 */
final class MarkdownTable {
    private static final Parser PARSER =
            Parser.builder().extensions(List.of(TablesExtension.create())).build();

    private MarkdownTable() {}

    /** The table, each row ended by a line feed; empty if these lines are not one, or it would leave out some of them. */
    static Optional<String> render(String lines, Paint paint, int columns) {
        if (!(PARSER.parse(lines).getFirstChild() instanceof TableBlock block) || block.getNext() != null) {
            return Optional.empty();
        }
        List<List<TableCell>> rows = new ArrayList<>();
        for (Node part : children(block)) {
            for (Node row : children(part)) {
                if (row instanceof TableRow) {
                    rows.add(children(row).stream().map(TableCell.class::cast).toList());
                }
            }
        }
        boolean complete = cells(lines) <= rows.getFirst().size();
        return complete ? Optional.of(text(rows, paint, columns)) : Optional.empty();
    }

    /** The most cells that a line has; those beyond the heading's number belong to no column. */
    private static int cells(String lines) {
        return lines.lines()
                .map(line -> line.strip().replace("\\|", "").replaceAll("^\\||\\|$", ""))
                .mapToInt(line -> line.split("\\|", -1).length)
                .max()
                .orElse(0);
    }

    private static String text(List<List<TableCell>> rows, Paint paint, int columns) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<TableCell> row : rows) {
            for (int column = 0; column < Math.min(widths.length, row.size()); column++) {
                widths[column] = Math.max(widths[column], columns(row.get(column)));
            }
        }
        if (rule(widths).length() > columns) {
            return list(rows, paint);
        }
        StringBuilder text = new StringBuilder();
        for (List<TableCell> row : rows) {
            text.append(line(row, widths, paint)).append('\n');
            if (text.indexOf("─") < 0) {
                text.append(paint.dim(rule(widths))).append('\n');
            }
        }
        return text.toString();
    }

    private static String list(List<List<TableCell>> rows, Paint paint) {
        List<TableCell> headings = rows.getFirst();
        StringBuilder text = new StringBuilder();
        if (rows.size() == 1) {
            return headings.stream()
                    .map(cell -> " " + MarkdownInline.render(cell, paint) + "\n")
                    .collect(joining());
        }
        for (List<TableCell> row : rows.subList(1, rows.size())) {
            text.append(text.isEmpty() ? "" : "\n");
            for (int column = 0; column < Math.min(headings.size(), row.size()); column++) {
                String heading = MarkdownInline.render(headings.get(column), paint);
                String content = MarkdownInline.render(row.get(column), paint);
                text.append(' ')
                        .append(paint.bold(heading))
                        .append(": ")
                        .append(content)
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static String line(List<TableCell> row, int[] widths, Paint paint) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < Math.min(widths.length, row.size()); column++) {
            TableCell cell = row.get(column);
            String content = MarkdownInline.render(cell, paint);
            int space = widths[column] - columns(cell);
            int left = cell.getAlignment() == TableCell.Alignment.RIGHT
                    ? space
                    : cell.getAlignment() == TableCell.Alignment.CENTER ? space / 2 : 0;
            line.append(column == 0 ? " " : paint.dim(" │ "))
                    .append(" ".repeat(left))
                    .append(cell.isHeader() ? paint.bold(content) : content)
                    .append(" ".repeat(space - left));
        }
        return line.toString().stripTrailing();
    }

    private static String rule(int[] widths) {
        StringBuilder rule = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            rule.append(column == 0 ? "─" : "─┼─").append("─".repeat(widths[column]));
        }
        return rule.append('─').toString();
    }

    private static int columns(TableCell cell) {
        return MarkdownInline.columns(MarkdownInline.render(cell, Paint.of(false)));
    }

    private static List<Node> children(Node parent) {
        List<Node> children = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
            children.add(child);
        }
        return children;
    }
}
