package wok.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/**
 * All that a command may read and write: passed in, so that tests run commands in this process. Commands write answers
 * to {@code out}, and everything else to {@code err}. Any thread.
 *
 * @param inputIsTerminal whether a person types at {@code in}; likewise for the other two
 * @param columns the width of the terminal behind {@code err}; 0 when it is not known
 * @param environment environment variables
 */
record Streams(
        InputStream in,
        Output out,
        Output err,
        boolean inputIsTerminal,
        boolean outputIsTerminal,
        boolean errorsAreTerminal,
        int columns,
        Map<String, String> environment) {

    private static final int COLUMNS_DEFAULT = 100;

    /**
     * The process's own streams. The launcher says which descriptors are terminals ({@code -Dwok.terminals=012}), since
     * Java can't ask for one descriptor, and passes the real standard error as descriptor 3 (see the script {@code
     * wok}). Started without it, there are no terminals.
     */
    static Streams ofProcess() {
        String terminals = System.getProperty("wok.terminals", "");
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                new Output(new FileOutputStream(FileDescriptor.out)),
                new Output(standardError()),
                terminals.contains("0"),
                terminals.contains("1"),
                terminals.contains("2"),
                Integer.getInteger("wok.columns", 0),
                System.getenv());
    }

    private static OutputStream standardError() {
        if (System.getProperty("wok.terminals") != null) {
            try {
                return new FileOutputStream("/dev/fd/3", true);
            } catch (FileNotFoundException e) {
                // A socket, or a terminal of another user: it can't be opened by name. The filtered one serves.
                return new FileOutputStream(FileDescriptor.err);
            }
        }
        return new FileOutputStream(FileDescriptor.err);
    }

    /** Colours for answers: none unless {@code out} is a terminal that takes them. */
    Paint paint() {
        return Paint.of(outputIsTerminal && coloursWanted());
    }

    /** Colours for progress and errors. */
    Paint errorPaint() {
        return Paint.of(errorsAreTerminal && coloursWanted());
    }

    /** Whether lines on {@code err} can be written over. */
    boolean canRewriteLines() {
        return errorsAreTerminal && !dumb();
    }

    /** The terminal's width, or a usual one. */
    int width() {
        return columns > 0 ? columns : COLUMNS_DEFAULT;
    }

    /** Model text for {@code out}: as it is for a pipe or a file, without control characters for a terminal. */
    String shown(String text) {
        return outputIsTerminal ? TerminalText.harmless(text) : text;
    }

    private boolean dumb() {
        return environment.getOrDefault("TERM", "").equals("dumb");
    }

    private boolean coloursWanted() {
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && !dumb();
    }
}
