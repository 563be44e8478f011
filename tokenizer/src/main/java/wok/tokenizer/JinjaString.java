package wok.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Text that knows where its characters come from: the template and the model's special tokens (trusted), or people
 * (not trusted).
 *
 * <p>Almost every string of a rendering has one origin; the others alternate between a few runs. So a string is its
 * characters, the origin of the first one and the offsets at which the origin flips; with no flips every operation is
 * that of {@link String}. A rope was considered and left out: templates build prompts of a few hundred pieces, and a
 * flat string makes searching, splitting and comparing plain. Immutable.
 */
final class JinjaString {
    private static final int[] NO_FLIPS = {};
    static final JinjaString EMPTY = new JinjaString("", true, NO_FLIPS);

    private final String text;
    private final boolean trusted;
    private final int[] flips;

    /**
     * @param trusted origin of the first character
     * @param flips offsets in UTF-16 code units, rising, each between 1 and the length - 1
     */
    JinjaString(String text, boolean trusted, int[] flips) {
        this.text = text;
        this.trusted = trusted || text.isEmpty();
        this.flips = flips;
    }

    static JinjaString of(String text, boolean trusted) {
        return text.isEmpty() ? EMPTY : new JinjaString(text, trusted, NO_FLIPS);
    }

    static JinjaString trusted(String text) {
        return of(text, true);
    }

    String text() {
        return text;
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    /** Length in UTF-16 code units; see {@link #codePoints} for Python's length. */
    int length() {
        return text.length();
    }

    int codePoints() {
        return text.codePointCount(0, text.length());
    }

    /** Whether every character has the same origin. */
    boolean isUniform() {
        return flips.length == 0;
    }

    /** Whether all characters are trusted. */
    boolean isTrusted() {
        return trusted && flips.length == 0;
    }

    boolean isTrustedAt(int offset) {
        return (flipsBelow(offset + 1) % 2 == 0) == trusted;
    }

    /** How many flips lie before an offset. */
    private int flipsBelow(int offset) {
        int found = Arrays.binarySearch(flips, offset);
        return found >= 0 ? found : -found - 1;
    }

    /** Part of the string by UTF-16 offsets. */
    JinjaString substring(int from, int to) {
        if (from == 0 && to == text.length()) {
            return this;
        }
        if (from >= to) {
            return EMPTY;
        }
        if (flips.length == 0) {
            return new JinjaString(text.substring(from, to), trusted, NO_FLIPS);
        }
        int[] inside = Arrays.copyOfRange(flips, flipsBelow(from + 1), flipsBelow(to));
        for (int i = 0; i < inside.length; i++) {
            inside[i] -= from;
        }
        return new JinjaString(text.substring(from, to), isTrustedAt(from), inside);
    }

    JinjaString substring(int from) {
        return substring(from, text.length());
    }

    /** Without the characters of a test at the chosen ends. */
    JinjaString strip(java.util.function.IntPredicate stripped, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && stripped.test(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && to > from && stripped.test(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return substring(from, to);
    }

    /**
     * The string with its text mapped (upper case and the like). Runs are mapped one by one; where the whole maps
     * otherwise than its runs (a final sigma between two origins), all of it counts as untrusted.
     */
    JinjaString map(UnaryOperator<String> mapping) {
        String whole = mapping.apply(text);
        if (flips.length == 0) {
            return of(whole, trusted);
        }
        StringBuilder joined = new StringBuilder();
        List<Integer> ends = new ArrayList<>();
        for (RenderedPrompt.Segment run : segments()) {
            joined.append(mapping.apply(text.substring(run.start(), run.end())));
            ends.add(joined.length());
        }
        if (!whole.contentEquals(joined) || ends.stream().distinct().count() < ends.size()) {
            return of(whole, false);
        }
        int[] mapped = ends.subList(0, ends.size() - 1).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        return new JinjaString(whole, trusted, mapped);
    }

    /** The runs of one origin, in order. */
    List<RenderedPrompt.Segment> segments() {
        List<RenderedPrompt.Segment> runs = new ArrayList<>();
        int start = 0;
        boolean origin = trusted;
        for (int flip : flips) {
            runs.add(new RenderedPrompt.Segment(start, flip, origin));
            start = flip;
            origin = !origin;
        }
        if (start < text.length()) {
            runs.add(new RenderedPrompt.Segment(start, text.length(), origin));
        }
        return runs;
    }

    @Override
    public String toString() {
        return text;
    }
}
