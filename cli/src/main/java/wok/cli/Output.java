package wok.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

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

    private final OutputStream stream;

    Output(OutputStream stream) {
        this.stream = stream;
    }

    /**
     * Writes and flushes; lone surrogates become U+FFFD.
     *
     * @throws ReaderGone if the text can't be written
     */
    synchronized void print(String text) {
        try {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
            stream.flush();
        } catch (IOException e) {
            throw new ReaderGone(e);
        }
    }

    /** As {@link #print}, with a line end. */
    void line(String text) {
        print(text + "\n");
    }
}
