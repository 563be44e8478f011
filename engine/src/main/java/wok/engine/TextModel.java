package wok.engine;

import wok.model.Pooling;
import wok.tokenizer.TypedTokens;

/** A model that makes one vector of a text, or a score, as the {@link Embedder}'s loop sees it. One owner thread. */
interface TextModel extends AutoCloseable {
    /** Numbers of a vector. */
    int dimensions();

    /** Tokens that a text may have. */
    int contextLength();

    /** Scores of a text; 0 if it makes none. */
    int labels();

    /** How it pools when nothing else is said. */
    Pooling pooling();

    /** Whether it can pool so. */
    boolean pools(Pooling pooling);

    /** Starts an empty batch that has room for a text of so many tokens. */
    void start(int tokens);

    boolean hasRoomFor(int tokens);

    void add(TypedTokens text);

    /** Computes the texts that were added. */
    void forward();

    /** The vector of the text that was added as number {@code text}; not normalised. */
    float[] vector(int text, Pooling pooling);

    /** The classifier's logits for it. */
    float[] scores(int text);

    String kernels();

    @Override
    void close();
}
