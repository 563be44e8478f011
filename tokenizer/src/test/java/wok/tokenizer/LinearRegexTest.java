package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wok.testkit.RandomText;

/** The automaton finds the matches that a backtracking matcher finds. */
class LinearRegexTest {

    private static List<String> matches(String expression, String text) {
        SplitPattern pattern = SplitPattern.regex(expression);
        assertThat(pattern).isInstanceOf(SplitPattern.Linear.class);
        List<String> found = new ArrayList<>();
        pattern.matches(text, 0, text.length(), (start, end) -> found.add(start + ":" + text.substring(start, end)));
        return found;
    }

    private static List<String> backtracked(String expression, String text) {
        Matcher matcher = Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE)
                .matcher(text);
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(matcher.start() + ":" + matcher.group());
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'s|'t| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
                "a*b|a",
                "(a|ab)(c|bcd)?",
                "a{2,3}?b|b{2}",
                "(?:ab|a)+?c|.",
                "[a-c&&[^b]]+|(?i:X+)",
                "(?<=a)b|b(?=c)|^c|c$",
                "(?i)abc|[^a]b"
            })
    void agreesWithABacktrackingMatcher(String expression) {
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < 14; c++) {
                text.append("aabbcCxX 1\n\u00e9'".charAt(random.nextInt(13)));
            }
            assertThat(matches(expression, text.toString())).isEqualTo(backtracked(expression, text.toString()));
        }
        String longer = RandomText.of(random, 2000).replace("\r", "");
        assertThat(matches(expression, longer)).isEqualTo(backtracked(expression, longer));
    }

    @Test
    void looksAtARunOfSpacesOnceThoughNothingMatches() {
        String text = (" ".repeat(200_000) + "x").repeat(3);
        long start = System.nanoTime();
        assertThat(matches("\\s+$", text)).isEmpty();
        assertThat(matches("a*b|c", "a".repeat(600_000))).isEmpty();
        assertThat(matches("a*b|a", "a".repeat(300_000))).hasSize(300_000);
        assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
    }

    @Test
    void foldsCaseBeyondAscii() {
        assertThat(matches("(?i:'s|k)", "'S '\u017f \u212a")).containsExactly("0:'S", "3:'\u017f", "6:\u212a");
    }

    @Test
    void aCountFollowedByPlusIsARepetitionOfTheCount() {
        assertThat(matches("\\d{1,3}+", "1234567")).containsExactly("0:1234567");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a)\\1", "(?>ab)", "(?=ab)c", "\\p{L}++a", "(?<name>a)", "a{5000}"})
    void leavesToAnotherMatcherWhatIsNotLinear(String expression) {
        assertThatThrownBy(() -> LinearRegex.compile(expression)).isInstanceOf(RegexParser.Unsupported.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[a", "a)", "*", "[b-a]", "\\p{NoSuchProperty}"})
    void rejectsWhatIsNoExpression(String expression) {
        assertThatThrownBy(() -> SplitPattern.regex(expression)).isInstanceOf(TokenizerException.class);
    }
}
