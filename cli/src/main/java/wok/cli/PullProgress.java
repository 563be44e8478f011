package wok.cli;

import wok.hub.ProgressListener;

/** A pull on standard error: a bar for bytes, a line for everything else. One thread at a time. */
final class PullProgress implements ProgressListener, AutoCloseable {
    private final Streams streams;
    private final ProgressBar bar;

    PullProgress(Streams streams) {
        this.streams = streams;
        this.bar = new ProgressBar(streams, System::nanoTime);
    }

    @Override
    public void progress(String what, long bytes, long total) {
        bar.update(what, bytes, total);
    }

    @Override
    public void phase(Phase phase, String what) {
        bar.close();
        String words = TerminalText.oneLine(what);
        switch (phase) {
            case LOOKING_UP -> say("looking up " + words);
            case WAITING -> say("waiting for another wok that pulls " + words);
            case RUNNING_CLIENT -> say("running " + words);
            case EXTRACTING -> say("unpacking " + words);
            case SOURCE_FAILED -> streams.err().line(streams.errorPaint().yellow("that source did not work: ") + words);
            case DONE -> say("stored " + words);
            case DOWNLOADING -> {} // the bar shows it
        }
    }

    private void say(String line) {
        streams.err().line(streams.errorPaint().dim(line));
    }

    @Override
    public void close() {
        bar.close();
    }
}
