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

    /**
     * Adds a row: a token at a position of a sequence whose keys and values are in {@code blockTable}. Rows of one
     * sequence come in order of position.
     */
    void add(int tokenId, int position, int[] blockTable, boolean wantsLogits);

    /** Computes the batch: keys and values of all rows are written, logits of those that asked are there. */
    void forward();

    /** Copies the logits of the {@code index}-th row that asked for them. */
    void logits(int index, float[] into);
}
