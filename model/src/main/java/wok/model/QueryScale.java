package wok.model;

/**
 * A factor on queries that grows with the position p: {@code 1 + beta * ln(1 + floor((p + offset) / interval))}. Llama 4
 * calls it attention temperature (offset 1, in layers without rotary embedding), Ministral 3 llama_4_scaling (offset 0).
 *
 * @param interval positions between steps
 * @param offset 0 or 1
 */
public record QueryScale(double beta, double interval, int offset) {
    public QueryScale {
        ConfigRule.positive("interval (floor_scale, original_max_position_embeddings)", interval);
        ConfigRule.require(Double.isFinite(beta), "beta (attn_scale, llama_4_scaling_beta)", beta, "a finite number");
    }

    /** The factor at a position. */
    float at(int position) {
        return (float) (1 + beta * StrictMath.log(1 + Math.floor((position + offset) / interval)));
    }
}
