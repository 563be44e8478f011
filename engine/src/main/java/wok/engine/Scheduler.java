package wok.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides which rows the next step computes and who holds the memory for them.
 *
 * <p>All sequences stand in one line, by arrival. Its front part runs, the rest waits; a sequence enters when the one
 * before it has entered and memory for all of its tokens is there. A step is
 *
 * <ol>
 *   <li>a row for each sequence that lacks one token (decoding), then
 *   <li>chunks of longer pieces (prompts), oldest first, up to the step's budget of rows. Beside decoding sequences the
 *       budget is smaller: a step of 256 prompt rows takes many times as long as a decode step, and everybody who
 *       waits for a next word would wait that long.
 * </ol>
 *
 * <p>When a running sequence needs a block and none is left, the youngest running one gives all of its blocks back and
 * waits again, at the front of those who wait. Later it computes its tokens anew (or finds them in the prefix cache);
 * since a row's bits don't depend on its batch, nobody can see that it was interrupted. The oldest sequence is never
 * the victim unless it is alone, and alone every sequence fits, so each step brings the oldest one forward: nobody
 * starves. The alternative, copying its keys and values away, would move as many bytes as computing them reads weights
 * on a small model, and needs a second memory.
 *
 * <p>If the model has recurrent layers, a running sequence also holds a slot for its state, and what it takes from the
 * prefix cache ends at a block whose state was kept ({@link StateSlots}). Which states a step keeps is decided as its
 * rows are put together; the forward pass leaves copies on its way, so that no prompt is cut for them.
 *
 * <p>One owner thread.
 */
final class Scheduler {
    private final KvBlockPool pool;
    private final StateSlots states;
    private final int batchTokens;
    private final int prefillBesideDecode;
    private final int sequencesMax;
    private final boolean prefixCache;
    private final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();

    /** The step: sequences and how many of their missing tokens it computes. */
    private final List<Sequence> planned = new ArrayList<>();

    private final int[] plannedRows;
    private long preemptions;

    /** What {@link #findCached} found. */
    private int cachedBlocks;

    private int cachedUnheld;
    private int cachedLeft;

    Scheduler(KvBlockPool pool, StateSlots states, EngineOptions options) {
        this.pool = pool;
        this.states = states;
        batchTokens = options.batchTokens();
        prefillBesideDecode = options.prefillTokensBesideDecode();
        sequencesMax = options.sequencesMax();
        prefixCache = options.prefixCache();
        plannedRows = new int[sequencesMax];
    }

    /** Puts a new sequence at the end of the line. */
    void add(Sequence sequence) {
        waiting.addLast(sequence);
    }

    List<Sequence> running() {
        return running;
    }

    ArrayDeque<Sequence> waiting() {
        return waiting;
    }

    long preemptions() {
        return preemptions;
    }

    /** Takes a sequence out of the line, wherever it is, and its memory back. */
    void remove(Sequence sequence) {
        releaseBlocks(sequence);
        if (!running.remove(sequence)) {
            waiting.remove(sequence);
        }
    }

    /**
     * Composes the next step.
     *
     * @return whether there is anything to compute
     */
    boolean plan() {
        planned.clear();
        reserveForRunning();
        admit();
        int decoding = planDecoding();
        int budget = decoding == 0 ? batchTokens : Math.min(prefillBesideDecode, batchTokens - decoding);
        planPrefill(budget);
        return !planned.isEmpty();
    }

    int plannedCount() {
        return planned.size();
    }

    Sequence planned(int index) {
        return planned.get(index);
    }

    int plannedRows(int index) {
        return plannedRows[index];
    }

    private int planDecoding() {
        int rows = 0;
        for (int i = 0; i < running.size(); i++) {
            if (running.get(i).missing() == 1) {
                plan(running.get(i), 1);
                rows++;
            }
        }
        return rows;
    }

    private void planPrefill(int budget) {
        int left = budget;
        for (int i = 0; i < running.size() && left > 0; i++) {
            Sequence sequence = running.get(i);
            if (sequence.missing() > 1) {
                int rows = Math.min(left, sequence.missing());
                plan(sequence, rows);
                left -= rows;
            }
        }
    }

    private void plan(Sequence sequence, int rows) {
        plannedRows[planned.size()] = rows;
        planned.add(sequence);
    }

    /** Gives every running sequence, oldest first, the blocks that its tokens need. */
    private void reserveForRunning() {
        for (int i = 0; i < running.size(); i++) {
            Sequence sequence = running.get(i);
            if (sequence.blocks() == 0) {
                takeCached(sequence);
            }
            while (sequence.blocksMissing() > 0 && i < running.size()) {
                if (pool.available() > 0) {
                    sequence.addBlock(pool.take());
                } else {
                    preemptYoungest();
                }
            }
        }
    }

    private void preemptYoungest() {
        Sequence victim = running.removeLast();
        releaseBlocks(victim);
        waiting.addFirst(victim);
        preemptions++;
    }

    private void admit() {
        while (running.size() < sequencesMax && !waiting.isEmpty() && hasRoomFor(waiting.peekFirst())) {
            Sequence sequence = waiting.removeFirst();
            takeCached(sequence);
            while (sequence.blocksMissing() > 0) {
                sequence.addBlock(pool.take());
            }
            running.add(sequence);
        }
    }

    /** Room for all of its tokens, and a block of growth for each sequence that runs already. */
    private boolean hasRoomFor(Sequence sequence) {
        findCached(sequence);
        int needed = sequence.blocksMissing() - cachedBlocks;
        return needed + running.size() <= pool.available() - cachedUnheld;
    }

    /**
     * Looks for the blocks of the prefix cache that a sequence without blocks can take: all that fit, and if the model
     * has a state those up to the last one whose state was kept.
     */
    private void findCached(Sequence sequence) {
        cachedBlocks = 0;
        cachedUnheld = 0;
        int found = 0;
        int unheld = 0;
        long node = sequence.root();
        while (canTakeCached(sequence, found)) {
            int block = pool.find(node, sequence.tokens(), found * KvBlockPool.BLOCK_POSITIONS);
            if (block == KvBlockPool.NONE) {
                break;
            }
            node = pool.node(block);
            found++;
            unheld += pool.unheld(block) ? 1 : 0;
            if (states.has(block)) {
                cachedBlocks = found;
                cachedUnheld = unheld;
            }
        }
        cachedLeft = found;
    }

    /** Gives a sequence without blocks the blocks of the prefix cache that fit it, and a state that goes with them. */
    private void takeCached(Sequence sequence) {
        findCached(sequence);
        while (sequence.blocks() < cachedBlocks) {
            int from = sequence.blocks() * KvBlockPool.BLOCK_POSITIONS;
            int block = pool.find(sequence.node(), sequence.tokens(), from);
            pool.retain(block);
            sequence.addCachedBlock(block, pool.node(block));
        }
        if (!states.none()) {
            takeState(sequence);
        }
    }

    private void takeState(Sequence sequence) {
        int slot = states.take();
        int left = cachedLeft > cachedBlocks ? cachedLeft * KvBlockPool.BLOCK_POSITIONS : 0;
        sequence.state().begin(slot, sequence.length(), left);
        if (cachedBlocks > 0) {
            states.restore(sequence.blockTable()[cachedBlocks - 1], slot);
        }
    }

    /** The last token is always computed: its logits are wanted. */
    private boolean canTakeCached(Sequence sequence, int blocks) {
        return prefixCache && (blocks + 1) * KvBlockPool.BLOCK_POSITIONS < sequence.length();
    }

    /**
     * Where the step is to keep the state behind a position that it computes, or {@link StateSlots#NONE}. Of an answer
     * the state kept before goes, since that behind a later block serves the same prompts.
     */
    int keepStateBehind(Sequence sequence, int position) {
        HeldState state = sequence.state();
        if (states.none() || !prefixCache || !state.wants(position, sequence.length())) {
            return StateSlots.NONE;
        }
        if (state.isOfAnswer(position)) {
            int rolled = state.takeRolled(pool);
            if (rolled != KvBlockPool.NONE) {
                states.drop(rolled);
            }
        }
        int slot = states.takeForKeeping();
        if (slot != StateSlots.NONE) {
            state.addPending(position, slot);
        }
        return slot;
    }

    /** A planned part was computed: its full blocks can be found from now on. */
    void computed(int index) {
        Sequence sequence = planned.get(index);
        sequence.computed(plannedRows[index]);
        while (prefixCache && sequence.hasUnregisteredBlock()) {
            int place = sequence.registered();
            int own = sequence.blockTable()[place];
            int known = pool.register(own, sequence.node(), sequence.tokens(), place * KvBlockPool.BLOCK_POSITIONS);
            if (known != own) {
                pool.retain(known);
                pool.release(own);
            }
            sequence.registeredAs(known, pool.node(known));
            attachState(sequence, known);
        }
    }

    /** If the step has kept the state behind the sequence's last registered block, prompts can find it from now on. */
    private void attachState(Sequence sequence, int block) {
        HeldState state = sequence.state();
        int position = sequence.registered() * KvBlockPool.BLOCK_POSITIONS;
        int slot = state.takePending(position);
        if (slot != StateSlots.NONE) {
            states.attach(block, slot);
            if (state.isOfAnswer(position)) {
                state.rolled(block, pool.node(block));
            }
        }
    }

    /**
     * Takes back all blocks of a sequence, the last first, so that the end of a cached text is forgotten first, and its
     * state.
     */
    void releaseBlocks(Sequence sequence) {
        HeldState state = sequence.state();
        while (state.hasPending()) {
            states.giveBack(state.takePending());
        }
        int slot = state.end();
        if (slot != StateSlots.NONE) {
            states.release(slot);
        }
        while (sequence.blocks() > 0) {
            pool.release(sequence.removeBlock());
        }
    }

    /** All sequences in the line, oldest first, for sweeps that remove some. */
    void sweep(Predicate<Sequence> leaves) {
        sweep(running.iterator(), leaves);
        sweep(waiting.iterator(), leaves);
    }

    private void sweep(Iterator<Sequence> line, Predicate<Sequence> leaves) {
        while (line.hasNext()) {
            Sequence sequence = line.next();
            if (leaves.test(sequence)) {
                line.remove();
                releaseBlocks(sequence);
            }
        }
    }
}
