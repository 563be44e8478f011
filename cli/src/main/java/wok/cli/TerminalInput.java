package wok.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jline.keymap.KeyMap;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.Widget;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * A line editor with history and completion. A message of several lines is written between {@code """}, or with Alt-Enter,
 * or with a backslash before each line end; pasted lines stay together. One thread.
 */
final class TerminalInput implements ChatInput {
    private static final String PROMPT = ">>> ";
    private static final String MORE = "... ";

    private static final int COLUMNS_USUAL = 80;
    private static final int ROWS_USUAL = 24;

    private final Terminal terminal;
    private final LineReader reader;

    private TerminalInput(Terminal terminal, LineReader reader) {
        this.terminal = terminal;
        this.reader = reader;
    }

    /**
     * Takes the process's terminal.
     *
     * @param history where entries are remembered; made when missing
     * @param commands what can be completed at the start of a line
     */
    static TerminalInput open(Path history, List<String> commands) {
        try {
            Terminal terminal = TerminalBuilder.builder()
                    .system(true)
                    .dumb(true)
                    .encoding(StandardCharsets.UTF_8)
                    .nativeSignals(true)
                    .graphemeCluster(false)
                    .build();
            return of(terminal, history, commands);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On a terminal that the caller made; closed with this. */
    static TerminalInput of(Terminal terminal, Path history, List<String> commands) {
        if (terminal.getColumns() <= 0 || terminal.getRows() <= 0) {
            terminal.setSize(Size.of(COLUMNS_USUAL, ROWS_USUAL)); // the editor can't draw where there is no room
        }
        Attributes attributes = terminal.getAttributes();
        attributes.setLocalFlag(Attributes.LocalFlag.ECHO, false); // the editor echoes; nothing else may, in an answer
        terminal.setAttributes(attributes);
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("wok")
                .parser(new EntryParser())
                .completer(new StringsCompleter(commands))
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, MORE)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_IGNORE_DUPS, true)
                .build();
        remember(reader, history);
        breakLinesWithAltEnter(reader);
        return new TerminalInput(terminal, reader);
    }

    /** A folder that can't be written costs the history, not the chat. */
    private static void remember(LineReader reader, Path history) {
        try {
            Files.createDirectories(history.toAbsolutePath().getParent());
            reader.setVariable(LineReader.HISTORY_FILE, history);
        } catch (IOException e) {
            reader.setVariable(LineReader.DISABLE_HISTORY, true);
        }
    }

    private static void breakLinesWithAltEnter(LineReader reader) {
        Widget breakLine = () -> {
            reader.getBuffer().write("\n");
            return true;
        };
        Optional.ofNullable(reader.getKeyMaps().get(LineReader.MAIN))
                .ifPresent(keys -> keys.bind(breakLine, KeyMap.alt('\r'), KeyMap.alt('\n')));
    }

    @Override
    public Entry read() {
        try {
            return new Entry.Words(unquoted(reader.readLine(PROMPT)));
        } catch (UserInterruptException e) {
            return new Entry.Interrupted();
        } catch (EndOfFileException e) {
            return new Entry.End();
        }
    }

    /** Without the marks that held several lines together. */
    static String unquoted(String entry) {
        String text = entry.strip();
        if (text.length() >= 6 && text.startsWith(PlainInput.QUOTES) && text.endsWith(PlainInput.QUOTES)) {
            return text.substring(3, text.length() - 3).strip();
        }
        return entry.replace("\\\n", "\n");
    }

    /** Whether the entry goes on in the next line. */
    static boolean unfinished(String entry) {
        String text = entry.strip();
        boolean open = text.startsWith(PlainInput.QUOTES) && (text.length() < 6 || !text.endsWith(PlainInput.QUOTES));
        return open || entry.endsWith("\\");
    }

    @Override
    public void onInterrupt(Runnable action) {
        terminal.handle(Terminal.Signal.INT, signal -> action.run());
    }

    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole entry is one word: no quotes, no escapes. */
    private static final class EntryParser implements Parser {
        private final DefaultParser words =
                new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]);

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && unfinished(line)) {
                throw new EOFError(-1, cursor, "the entry goes on");
            }
            return words.parse(line, cursor, context);
        }

        @Override
        public boolean isEscapeChar(char c) {
            return false;
        }
    }
}
