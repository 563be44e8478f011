package wok.engine;

import java.util.BitSet;
import java.util.OptionalInt;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.StreamingDecoder;
import wok.tokenizer.Tokenizer;

/** A {@link Tokenizer} as the engine sees it. Immutable; any thread. */
final class TokenizerVocabulary implements Vocabulary {
    private static final EncodeOptions SPECIAL = new EncodeOptions(true, false);

    private final Tokenizer tokenizer;
    private final BitSet ends = new BitSet();

    TokenizerVocabulary(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        tokenizer.endOfGeneration().forEach(ends::set);
    }

    @Override
    public int size() {
        return tokenizer.vocabularySize();
    }

    @Override
    public boolean endsGeneration(int id) {
        return ends.get(id);
    }

    @Override
    public byte[] bytes(int id) {
        return tokenizer.bytes(id);
    }

    @Override
    public OptionalInt id(String spelling) {
        return tokenizer.id(spelling);
    }

    @Override
    public int[] encode(String text) {
        return tokenizer.encode(text, SPECIAL);
    }

    @Override
    public StreamingDecoder decoder(boolean skipSpecial) {
        return tokenizer.streamingDecoder(skipSpecial);
    }
}
