package wok.model;

/** What a weight of an encoder does; {@link EncoderNames} has the names that files give it. */
enum EncoderRole {
    TOKENS,
    POSITIONS,
    TYPES,
    EMBEDDING_NORM,
    FINAL_NORM,
    QUERY,
    KEY,
    VALUE,
    /** Queries, keys and values in one matrix, one below the other. */
    QUERY_KEY_VALUE,
    ATTENTION_OUTPUT,
    ATTENTION_NORM,
    UP,
    GATE,
    /** What is activated and what multiplies it in one matrix, in this order. */
    GATE_UP,
    DOWN,
    FEED_FORWARD_NORM,
    /** The matrix that BERT's classifier stands on. */
    POOLER
}
