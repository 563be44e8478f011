package wok.engine;

import java.util.List;
import java.util.Optional;

/**
 * Lets text through until a stop string is complete; text that may be the beginning of one waits. The first string to
 * be complete wins, of those complete at the same character the longest. Nothing of a stop string is ever let through,
 * nor anything after it. One owner thread.
 */
final class StopStrings {
    private final List<TextPattern> patterns;
    private final int[] states;
    private final StringBuilder waiting = new StringBuilder();
    private Optional<String> met = Optional.empty();

    StopStrings(List<String> stops) {
        patterns = stops.stream().map(TextPattern::new).toList();
        states = new int[stops.size()];
    }

    /** The text that is certain now; empty once a stop string was met. */
    String accept(String text) {
        if (met.isPresent()) {
            return "";
        }
        if (patterns.isEmpty()) {
            return text;
        }
        for (int i = 0; i < text.length(); i++) {
            waiting.append(text.charAt(i));
            advance(text.charAt(i));
            if (met.isPresent()) {
                return take(waiting.length() - met.get().length());
            }
        }
        return take(waiting.length() - longestState());
    }

    private void advance(char next) {
        for (int p = 0; p < states.length; p++) {
            TextPattern pattern = patterns.get(p);
            states[p] = pattern.advance(states[p], next);
            if (states[p] == pattern.length()
                    && met.map(best -> best.length() < pattern.length()).orElse(true)) {
                met = Optional.of(pattern.text());
            }
        }
    }

    private int longestState() {
        int longest = 0;
        for (int state : states) {
            longest = Math.max(longest, state);
        }
        return longest;
    }

    /** The stop string that ended the text. */
    Optional<String> met() {
        return met;
    }

    /** How many characters wait. */
    int waiting() {
        return waiting.length();
    }

    /** The end has come: what waited and did not become a stop string. */
    String finish() {
        return met.isPresent() ? "" : take(waiting.length());
    }

    private String take(int count) {
        String taken = waiting.substring(0, count);
        waiting.delete(0, count);
        return taken;
    }
}
