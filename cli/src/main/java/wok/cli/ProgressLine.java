package wok.cli;

/** How far a count of steps is: one line written over on a terminal, otherwise a line every tenth of the way. One thread. */
final class ProgressLine implements AutoCloseable {
    private static final int LINES_MAX = 10;

    private final Streams streams;

    ProgressLine(Streams streams) {
        this.streams = streams;
    }

    void say(String line, long done, long total) {
        if (streams.canRewriteLines()) {
            streams.err().print("\r\u001b[K" + line);
        } else if (done == total || done * LINES_MAX / total != (done - 1) * LINES_MAX / total) {
            streams.err().line(line);
        }
    }

    @Override
    public void close() {
        if (streams.canRewriteLines()) {
            streams.err().print("\r\u001b[K");
        }
    }
}
