package wok.engine;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import wok.model.AdapterMix;

/**
 * One step after the other: take in what was submitted, drop what was cancelled, compute the scheduler's batch, choose
 * a token for each sequence that has logits, tell its reader.
 *
 * <p>It has no thread and no clock of its own, so that a test can run a million steps of it in seconds, with a model
 * that is a hash function. {@link Engine} adds the thread. {@link #step}, {@link #cancelAll} and {@link #failAll}
 * belong to that thread; {@link #submit} may come from any.
 *
 * <p>If the model's forward pass fails, the sequences of that batch fail with its message and the others go on: only
 * blocks and states of those sequences were being written, and none of them had become findable.
 */
final class EngineLoop {
    private final LanguageModel model;
    private final Vocabulary vocabulary;
    private final EngineOptions options;
    private final int contextLength;
    /** Ids from this one on are rows that pad the model's matrices, no tokens. */
    private final int choosable;

    private final LongSupplier clock;
    private final StateSlots states;
    private final KvBlockPool pool;
    private final Scheduler scheduler;
    private final Sampler sampler;
    private final Logprobs logprobs;
    private final float[] logits;
    private final Queue<Sequence> arrivals = new ConcurrentLinkedQueue<>();
    /** Sequences that were submitted and have not begun. */
    private final AtomicInteger queued = new AtomicInteger();

    /** Where the prefixes of each mix of adapters begin in the pool. */
    private final Map<AdapterMix, Long> roots = new ConcurrentHashMap<>();

    private final AtomicLong lastRoot = new AtomicLong(KvBlockPool.ROOT);

    private final Predicate<Sequence> cancelled = this::endIfCancelled;
    private long steps;
    private long rows;
    private long tokens;
    private volatile EngineStatistics statistics;

    EngineLoop(LanguageModel model, Vocabulary vocabulary, KvMemory memory, EngineOptions options, LongSupplier clock) {
        this.model = model;
        this.vocabulary = vocabulary;
        this.options = options;
        this.clock = clock;
        contextLength = memory.contextLength();
        states = new StateSlots(model, options.sequencesMax(), memory.blocks());
        pool = new KvBlockPool(memory.blocks(), states::drop);
        scheduler = new Scheduler(pool, states, options);
        choosable = Math.min(model.vocabularySize(), vocabulary.size());
        sampler = new Sampler(choosable);
        logprobs = new Logprobs(choosable);
        logits = new float[model.vocabularySize()];
        statistics = measure();
    }

    /**
     * Takes a request in. Any thread.
     *
     * @throws EngineException if the prompt does not fit the context, a token id is outside the vocabulary, or the
     *     queue is full
     */
    GenerationStream submit(GenerationRequest request) {
        checkPrompt(request);
        GenerationStream stream = new GenerationStream();
        Sequence sequence =
                new Sequence(request, stream, vocabulary, contextLength, root(request.adapters()), clock.getAsLong());
        if (queued.incrementAndGet() > options.queueMax()) {
            queued.decrementAndGet();
            throw Options.wrong(
                    "queue",
                    options.queueMax() + " requests are waiting",
                    "fewer than " + options.queueMax()
                            + "; try again later, or start the engine with a greater queueMax");
        }
        arrivals.add(sequence);
        return stream;
    }

    /** Negative numbers are no node's, so that prefixes of different adapters never meet. */
    private long root(AdapterMix adapters) {
        return adapters.isNone()
                ? KvBlockPool.ROOT
                : roots.computeIfAbsent(adapters, mix -> lastRoot.decrementAndGet());
    }

    private void checkPrompt(GenerationRequest request) {
        if (request.promptLength() >= contextLength) {
            throw Options.wrong(
                    "prompt",
                    request.promptLength() + " tokens",
                    "at most " + (contextLength - 1) + ", one less than the context of " + contextLength
                            + "; shorten the prompt or start the engine with a greater contextMax");
        }
        for (int id : request.promptTokens()) {
            checkId("promptTokens", id);
        }
        for (int id : request.sampling().logitBias().keySet()) {
            checkId("logitBias", id);
        }
    }

    private void checkId(String name, int id) {
        if (id < 0 || id >= choosable) {
            throw Options.wrong(name, id, "a token id, 0 to " + (choosable - 1));
        }
    }

    /**
     * One step.
     *
     * @return whether there was anything to do; when not, nothing changes until the next {@link #submit}
     */
    boolean step() {
        takeArrivals();
        scheduler.sweep(cancelled);
        if (!scheduler.plan()) {
            statistics = measure();
            return false;
        }
        begin();
        fillBatch();
        try {
            model.forward();
        } catch (RuntimeException e) {
            failPlanned(e);
            return true;
        }
        steps++;
        advancePlanned();
        statistics = measure();
        return true;
    }

    /** Whether a sequence was submitted that the loop has not seen. */
    boolean hasArrivals() {
        return !arrivals.isEmpty();
    }

    private void takeArrivals() {
        for (Sequence next = arrivals.poll(); next != null; next = arrivals.poll()) {
            scheduler.add(next);
        }
    }

    private boolean endIfCancelled(Sequence sequence) {
        if (!sequence.stream().cancelled()) {
            return false;
        }
        end(sequence, FinishReason.CANCELLED);
        return true;
    }

    /** Sequences in the plan for the first time have left the queue. */
    private void begin() {
        for (int i = 0; i < scheduler.plannedCount(); i++) {
            if (!scheduler.planned(i).begun()) {
                scheduler.planned(i).begin(clock.getAsLong());
                queued.decrementAndGet();
            }
        }
    }

    private void fillBatch() {
        model.clear();
        for (int i = 0; i < scheduler.plannedCount(); i++) {
            Sequence sequence = scheduler.planned(i);
            int first = sequence.computed();
            model.use(sequence.request().adapters());
            for (int position = first; position < first + scheduler.plannedRows(i); position++) {
                addRow(sequence, position);
            }
            rows += scheduler.plannedRows(i);
        }
    }

    private void addRow(Sequence sequence, int position) {
        boolean last = position == sequence.length() - 1;
        int token = sequence.tokens()[position];
        model.add(token, position, sequence.blockTable(), sequence.state().slot(), last);
        int kept = scheduler.keepStateBehind(sequence, position + 1);
        if (kept != StateSlots.NONE) {
            model.keepState(kept);
        }
    }

    private void advancePlanned() {
        int logitsRow = 0;
        for (int i = 0; i < scheduler.plannedCount(); i++) {
            Sequence sequence = scheduler.planned(i);
            scheduler.computed(i);
            if (sequence.missing() == 0) {
                model.logits(logitsRow++, logits);
                advance(sequence);
            }
        }
    }

    /** The sequence's logits are there: says its next token, and ends it if that was the last. */
    private void advance(Sequence sequence) {
        if (sequence.tokensUsedUp()) {
            finish(sequence, FinishReason.LENGTH);
            return;
        }
        if (sequence.overBudget()) {
            sequence.forceClosing(
                    vocabulary.encode(sequence.request().reasoning().close()));
        }
        try {
            say(sequence, choose(sequence));
        } catch (RuntimeException e) {
            scheduler.remove(sequence);
            fail(sequence, e instanceof EngineException ? String.valueOf(e.getMessage()) : e.toString());
        }
    }

    private int choose(Sequence sequence) {
        if (sequence.forced()) {
            return sequence.nextForced();
        }
        return sampler.sample(
                logits,
                sequence.tokens(),
                sequence.length(),
                sequence.sinceBreaker(),
                sequence.request().sampling(),
                sequence.position());
    }

    private void say(Sequence sequence, int id) {
        GenerationRequest request = sequence.request();
        TokenInfo token =
                request.topLogprobs() < 0 ? TokenInfo.of(id) : logprobs.describe(logits, id, request.topLogprobs());
        tokens++;
        sequence.count(sequence.answer().thinking(), clock.getAsLong());
        if (vocabulary.endsGeneration(id) && !request.endOfGenerationIgnored()) {
            sequence.answer().finish(token);
            finish(sequence, FinishReason.STOP);
            return;
        }
        sequence.append(id);
        sequence.answer().accept(token);
        if (sequence.answer().stop().isPresent()) {
            finish(sequence, FinishReason.STOP);
        } else if (sequence.tokensUsedUp()) {
            finish(sequence, FinishReason.LENGTH);
        } else if (sequence.contextFull() && !shiftContext(sequence)) {
            finish(sequence, FinishReason.LENGTH);
        }
    }

    private boolean shiftContext(Sequence sequence) {
        if (sequence.request().contextPolicy() == ContextPolicy.ERROR) {
            return false;
        }
        scheduler.releaseBlocks(sequence);
        return sequence.shiftContext();
    }

    private void finish(Sequence sequence, FinishReason reason) {
        scheduler.remove(sequence);
        end(sequence, reason);
    }

    private void end(Sequence sequence, FinishReason reason) {
        sequence.answer().finish();
        leaveQueue(sequence);
        sequence.stream()
                .end(new GenerationEvent.Finished(
                        reason,
                        sequence.usage(clock.getAsLong()),
                        sequence.answer().rest(),
                        sequence.answer().stop().orElse("")));
    }

    private void fail(Sequence sequence, String message) {
        leaveQueue(sequence);
        sequence.stream().end(new GenerationEvent.Failed(message));
    }

    private void leaveQueue(Sequence sequence) {
        if (!sequence.begun()) {
            queued.decrementAndGet();
        }
    }

    private void failPlanned(RuntimeException cause) {
        for (int i = 0; i < scheduler.plannedCount(); i++) {
            scheduler.remove(scheduler.planned(i));
            fail(scheduler.planned(i), "the model's forward pass failed: " + cause);
        }
        statistics = measure();
    }

    /** Ends everything as cancelled. */
    void cancelAll() {
        takeArrivals();
        scheduler.sweep(sequence -> {
            end(sequence, FinishReason.CANCELLED);
            return true;
        });
        statistics = measure();
    }

    /** Ends everything as failed. */
    void failAll(String message) {
        takeArrivals();
        scheduler.sweep(sequence -> {
            fail(sequence, message);
            return true;
        });
        statistics = measure();
    }

    EngineStatistics statistics() {
        return statistics;
    }

    private EngineStatistics measure() {
        return new EngineStatistics(
                scheduler.running().size(),
                scheduler.waiting().size(),
                pool.size(),
                pool.size() - pool.available(),
                pool.cached(),
                states.held(),
                states.kept(),
                steps,
                rows,
                tokens,
                scheduler.preemptions());
    }
}
