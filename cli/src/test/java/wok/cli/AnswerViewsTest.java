package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerViewsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Streams streams(boolean terminal) {
        return new Streams(
                InputStream.nullInputStream(),
                new Output(out),
                new Output(err),
                false,
                terminal,
                false,
                80,
                Map.of("TERM", "xterm"));
    }

    private static void show(AnswerReader.View view) {
        view.reasoning("hm \u001b[2J");
        view.reasoning("so");
        view.text("Yes ");
        view.text("\u001b[2J**no**");
        view.finished();
    }

    @Test
    void dimsThoughtsOnATerminalAndShowsControlCharacters() {
        show(AnswerViews.suiting(streams(true), "waiting"));
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("\u001b[2mhm ␛[2J\u001b[22m\u001b[2mso\u001b[22m\n\nYes ␛[2J\u001b[1mno\u001b[22m\n");
    }

    @Test
    void keepsThoughtsOutOfAPipeWhichGetsTheVeryText() {
        show(AnswerViews.suiting(streams(false), "waiting"));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Yes \u001b[2J**no**\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("hm \u001b[2Jso\n");
    }

    @Test
    void printsALineOfJsonForEachPiece() {
        show(AnswerViews.jsonLines(streams(false)));
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "{\"reasoning\":\"hm \\u001b[2J\"}",
                        "{\"reasoning\":\"so\"}",
                        "{\"text\":\"Yes \"}",
                        "{\"text\":\"\\u001b[2J**no**\"}");
    }
}
