package wok.tokenizer;

/**
 * How text becomes token ids. A value; any thread may use it.
 *
 * @param parseSpecial whether control tokens spelled in the text become their ids; when false no text yields a control
 *     token. Added tokens that are not special (&lt;think&gt;, runs of newlines) are matched either way
 * @param addSpecial whether the tokenizer puts its own tokens around the text: BOS, CLS, SEP, EOS as its files say
 */
public record EncodeOptions(boolean parseSpecial, boolean addSpecial) {
    /** Text from people: no control tokens, nothing added. */
    public static final EncodeOptions PLAIN = new EncodeOptions(false, false);

    /** A rendered chat template or a raw prompt: control tokens are matched, nothing is added. */
    public static final EncodeOptions SPECIAL = new EncodeOptions(true, false);

    /** A prompt for completion or an embedding: control tokens are not matched, BOS and the like are added. */
    public static final EncodeOptions PROMPT = new EncodeOptions(false, true);
}
