package wok.engine;

/** Why a generation ended well. */
public enum FinishReason {
    /** The model said that it is done, or a stop string came. */
    STOP,
    /** {@link GenerationRequest#tokensMax} tokens were given, or the context is full. */
    LENGTH,
    /** {@link Generation#cancel}, {@link Generation#close} or {@link Engine#close} ended it. */
    CANCELLED
}
