package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasoningSplitterTest {

    private static final class Pieces implements ReasoningSplitter.Sink {
        final StringBuilder reasoning = new StringBuilder();
        final StringBuilder answer = new StringBuilder();
        long lastEnd;

        @Override
        public void reasoning(String text, long end) {
            assertThat(answer).isEmpty();
            reasoning.append(text);
            checkEnd(text, end);
        }

        @Override
        public void answer(String text, long end) {
            answer.append(text);
            checkEnd(text, end);
        }

        private void checkEnd(String text, long end) {
            assertThat(text).isNotEmpty();
            assertThat(end).isGreaterThanOrEqualTo(lastEnd + text.length());
            lastEnd = end;
        }
    }

    private static Pieces split(ReasoningOptions options, String text, SplittableRandom random) {
        Pieces pieces = new Pieces();
        ReasoningSplitter splitter = new ReasoningSplitter(options, pieces);
        for (int at = 0; at < text.length(); ) {
            int to = Math.min(text.length(), at + random.nextInt(6));
            splitter.accept(text.substring(at, to));
            assertThat(pieces.lastEnd).isLessThanOrEqualTo(to);
            at = to;
        }
        splitter.finish();
        return pieces;
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "false|<think>hm</think>yes|hm|yes",
                "false|  <think> hm </think>  yes |hm |yes ",
                "false|plain <think>no</think>||plain <think>no</think>",
                "false|  plain||  plain",
                "false|<thin||<thin",
                "false|<think>never closed</thi|never closed</thi|",
                "false|<think>a<</think>b</think>c|a<|b</think>c",
                "true|hm</think>yes|hm|yes",
                "true|<think>hm</think>yes|hm|yes",
                "true|</think>yes||yes",
                "true|<thin</think>yes|<thin|yes",
                "true|no end|no end|",
            })
    void tellsThinkingFromAnswering(boolean inside, String text, String reasoning, String answer) {
        SplittableRandom random = new SplittableRandom(1);
        ReasoningOptions options = ReasoningOptions.THINK.withStartsInside(inside);
        for (int round = 0; round < 50; round++) {
            Pieces pieces = split(options, text, random);
            assertThat(pieces.reasoning.toString()).isEqualTo(reasoning == null ? "" : reasoning);
            assertThat(pieces.answer.toString()).isEqualTo(answer == null ? "" : answer);
        }
    }

    @Test
    void splitsTheSameAtWhateverBoundaries() {
        SplittableRandom random = new SplittableRandom(2);
        String[] parts = {"<think>", "</think>", "<", "th", "ink>", "/", " ", "\n", "a", "b<", "é"};
        for (int round = 0; round < 5000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(10); i >= 0; i--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            ReasoningOptions options = ReasoningOptions.THINK.withStartsInside(random.nextBoolean());
            Pieces pieces = split(options, text.toString(), random);
            String[] expected = whole(text.toString(), options);
            assertThat(pieces.reasoning.toString()).as(text.toString()).isEqualTo(expected[0]);
            assertThat(pieces.answer.toString()).as(text.toString()).isEqualTo(expected[1]);
        }
    }

    /** The rules applied to the whole text at once. */
    private static String[] whole(String text, ReasoningOptions options) {
        String thought = text;
        if (text.stripLeading().startsWith(options.open())) {
            thought = text.stripLeading().substring(options.open().length()).stripLeading();
        } else if (!options.startsInside()) {
            return new String[] {"", text};
        }
        int close = thought.indexOf(options.close());
        if (close < 0) {
            return new String[] {thought, ""};
        }
        String answer = thought.substring(close + options.close().length()).stripLeading();
        return new String[] {thought.substring(0, close), answer};
    }

    @Test
    void otherTagsWork() {
        ReasoningOptions options = new ReasoningOptions("[THINK]", "[/THINK]", false, -1);
        Pieces pieces = split(options, "[THINK]<think>[/THINK]</think>", new SplittableRandom(3));
        assertThat(pieces.reasoning.toString()).isEqualTo("<think>");
        assertThat(pieces.answer.toString()).isEqualTo("</think>");
    }

    @Test
    void withoutTagsEverythingIsAnswer() {
        Pieces pieces = split(ReasoningOptions.NONE, " <think>\0x</think>", new SplittableRandom(3));
        assertThat(pieces.answer.toString()).isEqualTo(" <think>\0x</think>");
    }
}
