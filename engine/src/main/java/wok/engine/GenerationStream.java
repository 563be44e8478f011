package wok.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hands events from the engine's thread to a reader. The engine never waits here: text that nobody has read yet grows
 * by what comes, so at most three events wait (reasoning, text, the end), which hold no more than the answer's text and
 * tokens. Any thread; the engine's thread alone appends.
 */
final class GenerationStream implements Generation {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>(2);
    private Optional<GenerationEvent> end = Optional.empty();
    private volatile boolean cancelled;

    private record Piece(boolean reasoning, StringBuilder text, List<TokenInfo> tokens) {
        GenerationEvent event() {
            return reasoning
                    ? new GenerationEvent.Reasoning(text.toString(), tokens)
                    : new GenerationEvent.Text(text.toString(), tokens);
        }
    }

    void append(boolean reasoning, String text, List<TokenInfo> tokens) {
        lock.lock();
        try {
            Piece last = pieces.peekLast();
            if (last == null || last.reasoning() != reasoning) {
                last = new Piece(reasoning, new StringBuilder(), new ArrayList<>());
                pieces.addLast(last);
            }
            last.text().append(text);
            last.tokens().addAll(tokens);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The last event; later ones are ignored. */
    void end(GenerationEvent event) {
        lock.lock();
        try {
            if (end.isEmpty()) {
                end = Optional.of(event);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public GenerationEvent next() {
        lock.lock();
        try {
            while (pieces.isEmpty() && end.isEmpty()) {
                changed.await();
            }
            Piece piece = pieces.pollFirst();
            return piece != null ? piece.event() : end.orElseThrow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("next: interrupted while it waited for the model", e);
        } finally {
            lock.unlock();
        }
    }

    boolean cancelled() {
        return cancelled;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        cancel();
    }
}
