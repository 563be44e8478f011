package wok.model;

/** Where a layer's norms stand. */
public enum NormPlacement {
    /** On the input of both blocks: Llama and most. */
    BEFORE,
    /** On input and output of both blocks: Gemma. */
    BEFORE_AND_AFTER,
    /** On the output of both blocks: OLMo 2. */
    AFTER,
    /** One norm; both blocks read its output, and the residual stream takes the sum: Cohere. */
    PARALLEL
}
