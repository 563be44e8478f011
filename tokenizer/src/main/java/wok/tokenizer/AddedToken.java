package wok.tokenizer;

/**
 * A token that is looked for in the text before the model sees it.
 *
 * @param special a control token
 * @param normalized whether it is looked for in the normalized text
 * @param singleWord whether letters, digits or _ beside it forbid it
 * @param leftStrip whether it swallows the white space before it
 * @param rightStrip whether it swallows the white space behind it
 */
record AddedToken(
        int id,
        String content,
        boolean special,
        boolean normalized,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip) {

    /** A control token, or a plain added one, that is looked for in the raw text and swallows nothing. */
    static AddedToken of(int id, String content, boolean special) {
        return new AddedToken(id, content, special, false, false, false, false);
    }
}
