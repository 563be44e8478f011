package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();

    private ProgressBar bar(boolean terminal) {
        Streams streams = new Streams(
                new ByteArrayInputStream(new byte[0]),
                new Output(new ByteArrayOutputStream()),
                new Output(err),
                false,
                false,
                terminal,
                120,
                Map.of("TERM", "xterm"));
        return new ProgressBar(streams, clock::get);
    }

    @Test
    void showsRateAndTimeLeftOnATerminal() {
        try (ProgressBar bar = bar(true)) {
            bar.update("model.gguf", 0, 100_000_000);
            clock.set(2_000_000_000L);
            bar.update("model.gguf", 50_000_000, 100_000_000);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(
                        "\r\u001b[Kmodel.gguf  50% ▕████████████            ▏ 50.0 MB of 100 MB, 25.0 MB/s, 2.0 s left")
                .endsWith("\n");
    }

    @Test
    void countsOnlyWhatCameInThisPullForTheRate() {
        try (ProgressBar bar = bar(true)) {
            bar.update("model.gguf", 40_000_000, 100_000_000);
            clock.set(1_000_000_000L);
            bar.update("model.gguf", 50_000_000, 100_000_000);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("10.0 MB/s, 5.0 s left");
    }

    @Test
    void printsALineForEachTenthElsewhere() {
        try (ProgressBar bar = bar(false)) {
            for (int i = 0; i <= 1000; i++) {
                bar.update("f", i, 1000);
            }
        }
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(11);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .doesNotContain("\u001b")
                .doesNotContain("\r");
    }

    @Test
    void neutralisesHostileFileNames() {
        try (ProgressBar bar = bar(false)) {
            bar.update("\u001b[2Jx", 1, 1);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .doesNotContain("\u001b")
                .contains("␛[2Jx");
    }
}
