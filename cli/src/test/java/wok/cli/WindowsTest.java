package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowsTest {

    @Test
    void countsEveryTokenOnceWithEnoughBeforeIt() {
        for (OptionalInt beginning : new OptionalInt[] {OptionalInt.empty(), OptionalInt.of(1000)}) {
            for (int length = 2; length < 60; length++) {
                for (int stride = 1; stride < 8; stride++) {
                    Windows windows = Windows.of(IntStream.range(0, length).toArray(), beginning, 8, stride);
                    int[] counted = new int[length];
                    for (int window = 0; window < windows.count(); window++) {
                        int[] tokens = windows.tokens(window);
                        assertThat(tokens.length).isLessThanOrEqualTo(8);
                        for (int i = windows.firstCounted(window); i < tokens.length; i++) {
                            counted[tokens[i]]++;
                            assertThat(window == 0 || i >= 8 - stride).isTrue();
                        }
                    }
                    int[] expected = new int[length];
                    Arrays.fill(expected, 1);
                    expected[0] = beginning.isPresent() ? 1 : 0;
                    assertThat(counted).isEqualTo(expected);
                    assertThat(windows.counted())
                            .isEqualTo(Arrays.stream(counted).sum());
                }
            }
        }
    }

    @Test
    void putsTheBeginningInFrontOfEveryWindow() {
        Windows windows = Windows.of(new int[] {5, 6, 7, 8, 9}, OptionalInt.of(1), 3, 2);
        assertThat(windows.tokens(0)).containsExactly(1, 5, 6);
        assertThat(windows.tokens(1)).containsExactly(1, 7, 8);
        assertThat(windows.tokens(2)).containsExactly(1, 9);
        assertThat(windows.count()).isEqualTo(3);
    }
}
