package wok.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import wok.tokenizer.TypedTokens;

/**
 * One text of a request on its way through the {@link EmbedderLoop}.
 *
 * @param index of the text in its request
 */
record EmbeddingJob(TypedTokens tokens, Answer<?> answer, int index) {

    /** What is made of a text once it is computed. */
    @FunctionalInterface
    interface Reading<T> {
        T read(TextModel model, int text, TypedTokens tokens);
    }

    /** The answer to a request: complete when all its texts are. Written by the loop's thread alone. */
    static final class Answer<T> {
        private final List<T> results;
        private final Reading<T> reading;
        private final CompletableFuture<List<T>> future = new CompletableFuture<>();
        private int left;

        /** @param unset stands in a place until its text is computed; never seen by anyone */
        Answer(int texts, T unset, Reading<T> reading) {
            this.reading = reading;
            results = new ArrayList<>(java.util.Collections.nCopies(texts, unset));
            left = texts;
            if (texts == 0) {
                future.complete(List.of());
            }
        }

        CompletableFuture<List<T>> future() {
            return future;
        }

        /** Whether nobody waits for it any more. */
        boolean isOver() {
            return future.isDone();
        }

        void finish(TextModel model, int text, EmbeddingJob job) {
            results.set(job.index(), reading.read(model, text, job.tokens()));
            if (--left == 0) {
                future.complete(List.copyOf(results));
            }
        }

        void fail(Throwable cause) {
            future.completeExceptionally(cause);
        }
    }

    /** The jobs of a request, one per text. */
    static <T> List<EmbeddingJob> of(List<TypedTokens> texts, Answer<T> answer) {
        List<EmbeddingJob> jobs = new ArrayList<>(texts.size());
        for (TypedTokens text : texts) {
            jobs.add(new EmbeddingJob(text, answer, jobs.size()));
        }
        return jobs;
    }

    /** As a person would write it: {@code item 3 of 10: …}; nothing is put before a text that is alone. */
    static <T, R> List<R> each(List<T> items, String what, Function<T, R> operation) {
        List<R> results = new ArrayList<>(items.size());
        for (T item : items) {
            try {
                results.add(operation.apply(item));
            } catch (EngineException e) {
                String place = items.size() == 1 ? what : what + " " + (results.size() + 1) + " of " + items.size();
                throw new EngineException(place + ": " + e.getMessage(), e);
            }
        }
        return results;
    }
}
