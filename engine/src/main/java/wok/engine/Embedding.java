package wok.engine;

/**
 * The vector of a text.
 *
 * @param vector belongs to whoever asked for it
 * @param tokens how many tokens were computed, those that the tokenizer adds included
 * @param isCut whether the text was longer and its end was left out
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Embedding(float[] vector, int tokens, boolean isCut) {}
