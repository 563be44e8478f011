package wok.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import wok.model.Pooling;

/**
 * Texts to be made vectors of. A value; what is left empty is as the model's files say.
 *
 * @param texts any number, in the order in which their vectors come back; an empty text is one
 * @param prefix what is put in front of each text
 * @param dimensions how many numbers of each vector are kept, its first: for models that were trained so that fewer will
 *     do (Matryoshka)
 * @param normalise whether vectors are brought to length 1, after any are cut to fewer dimensions
 * @param cutTexts whether a text that is too long for the model is cut, rather than refused
 */
public record EmbeddingRequest(
        List<String> texts,
        String prefix,
        Optional<Pooling> pooling,
        OptionalInt dimensions,
        Optional<Boolean> normalise,
        boolean cutTexts) {
    public EmbeddingRequest {
        texts = List.copyOf(texts);
    }

    /** As the model's files say, nothing cut. */
    public static EmbeddingRequest of(List<String> texts) {
        return new EmbeddingRequest(texts, "", Optional.empty(), OptionalInt.empty(), Optional.empty(), false);
    }

    public EmbeddingRequest withTexts(List<String> others) {
        return new EmbeddingRequest(others, prefix, pooling, dimensions, normalise, cutTexts);
    }

    public EmbeddingRequest withPrefix(String text) {
        return new EmbeddingRequest(texts, text, pooling, dimensions, normalise, cutTexts);
    }

    public EmbeddingRequest withPooling(Optional<Pooling> kind) {
        return new EmbeddingRequest(texts, prefix, kind, dimensions, normalise, cutTexts);
    }

    public EmbeddingRequest withDimensions(OptionalInt count) {
        return new EmbeddingRequest(texts, prefix, pooling, count, normalise, cutTexts);
    }

    public EmbeddingRequest withNormalise(Optional<Boolean> wanted) {
        return new EmbeddingRequest(texts, prefix, pooling, dimensions, wanted, cutTexts);
    }

    public EmbeddingRequest withCutTexts(boolean wanted) {
        return new EmbeddingRequest(texts, prefix, pooling, dimensions, normalise, wanted);
    }
}
