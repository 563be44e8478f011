package wok.engine;

/**
 * A running answer. {@link #next} is for one reader at a time; {@link #cancel} and {@link #close} may come from any
 * thread. The engine never waits for a reader: what is not read yet is joined to one event of its kind, so that a slow
 * reader costs no more memory than the answer's text and tokens.
 */
public interface Generation extends AutoCloseable {

    /**
     * Waits for the next event. After {@link GenerationEvent.Finished} or {@link GenerationEvent.Failed} it gives that
     * event again.
     *
     * @throws EngineException if the thread is interrupted while it waits (its interrupt flag stays set)
     */
    GenerationEvent next();

    /** Asks the engine to end this generation at its next step. Does nothing when it has ended. */
    void cancel();

    /** The same as {@link #cancel}: the engine takes back the memory at its next step. */
    @Override
    void close();
}
