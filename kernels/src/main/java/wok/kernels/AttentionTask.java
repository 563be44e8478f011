package wok.kernels;

/**
 * An attention shared out by key/value heads and runs of rows of one sequence. One object per {@link Compute}, filled
 * again for each attention, as {@link ProductTask} is. Written by the caller while no task runs, read by the team.
 *
 * <p>Queries and outputs are [rows][heads * headDim].
 */
@SuppressWarnings("NullAway.Init") // set comes before every run
final class AttentionTask implements ThreadTeam.Task {
    /** Positions of one split of a long context: softmax is taken per split, and splits combine in order. */
    static final int SPLIT_POSITIONS = 512;

    /** Rows of one sequence that share the loads of keys and values. */
    private static final int ROWS_MAX = 16;

    private final LeafKernels kernels;
    private final Workspace[] workspaces;
    private FloatRows q;
    private KvLayer kv;
    private RowMap map;
    private AttentionSpec spec;
    private FloatRows out;

    AttentionTask(LeafKernels kernels, Workspace[] workspaces) {
        this.kernels = kernels;
        this.workspaces = workspaces;
    }

    /** The operands of the next run, of {@code runs() * spec.kvHeads()} tasks. */
    void set(FloatRows queries, KvLayer layer, RowMap rows, AttentionSpec shape, FloatRows mixed) {
        q = queries;
        kv = layer;
        map = rows;
        spec = shape;
        out = mixed;
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

    @Override
    public void run(int task, int worker) {
        int from = runStart(map, task / spec.kvHeads());
        kernels.attention(this, task % spec.kvHeads(), from, runEnd(map, from), workspaces[worker]);
    }

    /** Runs of neighbouring rows that share a block table, of at most {@link #ROWS_MAX} rows. */
    int runs() {
        int runs = 0;
        for (int from = 0; from < map.rows(); from = runEnd(map, from)) {
            runs++;
        }
        return runs;
    }

    private static int runStart(RowMap map, int run) {
        int from = 0;
        for (int i = 0; i < run; i++) {
            from = runEnd(map, from);
        }
        return from;
    }

    @SuppressWarnings("ReferenceEquality") // the same array means the same sequence; equal ones only share less
    private static int runEnd(RowMap map, int from) {
        int to = from + 1;
        while (to < map.rows() && to - from < ROWS_MAX && map.blockTable(to) == map.blockTable(from)) {
            to++;
        }
        return to;
    }
}
