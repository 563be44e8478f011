package wok.tokenizer;

/** Text in fields of a width: center, ljust, rjust, zfill, expandtabs. Stateless. */
final class JinjaPadding {
    private JinjaPadding() {}

    private static JinjaValue padded(JinjaRun run, JinjaValue.Text text, int left, int right, JinjaString fill) {
        run.characters(0, (long) left + right + text.string().length());
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        repeat(out, fill, left);
        out.append(text.string());
        repeat(out, fill, right);
        return new JinjaValue.Text(out.build(), text.markup());
    }

    private static void repeat(JinjaStringBuilder out, JinjaString fill, int times) {
        if (times > 0) {
            out.append(fill.text().repeat(times), fill.isTrusted());
        }
    }

    private static int missing(JinjaValue.Text text, int width) {
        return Math.max(0, width - text.string().codePoints());
    }

    static JinjaValue left(JinjaRun run, JinjaValue.Text text, int width, JinjaString fill) {
        return padded(run, text, 0, missing(text, width), fill);
    }

    static JinjaValue right(JinjaRun run, JinjaValue.Text text, int width, JinjaString fill) {
        return padded(run, text, missing(text, width), 0, fill);
    }

    /** Python puts the odd blank left where the width is odd. */
    static JinjaValue center(JinjaRun run, JinjaValue.Text text, int width, JinjaString fill) {
        int missing = missing(text, width);
        int left = missing / 2 + (missing & width & 1);
        return padded(run, text, left, missing - left, fill);
    }

    static JinjaValue zeros(JinjaRun run, JinjaValue.Text text, int width) {
        boolean signed = text.plain().startsWith("-") || text.plain().startsWith("+");
        int missing = missing(text, width);
        run.characters(missing, (long) missing + text.string().length());
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        out.append(text.string(), 0, signed ? 1 : 0).append("0".repeat(missing));
        out.append(text.string(), signed ? 1 : 0, text.string().length());
        return JinjaValue.of(out.build());
    }

    static JinjaValue expandTabs(JinjaRun run, JinjaValue.Text text, int size) {
        JinjaString string = text.string();
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        int column = 0;
        for (int at = 0; at < string.length(); at++) {
            char c = string.text().charAt(at);
            if (c == '\t') {
                int blanks = size > 0 ? size - column % size : 0;
                run.characters(blanks, (long) blanks + out.length());
                out.append(" ".repeat(blanks));
                column += blanks;
            } else {
                out.append(string, at, at + 1);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return JinjaValue.of(out.build());
    }
}
