package wok.engine;

import java.util.List;

/**
 * Documents to be scored by how well they answer a query. A value.
 *
 * @param documents any number, in the order in which their scores come back
 * @param sigmoid whether a score is {@code 1 / (1 + e^-logit)}, between 0 and 1, rather than the classifier's logit
 * @param cutTexts whether a query and document that are too long together are cut, rather than refused
 */
public record RerankRequest(String query, List<String> documents, boolean sigmoid, boolean cutTexts) {
    public RerankRequest {
        documents = List.copyOf(documents);
    }
}
