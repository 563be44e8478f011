package wok.tokenizer;

/**
 * Turns token ids into text as they come. What all calls return, joined, is what {@link Tokenizer#decode} returns for
 * all the ids. One stream, one thread.
 */
public interface StreamingDecoder {

    /**
     * The text that has become certain with this token: whole code points, often empty in the middle of a character.
     *
     * @throws TokenizerException if the id is outside the vocabulary
     */
    String accept(int id);

    /** What was held back, broken bytes as U+FFFD. Afterwards the decoder starts anew. */
    String finish();
}
