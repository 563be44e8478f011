package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** The filters that lay text out in lines and columns. Stateless. */
final class JinjaLayoutFilters {
    private JinjaLayoutFilters() {}

    static JinjaFilters.Registry registry() {
        return new JinjaFilters.Registry()
                .add("indent", "width first blank", JinjaLayoutFilters::indent)
                .add(
                        "center",
                        "width",
                        (run, v, a) -> JinjaPadding.center(
                                run, JinjaTextFilters.soft(run, v), a.integer(0, 80), JinjaString.trusted(" ")))
                .add("truncate", "length killwords end leeway", JinjaLayoutFilters::truncate)
                .add("wordwrap", "width break_long_words wrapstring break_on_hyphens", JinjaLayoutFilters::wrap);
    }

    private static JinjaValue indent(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        if (!(value instanceof JinjaValue.Text text)) {
            throw value instanceof JinjaValue.Undefined undefined
                    ? undefined.error()
                    : new JinjaError("indent: " + value.typeName() + " (expected: str)");
        }
        JinjaString indention = a.optional(0).orElse(JinjaValue.of(4)) instanceof JinjaValue.Text given
                ? given.string()
                : blanks(run, a.integer(0, 4));
        boolean blank = a.flag(2, false);
        List<JinjaString> lines = new ArrayList<>(JinjaSplitting.lines(text.string(), false));
        if (text.string().isEmpty()
                || JinjaText.isLineBreak(text.plain().charAt(text.plain().length() - 1))) {
            lines.add(JinjaString.EMPTY);
        }
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        out.append(a.flag(1, false) ? indention : JinjaString.EMPTY);
        for (int i = 0; i < lines.size(); i++) {
            if (i > 0) {
                out.append("\n").append(blank || !lines.get(i).isEmpty() ? indention : JinjaString.EMPTY);
            }
            out.append(lines.get(i));
        }
        return new JinjaValue.Text(out.build(), text.markup());
    }

    private static JinjaString blanks(JinjaRun run, int width) {
        run.characters(Math.max(0, width), Math.max(0, width));
        return JinjaString.trusted(" ".repeat(Math.max(0, width)));
    }

    private static JinjaValue truncate(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        JinjaString string = JinjaTextFilters.soft(run, value).string();
        JinjaString end = a.text(2, "...");
        int length = a.integer(0, 255);
        int leeway = a.present(3).isEmpty() ? 5 : a.integer(3);
        int kept = length - end.codePoints();
        if (kept < 0 || leeway < 0) {
            throw new JinjaError("truncate: expected length >= " + end.codePoints() + " and leeway >= 0");
        }
        int size = string.codePoints();
        if (size <= (long) length + leeway) {
            return JinjaTextFilters.soft(run, value);
        }
        JinjaString head = string.substring(0, string.text().offsetByCodePoints(0, Math.min(kept, size)));
        if (!a.flag(1, false) && head.text().lastIndexOf(' ') >= 0) {
            head = head.substring(0, head.text().lastIndexOf(' '));
        }
        return JinjaValue.of(
                new JinjaStringBuilder(run).append(head).append(end).build());
    }

    /** Greedy lines of whole words, paragraph by paragraph. */
    private static JinjaValue wrap(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        int width = a.integer(0, 79);
        if (width <= 0) {
            throw new JinjaError("invalid width " + width + " (must be > 0)");
        }
        JinjaString separator = a.present(2).isEmpty() ? JinjaString.trusted("\n") : a.text(2);
        JinjaString string = JinjaTextFilters.soft(run, value).string();
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        boolean first = true;
        for (JinjaString paragraph : JinjaSplitting.lines(string, false)) {
            out.append(first ? JinjaString.EMPTY : separator);
            first = false;
            List<JinjaString> lines = wrapped(run, paragraph, width, a.flag(1, true), a.flag(3, true));
            for (int i = 0; i < lines.size(); i++) {
                out.append(i > 0 ? separator : JinjaString.EMPTY).append(lines.get(i));
            }
        }
        return JinjaValue.of(out.build());
    }

    private static List<JinjaString> wrapped(
            JinjaRun run, JinjaString paragraph, int width, boolean breakLong, boolean hyphens) {
        List<JinjaString> lines = new ArrayList<>();
        int start = 0;
        int end = 0;
        for (int[] chunk : chunks(paragraph.text(), hyphens)) {
            run.work(1);
            boolean blank = JinjaText.isSpace(paragraph.text().charAt(chunk[0]));
            if (chunk[1] - start > width && end > start) {
                addLine(lines, paragraph.substring(start, end));
                start = blank ? chunk[1] : chunk[0];
            } else if (blank && start == chunk[0] && !lines.isEmpty()) {
                start = chunk[1];
            }
            end = chunk[1];
            while (breakLong && !blank && end - start > width) {
                addLine(lines, paragraph.substring(start, start + width));
                start += width;
            }
        }
        addLine(lines, paragraph.substring(Math.min(start, end), end));
        return lines;
    }

    private static void addLine(List<JinjaString> lines, JinjaString line) {
        JinjaString stripped = line.strip(JinjaText::isSpace, false, true);
        if (!stripped.isEmpty()) {
            lines.add(stripped);
        }
    }

    /** Words and the white space between them; a word ends behind a hyphen too. */
    private static List<int[]> chunks(String text, boolean hyphens) {
        List<int[]> chunks = new ArrayList<>();
        int from = 0;
        for (int at = 1; at <= text.length(); at++) {
            boolean border = at == text.length()
                    || JinjaText.isSpace(text.charAt(at)) != JinjaText.isSpace(text.charAt(at - 1))
                    || (hyphens && isHyphenBorder(text, at));
            if (border) {
                chunks.add(new int[] {from, at});
                from = at;
            }
        }
        return chunks;
    }

    private static boolean isHyphenBorder(String text, int at) {
        return text.charAt(at - 1) == '-'
                && at >= 3
                && Character.isLetter(text.charAt(at - 2))
                && JinjaText.isWord(text.charAt(at - 3))
                && Character.isLetter(text.charAt(at));
    }
}
