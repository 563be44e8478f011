package wok.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/**
 * Counts how many tokens have come since the last one in which one of DRY's sequence breakers ended. Breakers are
 * looked for in the bytes of the tokens, so they may span tokens or be part of one. One owner thread.
 */
final class SequenceBreakers {
    private final Vocabulary vocabulary;
    private final List<TextPattern> patterns;
    private final int[] states;
    private int since;

    SequenceBreakers(Vocabulary vocabulary, List<String> breakers) {
        this.vocabulary = vocabulary;
        // A character of these patterns is a byte: ISO 8859-1 maps the 256 bytes to the first 256 characters.
        patterns = breakers.stream()
                .map(text -> new TextPattern(new String(text.getBytes(UTF_8), ISO_8859_1)))
                .toList();
        states = new int[patterns.size()];
    }

    void accept(int id) {
        since++;
        for (byte value : vocabulary.bytes(id)) {
            if (ends((char) (value & 0xFF))) {
                since = 0;
            }
        }
    }

    private boolean ends(char next) {
        boolean ended = false;
        for (int p = 0; p < states.length; p++) {
            states[p] = patterns.get(p).advance(states[p], next);
            ended |= states[p] == patterns.get(p).length();
        }
        return ended;
    }

    int since() {
        return since;
    }
}
