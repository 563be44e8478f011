package wok.model;

/** Which of the positions up to its own a position sees. */
public sealed interface AttentionSpan {
    /** All. */
    record Full() implements AttentionSpan {}

    /**
     * Its own and those just before.
     *
     * @param positions how many, itself included
     */
    record Window(int positions) implements AttentionSpan {
        public Window {
            ConfigRule.require(
                    positions >= 1, "window (sliding_window, attention.sliding_window)", positions, "1 or more");
        }
    }

    /**
     * Those of its chunk of the sequence: Llama 4.
     *
     * @param positions a chunk's length
     */
    record Chunk(int positions) implements AttentionSpan {
        public Chunk {
            ConfigRule.require(positions >= 1, "chunk (attention_chunk_size)", positions, "1 or more");
        }
    }

    /** A window of so many positions; 0 = all. */
    static AttentionSpan window(int positions) {
        return positions == 0 ? new Full() : new Window(positions);
    }
}
