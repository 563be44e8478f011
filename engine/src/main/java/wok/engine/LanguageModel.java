package wok.engine;

import wok.model.AdapterMix;

/**
 * The floor below as the scheduler sees it: rows in, logits out. The tests' fake implements it in a few lines. One
 * owner thread.
 */
interface LanguageModel {

    /** Logits of a row. */
    int vocabularySize();

    /** Starts an empty batch. */
    void clear();

    /** The adapters of the rows that are added from now on, until {@link #clear}. */
    void use(AdapterMix adapters);

    /** Slots for recurrent states; 0 if the model has none. */
    int stateSlots();

    /**
     * Adds a row: a token at a position of a sequence whose keys and values are in {@code blockTable}. Rows of one
     * sequence come in order of position.
     *
     * @param stateSlot where the sequence's state behind the position before is, and that behind this one will be; at
     *     position 0 it begins anew. Anything if the model has no state
     */
    void add(int tokenId, int position, int[] blockTable, int stateSlot, boolean wantsLogits);

    /** Keeps the state behind the row added last in another slot too. */
    void keepState(int slot);

    /** Makes the state of one slot that of another too. */
    void copyState(int from, int to);

    /** Computes the batch: keys, values and states of all rows are written, logits of those that asked are there. */
    void forward();

    /** Copies the logits of the {@code index}-th row that asked for them. */
    void logits(int index, float[] into);
}
