package wok.hub;

/**
 * Hears how far a pull is. Called from the thread that pulls, up to a few times a second; an implementation must return
 * quickly and must not throw. Rendering (a bar, a line, nothing) is the caller's.
 */
@FunctionalInterface
public interface ProgressListener {

    /** What a pull is doing. */
    enum Phase {
        /** Asking a source which files it has. */
        LOOKING_UP,
        /** Another process is pulling the same thing: its result will be used. */
        WAITING,
        /** Bytes come over the network. */
        DOWNLOADING,
        /** A package client of the user's (pip, npm, mvn) is running. */
        RUNNING_CLIENT,
        /** A file is being taken out of an archive. */
        EXTRACTING,
        /** A source did not work; the next one is tried. */
        SOURCE_FAILED,
        /** The model is in the store. */
        DONE
    }

    /**
     * More bytes are there.
     *
     * @param what the file's name
     * @param bytes how many are there, those of an earlier, interrupted pull included
     * @param total how many there will be; -1 when unknown
     */
    void progress(String what, long bytes, long total);

    /**
     * A new phase began.
     *
     * @param what one line for a person: a file, a command, or why a source failed
     */
    default void phase(Phase phase, String what) {}

    /** Listens to nothing. */
    static ProgressListener none() {
        return (what, bytes, total) -> {};
    }
}
