package wok.model;

/**
 * From the input to queries, keys and values, and from their mixture to the output.
 *
 * @param inputBias whether queries, keys and values have biases
 * @param outputBias whether the output projection has a bias
 * @param norms of queries and keys
 * @param gate whether the query projection gives a second half of each head whose sigmoid multiplies the mixture
 *     (Qwen3-Next)
 */
public record ProjectionConfig(boolean inputBias, boolean outputBias, QueryNorms norms, boolean gate) {

    /** What queries and keys are normed by. */
    public enum QueryNorms {
        NONE,
        /** Every head by an RMSNorm, before it turns: Qwen 3, Gemma 3. */
        HEADS,
        /** All heads together by one RMSNorm, before they turn: OLMo 2. */
        PROJECTIONS,
        /** Every head by an RMSNorm without weights, after it has turned: Llama 4. */
        HEADS_AFTER_TURNING
    }

    /** Neither biases nor norms nor gate. */
    public static ProjectionConfig plain() {
        return new ProjectionConfig(false, false, QueryNorms.NONE, false);
    }

    public static ProjectionConfig of(boolean inputBias, boolean outputBias, QueryNorms norms) {
        return new ProjectionConfig(inputBias, outputBias, norms, false);
    }
}
