package wok.engine;

/**
 * What a generation used. Times are nanoseconds of the engine's clock.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedPromptTokens those of them whose keys and values came from the prefix cache
 * @param completionTokens tokens given: shown text, reasoning, tags, and the token that ended the answer
 * @param reasoningTokens those of them that came while the model was thinking, the closing tag included
 * @param queueNanos from submission until the first row was computed
 * @param promptNanos from the first row until the first token
 * @param completionNanos from the first token until the last
 */
public record Usage(
        int promptTokens,
        int cachedPromptTokens,
        int completionTokens,
        int reasoningTokens,
        long queueNanos,
        long promptNanos,
        long completionNanos) {

    /** Prompt and completion together. */
    public int totalTokens() {
        return Math.addExact(promptTokens, completionTokens);
    }

    /** From submission until the first token. */
    public long firstTokenNanos() {
        return queueNanos + promptNanos;
    }
}
