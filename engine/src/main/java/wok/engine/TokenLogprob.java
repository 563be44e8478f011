package wok.engine;

/**
 * A token and its log-probability (natural logarithm) under the model's own distribution: before bias, penalties,
 * truncation and temperature.
 */
public record TokenLogprob(int id, float logprob) {}
