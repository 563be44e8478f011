package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import wok.testkit.RandomText;

/** A megabyte of anything takes four times as long as a quarter of one, not sixteen times. */
class LinearTimeTest {
    private static final int LARGE = 1 << 20;
    private static final int SMALL = LARGE / 4;

    /** Linear is 4; n log n and a noisy machine stay below this, a square would be 16. */
    private static final double RATIO_MAX = 10;

    /** Below this a megabyte was not looked at a million times; above, the growth is measured. */
    private static final long NANOS_FREE = 3_000_000_000L;

    static Stream<Arguments> texts() {
        List<String> patterns =
                List.of("a", " ", "\n", "\ud83d\ude42", "1", "\u0301", "aA", " \n", "'", "     x", "\u2581");
        return Stream.of("llama", "qwen2", "deepseek_v2", "phi3", "mistral", "bert")
                .flatMap(folder -> Stream.concat(
                        patterns.stream().map(pattern -> Arguments.of(folder, pattern)),
                        Stream.of(Arguments.of(folder, "random"))));
    }

    @ParameterizedTest
    @MethodSource("texts")
    @Timeout(60)
    void timeGrowsWithTheText(String folder, String pattern) {
        Tokenizer tokenizer = Goldens.tokenizer(Path.of("src", "test", "resources", "goldens", folder));
        String large = pattern.equals("random")
                ? RandomText.of(new Random(7), LARGE)
                : pattern.repeat(LARGE / pattern.length());
        long nanosLarge = encodeNanos(tokenizer, large);
        if (nanosLarge > NANOS_FREE) {
            long nanosSmall = encodeNanos(tokenizer, large.substring(0, SMALL));
            assertThat((double) nanosLarge / nanosSmall).isLessThan(RATIO_MAX);
        }
    }

    private static long encodeNanos(Tokenizer tokenizer, String text) {
        long start = System.nanoTime();
        int[] ids = tokenizer.encode(text, EncodeOptions.SPECIAL);
        long nanos = System.nanoTime() - start;
        assertThat(ids.length).isLessThanOrEqualTo(4 * text.length() + 1);
        return nanos;
    }
}
