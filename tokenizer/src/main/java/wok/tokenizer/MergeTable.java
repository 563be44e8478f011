package wok.tokenizer;

/**
 * Merges as the file lists them. One thread writes; afterwards any thread may read.
 */
final class MergeTable implements Merges {
    private final LongTable indexes;
    private final IntList ranks = new IntList();
    private final IntList results = new IntList();

    MergeTable(int expected) {
        this.indexes = new LongTable(expected);
    }

    /**
     * Adds a merge; the last one of a pair counts.
     *
     * @param rank lower goes first
     * @param result the token that takes the place of both
     */
    void add(int left, int right, int rank, int result) {
        indexes.put(key(left, right), ranks.size());
        ranks.add(rank);
        results.add(result);
    }

    @Override
    public int find(int left, int right) {
        return indexes.get(key(left, right));
    }

    @Override
    public int rank(int merge) {
        return ranks.get(merge);
    }

    @Override
    public int result(int merge) {
        return results.get(merge);
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }
}
