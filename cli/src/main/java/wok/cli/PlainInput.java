package wok.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Lines of a pipe or a file; {@code """} on a line of its own begins and ends a message of several lines. One thread. */
final class PlainInput implements ChatInput {
    static final String QUOTES = "\"\"\"";

    private final BufferedReader reader;

    PlainInput(Streams streams) {
        reader = new BufferedReader(new InputStreamReader(streams.in(), StandardCharsets.UTF_8));
    }

    @Override
    public Entry read() {
        try {
            String line = reader.readLine();
            if (line == null) {
                return new Entry.End();
            }
            return line.strip().equals(QUOTES) ? quoted() : new Entry.Words(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Entry quoted() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line = reader.readLine(); line != null && !line.strip().equals(QUOTES); line = reader.readLine()) {
            text.append(text.isEmpty() ? "" : "\n").append(line);
        }
        return new Entry.Words(text.toString());
    }

    @Override
    public void onInterrupt(Runnable action) {
        // No terminal, no Ctrl-C of its own: a signal ends the process.
    }

    @Override
    public void close() {
        // Standard input belongs to the process.
    }
}
