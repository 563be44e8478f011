package wok.engine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import wok.model.Transformer;
import wok.tokenizer.Tokenizer;

/**
 * Answers many requests at once with one model.
 *
 * <p>One thread owns everything that changes: sequences, key/value memory, sampling. Others only put requests into its
 * queue and read events out of streams, so there is nothing to lock in the loop and an interleaving can be replayed.
 * The thread computes one step after the other as long as there is anything to do, and sleeps otherwise. What is in a
 * step: {@link Scheduler}. What happens in it: {@link EngineLoop}. Who holds memory: {@link KvBlockPool}. How a token
 * is chosen: {@link Sampler}.
 *
 * <p>An answer depends on the model, the prompt and the request alone, to the bit: not on what else is computed, not on
 * the prefix cache, preemptions, threads or kernels.
 *
 * <p>All methods may be called from any thread. The engine does not close the model.
 */
public final class Engine implements AutoCloseable {
    private final EngineLoop loop;
    private final KvMemory memory;
    private final TransformerModel model;
    private final Thread thread;
    private final AtomicBoolean memoryFreed = new AtomicBoolean();
    private volatile boolean closing;
    private volatile Optional<Throwable> failure = Optional.empty();

    private Engine(TransformerModel model, Vocabulary vocabulary, KvMemory memory, EngineOptions options) {
        this.model = model;
        this.memory = memory;
        loop = new EngineLoop(model, vocabulary, memory, options, System::nanoTime);
        thread = Thread.ofPlatform().name("wok-engine").daemon(true).unstarted(this::run);
    }

    /**
     * Takes memory for keys and values and starts the engine's thread. From now until {@link #close} nobody else may
     * run the transformer's forward pass; close the engine before the transformer.
     *
     * @throws EngineException if the options ask for more than the model or the machine has
     */
    public static Engine start(Transformer transformer, Tokenizer tokenizer, EngineOptions options) {
        int modelContext = transformer.config().contextLength();
        KvMemory memory = KvMemory.of(options, modelContext, transformer.kvBlockBytes(options.kvType()));
        Vocabulary vocabulary = new TokenizerVocabulary(tokenizer);
        TransformerModel model = new TransformerModel(transformer, memory, options);
        Engine engine = new Engine(model, vocabulary, memory, options);
        engine.thread.start();
        return engine;
    }

    /**
     * Starts a generation, now or when it is its turn.
     *
     * @throws EngineException if the prompt is too long for the context, a token id is outside the vocabulary, the
     *     queue is full, or the engine is closed
     */
    public Generation submit(GenerationRequest request) {
        if (closed()) {
            throw whyClosed();
        }
        GenerationStream stream = loop.submit(request);
        LockSupport.unpark(thread);
        if (closed()) {
            stream.end(new GenerationEvent.Failed(
                    String.valueOf(whyClosed().getMessage()))); // the loop may have looked for the last time
        }
        return stream;
    }

    private boolean closed() {
        return closing || failure.isPresent();
    }

    private EngineException whyClosed() {
        return failure.map(cause -> new EngineException("engine: stopped by " + cause + " (expected: running)", cause))
                .orElseGet(() -> new EngineException("engine: closed (expected: open)"));
    }

    /** Tokens that a sequence may hold, prompt and answer together. */
    public int contextLength() {
        return memory.contextLength();
    }

    /** What the engine is doing, as of its last step. */
    public EngineStatistics statistics() {
        return loop.statistics();
    }

    private void run() {
        try {
            while (!closing) {
                if (!loop.step() && !closing && !loop.hasArrivals()) {
                    LockSupport.park(this);
                }
            }
            loop.cancelAll();
        } catch (RuntimeException | Error e) {
            failure = Optional.of(e);
            loop.failAll(String.valueOf(whyClosed().getMessage()));
        }
    }

    /**
     * Ends all generations as cancelled, waits until the engine's thread has ended, and frees the memory for keys and
     * values. Does nothing the second time.
     */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
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
        if (memoryFreed.compareAndSet(false, true)) {
            model.close();
        }
    }
}
