package wok.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Text to standard output or standard error, as UTF-8 and unbuffered: every call reaches the reader. A reader that has
 * gone away ({@code wok … | head}) ends the command through {@link ReaderGone}. Any thread; one call is written whole.
 */
final class Output {

    /** Nobody reads any more. Not a failure: the command ends quietly. */
    static final class ReaderGone extends RuntimeException {
        private static final long serialVersionUID = 1;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }

    /** A pipe or a connection without a reader. */
    private static final List<String> GONE = List.of("Broken pipe", "Connection reset", "pipe is being closed");

    private final OutputStream stream;

    Output(OutputStream stream) {
        this.stream = stream;
    }

    /**
     * Writes and flushes; lone surrogates become U+FFFD.
     *
     * @throws ReaderGone if nobody reads any more
     * @throws CliException if the text can't be written for another reason, such as a full disk
     */
    synchronized void print(String text) {
        try {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
            stream.flush();
        } catch (IOException e) {
            if (isOfReader(e)) {
                throw new ReaderGone(e);
            }
            throw CliException.failed("output: can't be written: " + e.getMessage());
        }
    }

    /** Java tells errors of the system apart by their words alone. */
    private static boolean isOfReader(IOException e) {
        String words = String.valueOf(e.getMessage());
        return GONE.stream().anyMatch(words::contains);
    }

    /** As {@link #print}, with a line end. */
    void line(String text) {
        print(text + "\n");
    }
}
