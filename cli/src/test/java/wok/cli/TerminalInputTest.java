package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalInputTest {
    @TempDir
    Path folder;

    private TerminalInput input(String typed) throws IOException {
        Terminal terminal = new DumbTerminal(
                "test",
                "ansi",
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new ByteArrayOutputStream(),
                StandardCharsets.UTF_8);
        return TerminalInput.of(terminal, folder.resolve("home/history"), List.of("/help", "/exit"));
    }

    private static String words(ChatInput input) {
        return ((ChatInput.Entry.Words) input.read()).text();
    }

    @Test
    void readsLinesUntilTheEnd() throws IOException {
        try (TerminalInput input = input("héllo\rworld\r")) {
            assertThat(words(input)).isEqualTo("héllo");
            assertThat(words(input)).isEqualTo("world");
            assertThat(input.read()).isEqualTo(new ChatInput.Entry.End());
        }
    }

    @Test
    void readsMessagesOfSeveralLines() throws IOException {
        try (TerminalInput input = input("\"\"\"one\rtwo\"\"\"\rthree\\\rfour\rfive\u001b\rsix\r")) {
            assertThat(words(input)).isEqualTo("one\ntwo");
            assertThat(words(input)).isEqualTo("three\nfour");
            assertThat(words(input)).isEqualTo("five\nsix");
        }
    }

    @Test
    void keepsQuotesAndBackslashesInsideALine() throws IOException {
        try (TerminalInput input = input("it's \"C:\\new\" !1\r")) {
            assertThat(words(input)).isEqualTo("it's \"C:\\new\" !1");
        }
    }

    @Test
    void completesCommands() throws IOException {
        try (TerminalInput input = input("/he\t\r")) {
            assertThat(words(input).strip()).isEqualTo("/help");
        }
    }

    @Test
    void remembersEntries() throws IOException {
        try (TerminalInput input = input("first\rsecond\r")) {
            words(input);
            words(input);
        }
        assertThat(Files.readString(folder.resolve("home/history")))
                .contains("first")
                .contains("second");
    }
}
