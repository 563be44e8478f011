package wok.engine;

/**
 * How well a document answers a query; more is better.
 *
 * @param tokens how many tokens were computed, the query's among them
 * @param isCut whether the texts were longer and their ends were left out
 */
public record Score(float value, int tokens, boolean isCut) {}
