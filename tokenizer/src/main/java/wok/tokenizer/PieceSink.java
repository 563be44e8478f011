package wok.tokenizer;

/** Receives pieces from left to right. */
@FunctionalInterface
interface PieceSink {
    void accept(Piece piece);
}
