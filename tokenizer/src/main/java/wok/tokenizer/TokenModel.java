package wok.tokenizer;

/** Cuts one word, as the pre-tokenizer left it, into token ids. Immutable; any thread may use one. */
sealed interface TokenModel permits BytePairModel, WordPieceModel, UnigramModel {

    /** Appends the ids of a word that is not empty. */
    void encode(String word, IntList ids);
}
