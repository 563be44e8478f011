package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * An attention shared out among a team. One object per {@link Compute}, filled again for each attention, as
 * {@link ProductTask} is. Written by the caller while no task runs, read by the team.
 *
 * <p>Queries and outputs are [rows][heads * headDim]. The work of one key/value head and one run of rows (neighbours of
 * one sequence, {@link AttentionRuns}) is a unit. A prompt has units enough: each is a task. Those of one head follow
 * each other, so that its keys and values stay in the caches, the longest first, so that threads end together. To
 * decode over a long context there are few units, perhaps one, while memory takes all threads to read: then each split
 * of a unit is a task, if the kernel set can do that, and who finishes the last one combines the unit's splits, in
 * their order. Both give the same bits.
 */
@SuppressWarnings("NullAway.Init") // set comes before every run
final class AttentionTask implements ThreadTeam.Task {
    /** Positions of one split of a long context: softmax is taken per split, and splits combine in order. */
    static final int SPLIT_POSITIONS = 512;

    /** Units per thread from which on whole units are shared out evenly enough. */
    private static final int UNITS_PER_THREAD = 4;

    /** Bounds the memory for results of splits; beyond it whole units are tasks. */
    private static final long RECORD_BYTES_MAX = 64L << 20;

    private final LeafKernels kernels;
    private final Workspace[] workspaces;
    private final AttentionRuns runs = new AttentionRuns();
    private FloatRows q;
    private KvLayer kv;
    private RowMap map;
    private AttentionSpec spec;
    private FloatRows out;
    private Optional<FloatRows> sinks = Optional.empty();
    private boolean bySplits;
    private long recordBytes;
    private MemorySegment records = MemorySegment.NULL;
    private AtomicIntegerArray splitsLeft = new AtomicIntegerArray(0);

    AttentionTask(LeafKernels kernels, Workspace[] workspaces) {
        this.kernels = kernels;
        this.workspaces = workspaces;
    }

    /** The operands of the next run, without sinks. */
    void set(FloatRows queries, KvLayer layer, RowMap rows, AttentionSpec shape, FloatRows mixed) {
        set(queries, layer, rows, shape, Optional.empty(), mixed);
    }

    /**
     * The operands of the next run.
     *
     * @param sinkOfHeads a score for each query head that joins its softmax without a value
     */
    void set(
            FloatRows queries,
            KvLayer layer,
            RowMap rows,
            AttentionSpec shape,
            Optional<FloatRows> sinkOfHeads,
            FloatRows mixed) {
        sinks = sinkOfHeads;
        q = queries;
        kv = layer;
        map = rows;
        spec = shape;
        out = mixed;
        runs.find(map, spec, workspaces.length);
        Optional<SplitAttention> splits = kernels.splitAttention();
        bySplits = workspaces.length > 1
                && runs.count() * spec.kvHeads() < workspaces.length * UNITS_PER_THREAD
                && runs.splits() > runs.count()
                && splits.isPresent();
        if (bySplits) {
            recordBytes = splits.get().recordBytes(spec);
            takeRecords();
        }
    }

    /** Room for the records of all units; none is taken, and whole units are tasks, if they were too many. */
    private void takeRecords() {
        long bytes = recordsBefore(runs.count());
        bySplits = bytes <= RECORD_BYTES_MAX;
        if (bySplits && records.byteSize() < bytes) {
            records = Arena.ofAuto().allocate(Math.min(2 * bytes, RECORD_BYTES_MAX), FloatRows.ALIGNMENT);
        }
        int units = runs.count() * spec.kvHeads();
        if (bySplits && splitsLeft.length() < units) {
            splitsLeft = new AtomicIntegerArray(units);
        }
        for (int unit = 0; bySplits && unit < units; unit++) {
            splitsLeft.set(unit, runs.splits(unit / spec.kvHeads()));
        }
    }

    /** Bytes of the records of all heads of the runs before one. */
    private long recordsBefore(int run) {
        return recordBytes * spec.heads() * runs.rowSplitsBefore(run);
    }

    FloatRows q() {
        return q;
    }

    KvLayer kv() {
        return kv;
    }

    RowMap map() {
        return map;
    }

    AttentionSpec spec() {
        return spec;
    }

    FloatRows out() {
        return out;
    }

    /** Whether heads have sinks. */
    boolean hasSinks() {
        return sinks.isPresent();
    }

    /**
     * What a query's values are divided by.
     *
     * @param total the sum of exponentials, less the greatest score
     */
    float withSink(float total, float greatest, int head) {
        return sinks.isEmpty() ? total : total + CanonicalMath.exp(sinks.get().get(0, head) - greatest);
    }

    /** How many tasks there are. */
    int tasks() {
        return (bySplits ? runs.splits() : runs.count()) * spec.kvHeads();
    }

    @Override
    public void run(int task, int worker) {
        if (bySplits) {
            runSplit(task / spec.kvHeads(), task % spec.kvHeads(), workspaces[worker]);
            return;
        }
        int run = runs.count() - 1 - task % runs.count();
        kernels.attention(this, task / runs.count(), runs.start(run), runs.end(run), workspaces[worker]);
    }

    /** The split of that number among those of all runs. */
    private void runSplit(int number, int kvHead, Workspace workspace) {
        int run = runs.ofSplit(number);
        int from = runs.start(run);
        int to = runs.end(run);
        int split = number - runs.splitsBefore(run);
        long splitBytes = recordBytes * (to - from) * spec.groupedHeads();
        long base = records.address() + recordsBefore(run) + kvHead * splitBytes * runs.splits(run);
        SplitAttention attention = kernels.splitAttention().orElseThrow();
        attention.split(this, kvHead, from, to, runs.firstSplit(run) + split, base + split * splitBytes, workspace);
        if (splitsLeft.decrementAndGet(run * spec.kvHeads() + kvHead) == 0) {
            attention.combine(this, kvHead, from, to, runs.firstSplit(run), base, workspace);
        }
    }
}
