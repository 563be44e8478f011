package wok.engine;

/** What happens when a generation reaches the end of its context. A prompt that is too long is refused under both. */
public enum ContextPolicy {
    /** Nothing is forgotten: the generation ends with {@link FinishReason#LENGTH}. */
    ERROR,
    /**
     * The oldest part of the conversation is forgotten: the first {@link GenerationRequest#contextKeep} tokens stay,
     * the older half of the rest is dropped, and what is left is computed anew.
     */
    SHIFT
}
