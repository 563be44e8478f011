package wok.tokenizer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model's files say about its control tokens.
 *
 * @param bos begins a text
 * @param eos ends a text
 * @param endOfGeneration all ids after which a model has nothing more to say
 * @param templateVariables what chat templates read, by name (bos_token, …)
 */
record SpecialTokens(
        OptionalInt bos, OptionalInt eos, Set<Integer> endOfGeneration, Map<String, String> templateVariables) {
    SpecialTokens {
        endOfGeneration = java.util.Collections.unmodifiableSet(new TreeSet<>(endOfGeneration));
        templateVariables = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(templateVariables));
    }
}
