package wok.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far a transfer is, with its rate and the time left: one line that is written over on a terminal, otherwise a line
 * every tenth of the way. One thread at a time.
 */
final class ProgressBar implements AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR_COLUMNS = 24;
    private static final int LINES_MAX = 10;

    private final Streams streams;
    private final LongSupplier nanoTime;
    private final long started;
    private String what = "";
    private long firstDone = -1;
    private long drawn = Long.MIN_VALUE;
    private long tenths = -1;
    private boolean lineOpen;

    ProgressBar(Streams streams, LongSupplier nanoTime) {
        this.streams = streams;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
    }

    /** @param total in the same unit as {@code done} (bytes); 0 or less when it is not known */
    void update(String name, long done, long total) {
        if (firstDone < 0) {
            firstDone = done;
        }
        if (!name.equals(what)) {
            endLine();
            what = name;
            tenths = -1;
            drawn = Long.MIN_VALUE;
        }
        long now = nanoTime.getAsLong();
        if (streams.canRewriteLines()) {
            if (drawn == Long.MIN_VALUE || now - drawn >= REDRAW_NANOS || done == total) {
                drawn = now;
                streams.err().print("\r\u001b[K" + line(done, total, now));
                lineOpen = true;
            }
        } else if (total > 0 && done * LINES_MAX / total != tenths) {
            tenths = done * LINES_MAX / total;
            streams.err().line(line(done, total, now));
        }
    }

    private String line(long done, long total, long now) {
        double rate = (done - Math.max(0, firstDone)) / Math.max(1e-9, (now - started) / 1e9);
        StringBuilder line = new StringBuilder(TerminalText.shortened(what, Math.max(12, streams.width() - 75)));
        if (total > 0) {
            line.append(String.format(Locale.ROOT, " %3d%%", done * 100 / total));
            if (streams.canRewriteLines()) {
                int full = (int) (done * BAR_COLUMNS / total);
                line.append(" ▕")
                        .append("█".repeat(full))
                        .append(" ".repeat(BAR_COLUMNS - full))
                        .append('▏');
            }
        }
        line.append(' ').append(Quantity.bytes(done));
        if (total > 0) {
            line.append(" of ").append(Quantity.bytes(total));
        }
        if (rate > 1) {
            line.append(", ").append(Quantity.bytes((long) rate)).append("/s");
        }
        if (rate > 1 && done < total) {
            line.append(", ")
                    .append(Quantity.duration((long) ((total - done) / rate * 1e9)))
                    .append(" left");
        }
        return line.toString();
    }

    private void endLine() {
        if (lineOpen) {
            streams.err().print("\n");
            lineOpen = false;
        }
    }

    @Override
    public void close() {
        endLine();
    }
}
