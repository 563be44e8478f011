package wok.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The thread of an {@link Embedder}: takes waiting texts in the order of their arrival, as many as fit a batch, computes
 * them, and hands their results out. A batch is made up of whoever's texts come next, so that many small requests are
 * computed like one large one; nothing is padded, so texts of all lengths go together.
 *
 * <p>{@link #submit} and {@link #close} may be called from any thread; the model is the loop's thread's alone.
 */
final class EmbedderLoop implements AutoCloseable {
    private final TextModel model;
    private final int queuedTextsMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrival = lock.newCondition();
    private final ArrayDeque<EmbeddingJob> queue = new ArrayDeque<>();
    private final Thread thread;
    private boolean closing;
    private Optional<Throwable> failure = Optional.empty();

    EmbedderLoop(TextModel model, int queuedTextsMax) {
        this.model = model;
        this.queuedTextsMax = queuedTextsMax;
        thread = Thread.ofPlatform().name("wok-embedder").daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * Puts texts into the queue, all or none.
     *
     * @throws EngineException if there is no room, or the loop has ended
     */
    void submit(List<EmbeddingJob> jobs) {
        lock.lock();
        try {
            if (failure.isPresent()) {
                throw new EngineException(
                        "embedder: stopped by " + failure.get() + " (expected: running)", failure.get());
            } else if (closing) {
                throw closed();
            } else if (queue.size() + jobs.size() > queuedTextsMax) {
                throw new EngineException("embedder: " + queue.size() + " texts wait and " + jobs.size()
                        + " more would (expected: at most " + queuedTextsMax + "); ask for fewer at once, or later");
            }
            queue.addAll(jobs);
            arrival.signal();
        } finally {
            lock.unlock();
        }
    }

    private static EngineException closed() {
        return new EngineException("embedder: closed (expected: open)");
    }

    private void run() {
        List<EmbeddingJob> batch = new ArrayList<>();
        try {
            while (takeFirst(batch)) {
                compute(batch);
                batch.clear();
            }
        } catch (RuntimeException | Error e) {
            batch.forEach(job -> job.answer().fail(e));
            end(Optional.of(e));
        }
    }

    /** Waits for a text that somebody still wants; false when the loop is to end. */
    private boolean takeFirst(List<EmbeddingJob> batch) {
        lock.lock();
        try {
            while (true) {
                while (queue.isEmpty() && !closing) {
                    arrival.awaitUninterruptibly();
                }
                if (closing) {
                    return false;
                }
                EmbeddingJob first = queue.remove();
                if (!first.answer().isOver()) {
                    batch.add(first);
                    return true;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A text whose batch can't be had for lack of memory fails alone; the next ones may be shorter. */
    private void compute(List<EmbeddingJob> batch) {
        EmbeddingJob first = batch.getFirst();
        try {
            model.start(first.tokens().ids().length);
        } catch (OutOfMemoryError e) {
            first.answer()
                    .fail(new EngineException(
                            "text: no memory for a batch of " + first.tokens().ids().length
                                    + " tokens (expected: shorter texts)",
                            e));
            return;
        }
        model.add(first.tokens());
        takeMore(batch);
        model.forward();
        for (int text = 0; text < batch.size(); text++) {
            EmbeddingJob job = batch.get(text);
            if (!job.answer().isOver()) {
                job.answer().finish(model, text, job);
            }
        }
    }

    private void takeMore(List<EmbeddingJob> batch) {
        lock.lock();
        try {
            for (EmbeddingJob next = queue.peek(); next != null; next = queue.peek()) {
                boolean isOver = next.answer().isOver();
                if (!isOver && !model.hasRoomFor(next.tokens().ids().length)) {
                    return;
                }
                queue.remove();
                if (!isOver) {
                    model.add(next.tokens());
                    batch.add(next);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(Optional<Throwable> cause) {
        List<EmbeddingJob> waiting;
        lock.lock();
        try {
            closing = true;
            failure = failure.or(() -> cause);
            waiting = new ArrayList<>(queue);
            queue.clear();
            arrival.signalAll();
        } finally {
            lock.unlock();
        }
        waiting.forEach(job -> job.answer().fail(cause.orElseGet(EmbedderLoop::closed)));
    }

    /** Fails what waits, and waits until the batch under way is computed. */
    @Override
    public void close() {
        end(Optional.empty());
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
