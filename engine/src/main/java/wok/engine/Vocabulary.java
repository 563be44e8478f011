package wok.engine;

import java.util.OptionalInt;
import wok.tokenizer.StreamingDecoder;

/** What the engine asks of a tokenizer; the tests have a small one of their own. Immutable; any thread. */
interface Vocabulary {

    int size();

    /** Whether the model says with this token that it is done. */
    boolean endsGeneration(int id);

    /** The bytes that a token adds to the text. */
    byte[] bytes(int id);

    /** The token that is spelled like this, if there is one. */
    OptionalInt id(String spelling);

    /** The tokens of a text in which control tokens count as such. */
    int[] encode(String text);

    StreamingDecoder decoder(boolean skipSpecial);
}
