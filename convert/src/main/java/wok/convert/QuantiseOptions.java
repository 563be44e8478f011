package wok.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import wok.tensor.DType;

/**
 * How a model is to be quantised.
 *
 * @param outputType of {@code output.weight}, and of the embedding where it serves as output
 * @param embeddingType of {@code token_embd.weight}
 * @param tensorTypes for tensors whose names a pattern finds; the first that does
 * @param importance of the columns of each matrix
 * @param isRequantised whether weights that are quantised already may be quantised again
 */
public record QuantiseOptions(
        FileType type,
        Optional<DType> outputType,
        Optional<DType> embeddingType,
        List<Rule> tensorTypes,
        Optional<Importance> importance,
        boolean isRequantised) {

    /** A type for some tensors. */
    public record Rule(Pattern pattern, DType type) {
        /**
         * From {@code PATTERN=TYPE}.
         *
         * @throws ConvertException if it is not one
         */
        public static Rule of(String word) {
            int equals = word.lastIndexOf('=');
            if (equals < 1) {
                throw new ConvertException("tensor type: " + word + " (expected: PATTERN=TYPE)");
            }
            try {
                return new Rule(
                        Pattern.compile(word.substring(0, equals)), FileType.storageType(word.substring(equals + 1)));
            } catch (PatternSyntaxException e) {
                throw new ConvertException("tensor type: " + word + " (expected: a regular expression before =)", e);
            }
        }
    }

    public QuantiseOptions {
        tensorTypes = List.copyOf(tensorTypes);
    }

    /** The usual mix, without importance; nothing is quantised twice. */
    public static QuantiseOptions of(FileType type) {
        return new QuantiseOptions(type, Optional.empty(), Optional.empty(), List.of(), Optional.empty(), false);
    }

    /**
     * The same with another type for the output matrix.
     *
     * @throws ConvertException if there is no such type
     */
    public QuantiseOptions withOutputType(String name) {
        return new QuantiseOptions(
                type, Optional.of(FileType.storageType(name)), embeddingType, tensorTypes, importance, isRequantised);
    }

    /**
     * The same with another type for the embedding.
     *
     * @throws ConvertException if there is no such type
     */
    public QuantiseOptions withEmbeddingType(String name) {
        return new QuantiseOptions(
                type, outputType, Optional.of(FileType.storageType(name)), tensorTypes, importance, isRequantised);
    }

    /** The same with one more rule, behind the others. */
    public QuantiseOptions withRule(Rule rule) {
        List<Rule> rules = new ArrayList<>(tensorTypes);
        rules.add(rule);
        return new QuantiseOptions(type, outputType, embeddingType, rules, importance, isRequantised);
    }

    public QuantiseOptions withImportance(Importance known) {
        return new QuantiseOptions(type, outputType, embeddingType, tensorTypes, Optional.of(known), isRequantised);
    }

    public QuantiseOptions withRequantised(boolean allowed) {
        return new QuantiseOptions(type, outputType, embeddingType, tensorTypes, importance, allowed);
    }
}
