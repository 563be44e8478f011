package wok.tokenizer;

/**
 * Which neighbouring tokens merge, in which order, to what: listed by the file ({@link MergeTable}, {@link ListedMerges}) or implied by its
 * scores ({@link ScoredMerges}). Any thread may read.
 */
sealed interface Merges permits MergeTable, ScoredMerges, ListedMerges {

    /** The number of the merge of a pair, or -1. */
    int find(int left, int right);

    /** The rank of a merge; lower goes first. */
    int rank(int merge);

    /** The token that takes the place of both. */
    int result(int merge);
}
