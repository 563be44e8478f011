/**
 * Small programs that use Wok's Java API, each complete in itself. The first argument of each names a model; without one
 * it is {@code smollm2:135m}.
 *
 * <p>Reading order: {@link wok.examples.Hello}, {@link wok.examples.Conversation}, {@link wok.examples.Completion},
 * {@link wok.examples.LogProbabilities}, {@link wok.examples.Cancellation}, {@link wok.examples.ManyThreads},
 * {@link wok.examples.SummariseFile}. The samples of {@code docs/java-api.md} are taken from here, and a test compares
 * them.
 */
package wok.examples;
