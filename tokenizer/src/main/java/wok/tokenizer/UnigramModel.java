package wok.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Unigram: of all ways to cut a word, the one with the greatest sum of scores (Viterbi). A character that is no piece
 * by itself may be cut out as unknown, at the worst score less ten; neighbouring unknown ones are one token. Immutable;
 * any thread may use it. Time: the word's length times the longest piece's.
 */
final class UnigramModel implements TokenModel {
    private static final double UNKNOWN_PENALTY = 10;

    private final Trie trie;
    private final double[] scores;
    private final double unknownScore;
    private final OptionalInt unknown;
    private final int[] byteIds = new int[256];
    private final boolean byteFallback;

    /**
     * @param scores by id, for every id of the vocabulary
     * @param unknown what an unknown character becomes; a text that needs it is refused if absent
     */
    UnigramModel(Pieces pieces, double[] scores, OptionalInt unknown, boolean byteFallback) {
        Trie.Builder builder = new Trie.Builder();
        pieces.forEach((piece, id) -> {
            if (!piece.isEmpty()) {
                builder.put(piece, id);
            }
        });
        this.trie = builder.build();
        this.scores = scores.clone();
        this.unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
        this.unknown = unknown;
        this.byteFallback = byteFallback;
        for (int b = 0; b < byteIds.length; b++) {
            byteIds[b] = pieces.id(BytePairModel.byteToken(b));
        }
    }

    /** The best cut up to each place: where its last piece starts, which it is (-1: unknown), the sum so far. */
    private static final class Lattice {
        private final int[] starts;
        private final int[] pieces;
        private final double[] sums;

        Lattice(int length) {
            this.starts = new int[length + 1];
            this.pieces = new int[length + 1];
            this.sums = new double[length + 1];
            Arrays.fill(starts, -1);
        }

        void offer(int start, int end, int piece, double sum) {
            if (starts[end] < 0 || sum > sums[end]) {
                starts[end] = start;
                pieces[end] = piece;
                sums[end] = sum;
            }
        }
    }

    @Override
    public void encode(String word, IntList ids) {
        Lattice lattice = new Lattice(word.length());
        int at = 0;
        while (at < word.length()) {
            int next = at + Character.charCount(word.codePointAt(at));
            if (!offerPieces(word, at, next, lattice)) {
                lattice.offer(at, next, -1, lattice.sums[at] + unknownScore);
            }
            at = next;
        }
        append(word, lattice, ids);
    }

    /** Offers every piece that starts here; whether the character alone is one. */
    private boolean offerPieces(String word, int at, int next, Lattice lattice) {
        boolean single = false;
        int node = Trie.ROOT;
        for (int i = at; i < word.length(); i++) {
            node = trie.child(node, word.charAt(i));
            if (node < 0) {
                break;
            }
            int id = trie.value(node);
            if (id >= 0) {
                lattice.offer(at, i + 1, id, lattice.sums[at] + scores[id]);
                single |= i + 1 == next;
            }
        }
        return single;
    }

    private void append(String word, Lattice lattice, IntList ids) {
        IntList ends = new IntList(); // from the last piece to the first
        for (int end = word.length(); end > 0; end = lattice.starts[end]) {
            ends.add(end);
        }
        int unknownFrom = -1;
        for (int i = ends.size() - 1; i >= 0; i--) {
            int end = ends.get(i);
            int piece = lattice.pieces[end];
            boolean isUnknown = piece < 0 || (unknown.isPresent() && piece == unknown.getAsInt());
            if (isUnknown) {
                unknownFrom = unknownFrom < 0 ? lattice.starts[end] : unknownFrom;
                continue;
            }
            appendUnknown(word, unknownFrom, lattice.starts[end], ids);
            unknownFrom = -1;
            ids.add(piece);
        }
        appendUnknown(word, unknownFrom, word.length(), ids);
    }

    private void appendUnknown(String word, int from, int to, IntList ids) {
        if (from < 0) {
            return;
        }
        byte[] bytes = word.substring(from, to).getBytes(StandardCharsets.UTF_8);
        boolean spelled = byteFallback;
        for (int i = 0; spelled && i < bytes.length; i++) {
            spelled = byteIds[bytes[i] & 0xff] >= 0;
        }
        if (spelled) {
            for (byte b : bytes) {
                ids.add(byteIds[b & 0xff]);
            }
        } else {
            ids.add(unknown.orElseThrow(() ->
                    new TokenizerException("unk_id: absent (expected: a token for text outside the vocabulary)")));
        }
    }
}
