package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    @Test
    void cutsAtAStopStringThatSpansPieces() {
        StopStrings stops = new StopStrings(List.of("STOP"));
        assertThat(stops.accept("go S")).isEqualTo("go ");
        assertThat(stops.accept("TO")).isEmpty();
        assertThat(stops.accept("P here")).isEmpty();
        assertThat(stops.met()).contains("STOP");
        assertThat(stops.accept("more")).isEmpty();
        assertThat(stops.finish()).isEmpty();
    }

    @Test
    void givesBackWhatDidNotBecomeAStopString() {
        StopStrings stops = new StopStrings(List.of("aab"));
        assertThat(stops.accept("aa")).isEmpty();
        assertThat(stops.accept("a")).isEqualTo("a");
        assertThat(stops.accept("c")).isEqualTo("aac");
        assertThat(stops.accept("aa")).isEmpty();
        assertThat(stops.finish()).isEqualTo("aa");
        assertThat(stops.met()).isEmpty();
    }

    @Test
    void theLongerOfTwoThatEndTogetherWins() {
        StopStrings stops = new StopStrings(List.of("b", "ab"));
        assertThat(stops.accept("xab")).isEqualTo("x");
        assertThat(stops.met()).contains("ab");
    }

    @Test
    void whateverThePiecesTheTextIsTheSame() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 5000; round++) {
            String text = letters(random, random.nextInt(40));
            List<String> patterns =
                    List.of(letters(random, 1 + random.nextInt(5)), letters(random, 1 + random.nextInt(5)));
            StopStrings stops = new StopStrings(patterns);
            StringBuilder shown = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int to = Math.min(text.length(), at + random.nextInt(4));
                shown.append(stops.accept(text.substring(at, to)));
                String expected = before(text, patterns);
                assertThat(expected).startsWith(shown.toString());
                at = to;
            }
            shown.append(stops.finish());
            assertThat(shown.toString()).isEqualTo(before(text, patterns));
            assertThat(stops.met().isPresent()).isEqualTo(patterns.stream().anyMatch(text::contains));
        }
    }

    private static String letters(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    /** The text before the pattern that is complete first. */
    private static String before(String text, List<String> patterns) {
        for (int end = 1; end <= text.length(); end++) {
            int longest = 0;
            for (String pattern : patterns) {
                if (text.substring(0, end).endsWith(pattern)) {
                    longest = Math.max(longest, pattern.length());
                }
            }
            if (longest > 0) {
                return text.substring(0, end - longest);
            }
        }
        return text;
    }
}
