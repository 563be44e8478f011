package wok.tokenizer;

import java.util.BitSet;
import java.util.List;
import wok.formats.LenientUtf8;
import wok.formats.PackedTexts;
import wok.formats.TextIndex;

/**
 * The tokens of a GGUF file where they lie in its header: no string is made before somebody asks for it, since a prompt
 * meets some hundred of a vocabulary's hundred thousand. Of tokens spelled alike the first one is what text becomes.
 * Immutable; any thread.
 */
final class GgufVocabulary {
    private final PackedTexts tokens;
    private final TextIndex index;

    GgufVocabulary(PackedTexts tokens) {
        this.tokens = tokens;
        index = new TextIndex(tokens, TextIndex.Of.FIRST);
    }

    int size() {
        return tokens.size();
    }

    /** The spellings by id. */
    List<String> pieces() {
        return tokens;
    }

    /** The tokens in their bytes. */
    PackedTexts texts() {
        return tokens;
    }

    /** The id of a piece, or -1. */
    int id(String piece) {
        try {
            return index.find(LenientUtf8.encode(piece));
        } catch (IllegalArgumentException loneSurrogateOfNoFile) {
            return -1;
        }
    }

    /** The id of a piece in its first {@code length} bytes, or -1. */
    int id(byte[] piece, int length) {
        return index.find(piece, length);
    }

    /** The ids whose spelling another id has already, or which have none. */
    BitSet shadows() {
        BitSet shadows = index.repeated();
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.length(id) == 0) {
                shadows.set(id);
            }
        }
        return shadows;
    }
}
