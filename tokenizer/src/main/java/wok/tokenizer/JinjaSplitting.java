package wok.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's split, rsplit, splitlines and partition. Stateless. */
final class JinjaSplitting {
    private JinjaSplitting() {}

    /** The words between white space. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (JinjaValue word : split(JinjaString.trusted(text), -1)) {
            words.add(((JinjaValue.Text) word).plain());
        }
        return words;
    }

    /** split at white space, at most {@code splits} times; no limit below 0. */
    static List<JinjaValue> split(JinjaString string, int splits) {
        String text = string.text();
        List<JinjaValue> parts = new ArrayList<>();
        int at = skip(text, 0, true);
        while (at < text.length()) {
            int end = splits >= 0 && parts.size() == splits ? text.length() : skip(text, at, false);
            parts.add(JinjaValue.of(string.substring(at, end)));
            at = skip(text, end, true);
        }
        return parts;
    }

    private static int skip(String text, int from, boolean space) {
        int at = from;
        while (at < text.length() && JinjaText.isSpace(text.charAt(at)) == space) {
            at++;
        }
        return at;
    }

    static List<JinjaValue> rsplit(JinjaString string, int splits) {
        String text = string.text();
        List<JinjaValue> parts = new ArrayList<>();
        int at = skipBack(text, text.length(), true);
        while (at > 0) {
            int start = splits >= 0 && parts.size() == splits ? 0 : skipBack(text, at, false);
            parts.add(JinjaValue.of(string.substring(start, at)));
            at = skipBack(text, start, true);
        }
        Collections.reverse(parts);
        return parts;
    }

    private static int skipBack(String text, int from, boolean space) {
        int at = from;
        while (at > 0 && JinjaText.isSpace(text.charAt(at - 1)) == space) {
            at--;
        }
        return at;
    }

    static List<JinjaValue> split(JinjaString string, String separator, int splits) {
        refuseEmpty(separator);
        List<JinjaValue> parts = new ArrayList<>();
        int from = 0;
        int found = string.text().indexOf(separator);
        while (found >= 0 && (splits < 0 || parts.size() < splits)) {
            parts.add(JinjaValue.of(string.substring(from, found)));
            from = found + separator.length();
            found = string.text().indexOf(separator, from);
        }
        parts.add(JinjaValue.of(string.substring(from)));
        return parts;
    }

    static List<JinjaValue> rsplit(JinjaString string, String separator, int splits) {
        refuseEmpty(separator);
        List<JinjaValue> parts = new ArrayList<>();
        int to = string.length();
        while (splits < 0 || parts.size() < splits) {
            int found = to < separator.length() ? -1 : string.text().lastIndexOf(separator, to - separator.length());
            if (found < 0) {
                break;
            }
            parts.add(JinjaValue.of(string.substring(found + separator.length(), to)));
            to = found;
        }
        parts.add(JinjaValue.of(string.substring(0, to)));
        Collections.reverse(parts);
        return parts;
    }

    static List<JinjaString> lines(JinjaString string, boolean keepEnds) {
        String text = string.text();
        List<JinjaString> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < text.length(); at++) {
            if (JinjaText.isLineBreak(text.charAt(at))) {
                int end = text.startsWith("\r\n", at) ? at + 2 : at + 1;
                lines.add(string.substring(from, keepEnds ? end : at));
                from = end;
                at = end - 1;
            }
        }
        if (from < text.length()) {
            lines.add(string.substring(from));
        }
        return lines;
    }

    /** The text before the separator, the separator and the text behind it. */
    static JinjaValue partition(JinjaString string, JinjaString separator, boolean fromEnd) {
        refuseEmpty(separator.text());
        int found = fromEnd
                ? string.text().lastIndexOf(separator.text())
                : string.text().indexOf(separator.text());
        JinjaValue empty = JinjaValue.trusted("");
        if (found < 0) {
            JinjaValue whole = JinjaValue.of(string);
            return fromEnd ? JinjaValue.tuple(empty, empty, whole) : JinjaValue.tuple(whole, empty, empty);
        }
        return JinjaValue.tuple(
                JinjaValue.of(string.substring(0, found)),
                JinjaValue.of(separator),
                JinjaValue.of(string.substring(found + separator.length())));
    }

    private static void refuseEmpty(String separator) {
        if (separator.isEmpty()) {
            throw new JinjaError("empty separator");
        }
    }
}
