package wok.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The search for all matches of a {@link LinearRegex} in one text, left to right. One use, one thread.
 *
 * <p>An attempt may look far beyond the match it ends with ({@code \s+$} in a run of spaces before a letter), and the
 * next attempt would look there again. So the states in which an attempt stood beyond its last match are kept by
 * place: an attempt that comes to the same state at the same place knows that nothing will match from here, and stops.
 */
final class RegexScan {
    /** Looking this far ahead is not worth remembering. */
    private static final int AHEAD_FREE = 16;

    private final LinearRegex regex;
    private final String text;
    private final int from;
    private final int to;
    private LinearRegex.@Nullable State[] hopeless = new LinearRegex.State[0];
    private int start;
    private int end;

    RegexScan(LinearRegex regex, String text, int from, int to) {
        this.regex = regex;
        this.text = text;
        this.from = from;
        this.to = to;
        this.start = from;
        this.end = from;
    }

    /** Where the match begins that {@link #find} found. */
    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Goes to the first match at or behind a place. */
    boolean find(int place) {
        int at = place;
        while (at <= to) {
            int found = matchEnd(at);
            if (found >= 0) {
                start = at;
                end = found;
                return true;
            }
            if (at == to) {
                return false;
            }
            at += Character.charCount(text.codePointAt(at));
        }
        return false;
    }

    private int matchEnd(int begin) {
        LinearRegex.State state =
                regex.start(begin > from ? regex.classOf(text.codePointBefore(begin)) : LinearRegex.END);
        int at = begin;
        int last = -1;
        int quiet = begin; // no match between here and at
        while (true) {
            int codePoint = at < to ? text.codePointAt(at) : -1;
            LinearRegex.Edge edge = regex.edge(state, codePoint < 0 ? LinearRegex.END : regex.classOf(codePoint));
            if (edge.matchesHere()) {
                forget(quiet + AHEAD_FREE, at);
                last = at;
                quiet = at;
            }
            state = edge.target();
            if (codePoint < 0 || state.isDead()) {
                return last;
            }
            at += Character.charCount(codePoint);
            if (at - quiet > AHEAD_FREE && known(at, state)) {
                return last;
            }
        }
    }

    /** Whether nothing matches from this state at this place; if that is new, supposes it until {@link #forget}. */
    private boolean known(int at, LinearRegex.State state) {
        int index = at - from;
        if (index >= hopeless.length) {
            hopeless = Arrays.copyOf(hopeless, Math.min(Math.max(64, 2 * index), to - from) + 1);
        }
        if (hopeless[index] == state) {
            return true;
        }
        hopeless[index] = state;
        return false;
    }

    private void forget(int after, int upTo) {
        if (upTo > after) {
            Arrays.fill(hopeless, after - from, upTo - from + 1, null);
        }
    }
}
