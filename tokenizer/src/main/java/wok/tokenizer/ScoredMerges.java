package wok.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges that a vocabulary with scores implies (SentencePiece's BPE, {@code llama} in GGUF files): two neighbours
 * merge if together they are a piece, and the piece of the greatest score goes first. Every way to cut a piece in two
 * pieces is therefore a merge, ranked by the whole piece's score; pieces of equal score share a rank, so that the
 * leftmost goes first. Stateless.
 *
 * <p>Deriving them costs about a microsecond a piece, once; it spares looking up strings at every step of merging.
 */
final class ScoredMerges {
    private ScoredMerges() {}

    /**
     * @param vocabulary pieces that text may become
     * @param scores by id
     */
    static MergeTable derive(Map<String, Integer> vocabulary, double[] scores) {
        Map<Double, Integer> ranks = ranks(vocabulary, scores);
        MergeTable merges = new MergeTable(4 * vocabulary.size());
        vocabulary.forEach((piece, id) -> {
            int rank = ranks.getOrDefault(scores[id], Integer.MAX_VALUE);
            int cut = 0;
            while (piece.length() <= PIECE_LENGTH_MAX && cut < piece.length()) {
                cut += Character.charCount(piece.codePointAt(cut));
                Integer left = vocabulary.get(piece.substring(0, cut));
                Integer right = left == null ? null : vocabulary.get(piece.substring(cut));
                if (left != null && right != null) {
                    merges.add(left, right, rank, id);
                }
            }
        });
        return merges;
    }

    /** A longer piece is not worth the square of its length; published ones stay below 200 characters. */
    private static final int PIECE_LENGTH_MAX = 1000;

    private static Map<Double, Integer> ranks(Map<String, Integer> vocabulary, double[] scores) {
        List<Double> falling = new ArrayList<>();
        vocabulary.values().forEach(id -> falling.add(scores[id]));
        falling.sort(java.util.Comparator.reverseOrder());
        Map<Double, Integer> ranks = new HashMap<>();
        for (double score : falling) {
            ranks.putIfAbsent(score, ranks.size());
        }
        return ranks;
    }
}
