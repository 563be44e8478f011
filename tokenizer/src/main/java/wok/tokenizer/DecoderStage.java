package wok.tokenizer;

/** A decoder at work on one stream. One owner thread. */
interface DecoderStage {

    /** The next token, or the next part of the one token if the stage before fuses. */
    void accept(String token);

    /** The stream ends: hands on what was held back and is then as new. */
    void finish();
}
