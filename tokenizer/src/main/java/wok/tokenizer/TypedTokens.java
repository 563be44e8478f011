package wok.tokenizer;

/**
 * What an encoder model reads: token ids with their types, those that the tokenizer adds included. The arrays belong to
 * whoever asked for them.
 *
 * @param types 0, or 1 for the second of two texts where the model tells them apart
 * @param wanted how many tokens there would be without a limit; more than {@code ids.length} says that text was cut off
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record TypedTokens(int[] ids, int[] types, int wanted) {
    public boolean isCut() {
        return wanted > ids.length;
    }
}
