package wok.tokenizer;

import java.util.Arrays;

/**
 * The merges that a vocabulary with scores implies (SentencePiece's BPE, {@code llama} in GGUF files): two neighbours
 * merge if together they are a piece, and the piece of the greatest score goes first; pieces of equal score share a
 * rank, so that the leftmost goes first. A merge's number is the id of its result. Immutable; any thread may use it.
 *
 * <p>A pair is looked up by joining its spellings when it is met. Deriving every merge beforehand, as a table of pairs
 * of ids, was done first and rejected: each of a piece's cuts has to be looked up, some million of them, at every start
 * of the program, and a prompt meets a few hundred.
 */
final class ScoredMerges implements Merges {
    private final Pieces pieces;
    private final int[] ranks;
    private final int lengthMax;

    /**
     * @param pieces what merges, and what it merges to
     * @param scores by id, of the whole vocabulary
     */
    ScoredMerges(Pieces pieces, double[] scores) {
        this.pieces = pieces;
        this.lengthMax = Math.min(
                PIECE_LENGTH_MAX,
                pieces.spellings().stream().mapToInt(String::length).max().orElse(0));
        this.ranks = ranks(scores);
    }

    private static int[] ranks(double[] scores) {
        double[] ascending = scores.clone();
        Arrays.sort(ascending);
        int distinct = 0;
        for (double score : ascending) {
            if (distinct == 0 || Double.compare(ascending[distinct - 1], score) != 0) {
                ascending[distinct++] = score;
            }
        }
        int[] ranks = new int[scores.length];
        for (int id = 0; id < ranks.length; id++) {
            ranks[id] = distinct - 1 - Arrays.binarySearch(ascending, 0, distinct, scores[id]);
        }
        return ranks;
    }

    /** Longer pieces are never merged to, so that a pair costs a bounded time; published ones stay below 200. */
    private static final int PIECE_LENGTH_MAX = 1000;

    @Override
    public int find(int left, int right) {
        String first = pieces.spelling(left);
        String second = pieces.spelling(right);
        if (first.isEmpty() || second.isEmpty() || first.length() + second.length() > lengthMax) {
            return -1;
        }
        return pieces.id(first.concat(second));
    }

    @Override
    public int rank(int merge) {
        return ranks[merge];
    }

    @Override
    public int result(int merge) {
        return merge;
    }
}
