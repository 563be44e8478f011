package wok.cli;

/** Where the words of a chat come from. One thread; {@link #onInterrupt} tells when Ctrl-C comes during an answer. */
interface ChatInput extends AutoCloseable {

    /** What was read. */
    sealed interface Entry {
        /** A message or a command, without its line end; several lines if it was written so. */
        record Words(String text) implements Entry {}

        /** Ctrl-C at the prompt. */
        record Interrupted() implements Entry {}

        /** Ctrl-D, or the end of a file. */
        record End() implements Entry {}
    }

    /** Waits for the next entry. */
    Entry read();

    /** What Ctrl-C does while nothing is being read; called on a thread of the system's. */
    void onInterrupt(Runnable action);

    @Override
    void close();
}
