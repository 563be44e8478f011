package wok.tokenizer;

import java.util.OptionalInt;
import java.util.Set;
import wok.formats.Json;
import wok.formats.ModelSource;

/** Text to token ids and back. Immutable; any thread may use it. */
public final class Tokenizer {

    private Tokenizer() {}

    /**
     * Reads the tokenizer of a GGUF file (its metadata) or of a folder (tokenizer.json and its companions).
     *
     * @throws TokenizerException if there is none, or it can't be read, or it has an unknown component
     */
    public static Tokenizer of(ModelSource source) {
        if (source.path().toString().isEmpty()) {
            throw new TokenizerException("source: no path (expected: an opened model)");
        }
        return new Tokenizer();
    }

    /** One more than the greatest token id. */
    public int vocabularySize() {
        return 0;
    }

    /** The token ids of a text. Lone surrogates count as U+FFFD. */
    public int[] encode(String text, EncodeOptions options) {
        return new int[0];
    }

    /**
     * The text of token ids; bytes that are no UTF-8 become U+FFFD.
     *
     * @param skipSpecial whether control tokens are left out
     * @throws TokenizerException if an id is outside the vocabulary
     */
    public String decode(int[] ids, boolean skipSpecial) {
        return "";
    }

    /** What a token adds to the stream of UTF-8 bytes, wherever it stands; control tokens: their spelling. */
    public byte[] bytes(int id) {
        return new byte[0];
    }

    /** The vocabulary's own spelling of a token; empty for an id that is a gap. */
    public String piece(int id) {
        return "";
    }

    /** Whether the token is a control token. */
    public boolean isSpecial(int id) {
        return false;
    }

    /** The id of a token by the vocabulary's own spelling. */
    public OptionalInt id(String piece) {
        return OptionalInt.empty();
    }

    /** The token that begins a text. */
    public OptionalInt bos() {
        return OptionalInt.empty();
    }

    /** The token that ends a text. */
    public OptionalInt eos() {
        return OptionalInt.empty();
    }

    /** The tokens after which a model has nothing more to say: end of text, end of turn. */
    public Set<Integer> endOfGeneration() {
        return Set.of();
    }

    /** What this tokenizer came from, for messages: a path and the kind of model. */
    public String description() {
        return "";
    }

    /** The variables that chat templates read: bos_token, eos_token, unk_token, pad_token, …; present ones only. */
    public Json.Obj templateVariables() {
        return Json.Obj.of();
    }

    /** A decoder for one stream of ids. */
    public StreamingDecoder streamingDecoder(boolean skipSpecial) {
        return new StreamingDecoder() {
            @Override
            public String accept(int id) {
                return decode(new int[] {id}, skipSpecial);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }
}
