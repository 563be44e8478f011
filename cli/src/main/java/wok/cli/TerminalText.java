package wok.cli;

/**
 * Text of strangers (model output, metadata, file names, messages about them) made harmless for a terminal. A terminal
 * obeys control characters: an escape sequence in a model's answer could rewrite what is on the screen, set the window's
 * title, or put text into the clipboard; characters that turn the writing direction can show a command as another one.
 * Here every such character becomes a picture of itself; line feeds and tabs stay. Any thread.
 */
final class TerminalText {
    private TerminalText() {}

    /** The text with control and direction characters replaced by visible ones; CR LF becomes LF. */
    static String harmless(String text) {
        int first = firstHarmful(text);
        if (first == text.length()) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                continue;
            }
            out.append(harmful(c) ? picture(c) : c);
        }
        return out.toString();
    }

    /** As {@link #harmless}, on one line: line feeds and tabs become spaces. */
    static String oneLine(String text) {
        return harmless(text.strip().replaceAll("[\\r\\n\\t]+", " "));
    }

    /** As {@link #oneLine}, cut to {@code columns} characters with an ellipsis. */
    static String shortened(String text, int columns) {
        String line = oneLine(text);
        return line.codePointCount(0, line.length()) <= columns
                ? line
                : line.substring(0, line.offsetByCodePoints(0, columns - 1)) + "…";
    }

    private static int firstHarmful(String text) {
        int i = 0;
        while (i < text.length() && !harmful(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean harmful(char c) {
        return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || turnsDirection(c);
    }

    private static boolean turnsDirection(char c) {
        return (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069') || c == '\u2028' || c == '\u2029';
    }

    /** Unicode has pictures of the C0 characters from U+2400 on; the others become U+FFFD. */
    private static char picture(char c) {
        if (c < 0x20) {
            return (char) (0x2400 + c);
        }
        return c == 0x7f ? '\u2421' : '\ufffd';
    }
}
