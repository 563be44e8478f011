package wok.tokenizer;

/** What becomes of the matches of a split, as the {@code tokenizers} library names it. */
enum SplitBehavior {
    /** Matches vanish. */
    REMOVED,
    /** Each match is a piece. */
    ISOLATED,
    /** A match joins the piece before it. */
    MERGED_WITH_PREVIOUS,
    /** A match joins the piece behind it. */
    MERGED_WITH_NEXT,
    /** Neighbouring matches are one piece. */
    CONTIGUOUS;

    /** Splits a piece. With {@code invert} matches and what lies between change places. */
    void split(SplitPattern pattern, boolean invert, Piece piece, PieceSink sink) {
        Joiner joiner = new Joiner(this, piece, sink);
        int[] behind = {piece.from()};
        pattern.matches(piece.text(), piece.from(), piece.to(), (start, end) -> {
            joiner.span(behind[0], start, invert);
            joiner.span(start, end, !invert);
            behind[0] = end;
        });
        joiner.span(behind[0], piece.to(), invert);
        joiner.finish();
    }

    /** Joins spans into pieces as the behavior says. One use, one thread. */
    private static final class Joiner {
        private final SplitBehavior behavior;
        private final Piece piece;
        private final PieceSink sink;
        private int start = -1;
        private int end;
        private boolean lastWasMatch;

        Joiner(SplitBehavior behavior, Piece piece, PieceSink sink) {
            this.behavior = behavior;
            this.piece = piece;
            this.sink = sink;
        }

        void span(int from, int to, boolean match) {
            if (from == to) {
                return;
            }
            if (start >= 0 && joins(match)) {
                end = to;
            } else {
                finish();
                start = behavior == REMOVED && match ? -1 : from;
                end = to;
            }
            lastWasMatch = match;
        }

        private boolean joins(boolean match) {
            return switch (behavior) {
                case REMOVED, ISOLATED -> false;
                case MERGED_WITH_PREVIOUS -> match && !lastWasMatch;
                case MERGED_WITH_NEXT -> lastWasMatch && !match;
                case CONTIGUOUS -> match == lastWasMatch;
            };
        }

        void finish() {
            if (start >= 0) {
                sink.accept(piece.part(start, end));
                start = -1;
            }
        }
    }
}
