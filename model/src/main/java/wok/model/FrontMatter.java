package wok.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The block of YAML that heads a model card, between two lines of three dashes: of its top level the scalars and the
 * lists of scalars.
 *
 * <p>A reader of all YAML would be larger than the rest of this module's readers together, and cards need little of it:
 * {@code key: value}, {@code key: [a, b]} on one line, and {@code key:} followed by lines {@code - a}; scalars plain or
 * in quotes. Whatever else stands there (nested maps, texts over several lines, anchors) is passed over, and so is a
 * value with control characters, which a terminal would obey. Nothing is refused: a card is prose by others, and no
 * reason for a model not to run. Limits are those of {@link #TEXT_CHARS_MAX} and {@link #VALUES_MAX}; what is beyond is
 * left out.
 *
 * <p>One use, one thread.
 */
final class FrontMatter {
    /** A licence's identifier, a repository, a language. */
    static final int TEXT_CHARS_MAX = 256;
    /** Of one key. */
    static final int VALUES_MAX = 256;
    /** At the top level; a card has some ten. */
    static final int KEYS_MAX = 256;

    private static final String FENCE = "---";

    private final Map<String, List<String>> values = new HashMap<>();
    /** Where items of a block list go; nowhere if the lines belong to something that is passed over. */
    private Optional<List<String>> open = Optional.empty();

    private FrontMatter() {}

    /** The values of every key at the top level that has any; a scalar is a list of one. */
    static Map<String, List<String>> read(String card) {
        List<String> lines = card.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().strip().equals(FENCE)) {
            return Map.of();
        }
        FrontMatter matter = new FrontMatter();
        for (String line : lines.subList(1, lines.size())) {
            if (line.stripTrailing().equals(FENCE)) {
                matter.values.values().removeIf(List::isEmpty);
                return matter.values;
            }
            matter.line(line);
        }
        return Map.of();
    }

    private void line(String line) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return;
        }
        if (text.equals("-") || text.startsWith("- ")) {
            open.ifPresent(list -> addTo(list, text.substring(1)));
        } else if (Character.isWhitespace(line.charAt(0))) {
            open = Optional.empty();
        } else {
            open = key(text);
        }
    }

    /** Takes a line {@code key: value}; the list that lines after it may fill, if the value is empty. */
    private Optional<List<String>> key(String line) {
        int colon = line.indexOf(':');
        boolean isKey = colon > 0 && (colon == line.length() - 1 || line.charAt(colon + 1) == ' ');
        String key = isKey ? line.substring(0, colon) : "";
        if (!isKey || values.containsKey(key) || values.size() == KEYS_MAX) {
            return Optional.empty();
        }
        String value = withoutComment(line.substring(colon + 1)).strip();
        List<String> list = new ArrayList<>();
        values.put(key, list);
        if (value.startsWith("[") && value.endsWith("]")) {
            for (String item : value.substring(1, value.length() - 1).split(",", VALUES_MAX + 1)) {
                addTo(list, item);
            }
        } else if (!value.isEmpty()) {
            addTo(list, value);
        }
        return value.isEmpty() ? Optional.of(list) : Optional.empty();
    }

    private static void addTo(List<String> list, String value) {
        if (list.size() < VALUES_MAX) {
            scalar(withoutComment(value).strip()).ifPresent(list::add);
        }
    }

    /** A comment begins with a # behind a space, outside of quotes. */
    private static String withoutComment(String value) {
        String text = value.strip();
        if (text.startsWith("\"") || text.startsWith("'")) {
            int end = text.indexOf(text.charAt(0), 1);
            return end < 0 ? text : text.substring(0, end + 1);
        }
        int hash = text.startsWith("#") ? 0 : text.indexOf(" #");
        return hash < 0 ? text : text.substring(0, hash);
    }

    private static Optional<String> scalar(String value) {
        String text = unquoted(value);
        boolean isQuoted = text.length() < value.length();
        boolean isPlain = !text.isEmpty() && "[]{}&*!|>%@`\"'".indexOf(text.charAt(0)) < 0 && !text.contains(": ");
        boolean isNull = text.equals("null") || text.equals("~");
        boolean isShort = !text.isEmpty() && text.length() <= TEXT_CHARS_MAX;
        return isShort && (isQuoted || (isPlain && !isNull)) && text.chars().allMatch(FrontMatter::isVisible)
                ? Optional.of(text)
                : Optional.empty();
    }

    private static String unquoted(String value) {
        int last = value.length() - 1;
        boolean isQuoted = last > 0
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(last) == value.charAt(0)
                && value.indexOf('\\') < 0;
        return isQuoted ? value.substring(1, last) : value;
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
