package wok.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;

/** A table of GitHub's Markdown with its columns lined up. Any thread. */
final class MarkdownTable {
    private static final Parser PARSER =
            Parser.builder().extensions(List.of(TablesExtension.create())).build();

    private MarkdownTable() {}

    /** The table, each row ended by a line feed; empty if these lines are not one. */
    static Optional<String> render(String lines, Paint paint) {
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
        return Optional.of(text(rows, paint));
    }

    private static String text(List<List<TableCell>> rows, Paint paint) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<TableCell> row : rows) {
            for (int column = 0; column < Math.min(widths.length, row.size()); column++) {
                widths[column] = Math.max(widths[column], columns(row.get(column)));
            }
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
