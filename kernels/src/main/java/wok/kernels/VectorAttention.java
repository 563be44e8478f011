package wok.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention on the Vector API, equal to {@link ReferenceAttention} bit for bit: rows of one sequence and all query heads
 * of one key/value head at once, so that they share the loads of keys and values.
 *
 * <p>How it works. A block of keys [headDim][16 positions] is a panel whose lanes are positions, a block of values
 * [16 positions][headDim] one whose lanes are dimensions: both products run in {@link VectorTile}, the first over
 * dimensions, the second over positions. Scores of positions that a query does not see are computed and thrown away
 * (replaced by -infinity, whose exponential is +0, which changes no sum of positive numbers); in the second product
 * blocks that some query sees only in part are multiplied query by query, over exactly the visible positions.
 *
 * <p>Queries are numbered row by row; query q belongs to row {@code from + q / grouped}. Scratch layouts:
 * scores [512 / STRIDE][queries][STRIDE positions], sums [dims / STRIDE][queries][STRIDE dims]. Kept in a worker's
 * workspace from task to task, so that none is allocated while a model decodes; one thread at a time.
 */
final class VectorAttention {
    private static final int L = Lanes.COUNT;
    private static final int STRIDE = Lanes.STRIDE;
    private static final int BLOCK = KvLayer.BLOCK_POSITIONS;
    private static final int SPLIT = AttentionTask.SPLIT_POSITIONS;

    private final Workspace workspace;
    private AttentionTask task;
    private AttentionSpec spec;
    private int[] blockTable;
    private int from;
    private int kvHead;
    private int grouped;
    private int queries;
    private int dimChunks;
    private float[] x;
    private float[] panel;
    private float[] scores;
    private float[] splitSums;
    private float[] sums;
    private float[] greatest;
    private float[] totals;
    private float[] lanes;

    @SuppressWarnings("NullAway.Init") // run fills every field before anything reads one
    VectorAttention(Workspace workspace) {
        this.workspace = workspace;
    }

    /** Rows {@code firstRow} to {@code endRow - 1}, which share a block table, for one key/value head. */
    void run(AttentionTask operands, int head, int firstRow, int endRow) {
        task = operands;
        kvHead = head;
        from = firstRow;
        spec = task.spec();
        grouped = spec.groupedHeads();
        queries = (endRow - firstRow) * grouped;
        dimChunks = (spec.headDim() + STRIDE - 1) / STRIDE;
        blockTable = task.map().blockTable(from);
        takeScratch();
        attend();
    }

    private void takeScratch() {
        x = workspace.floats(Workspace.X, queries * spec.headDim());
        panel = workspace.floats(Workspace.PANEL, Math.max(spec.headDim(), dimChunks * BLOCK) * STRIDE);
        scores = workspace.floats(Workspace.SCORES, (SPLIT + 2) * queries);
        splitSums = workspace.floats(Workspace.VALUES, dimChunks * queries * STRIDE);
        sums = workspace.floats(Workspace.SUMS, dimChunks * queries * STRIDE);
        greatest = workspace.floats(Workspace.SCALES, queries);
        totals = workspace.floats(Workspace.TOTALS, queries);
        lanes = workspace.floats(Workspace.LANES, 2 * BLOCK);
    }

    private void attend() {
        copyQueries();
        int first = Integer.MAX_VALUE;
        int last = 0;
        for (int q = 0; q < queries; q++) {
            first = Math.min(first, firstVisible(q));
            last = Math.max(last, lastVisible(q));
        }
        for (int start = first / SPLIT * SPLIT; start <= last; start += SPLIT) {
            split(start, Math.max(first, start), Math.min(last, start + SPLIT - 1));
        }
        for (int q = 0; q < queries; q++) {
            write(q);
        }
    }

    private int firstVisible(int query) {
        return task.map().firstVisible(from + query / grouped, spec);
    }

    private int lastVisible(int query) {
        return task.map().lastVisible(from + query / grouped, spec);
    }

    private int headColumn(int query) {
        return (kvHead * grouped + query % grouped) * spec.headDim();
    }

    private void copyQueries() {
        for (int q = 0; q < queries; q++) {
            task.q().copyTo(from + q / grouped, headColumn(q), x, q * spec.headDim(), spec.headDim());
        }
    }

    /** One split, of which some query sees {@code low} and some query {@code high}, and none more. */
    private void split(int start, int low, int high) {
        for (int position = low / STRIDE * STRIDE; position <= high; position += STRIDE) {
            scorePanel(start, position, low, high);
        }
        for (int q = 0; q < queries; q++) {
            int a = Math.max(start, firstVisible(q));
            int b = Math.min(start + SPLIT - 1, lastVisible(q));
            if (a <= b) {
                softmax(q, start, a, b);
            }
        }
        weighValues(start, low, high);
        for (int q = 0; q < queries; q++) {
            if (Math.max(start, firstVisible(q)) <= Math.min(start + SPLIT - 1, lastVisible(q))) {
                combine(q, start <= firstVisible(q));
            }
        }
    }

    /** Products of all queries with STRIDE positions, of which those outside low … high are not looked at. */
    private void scorePanel(int start, int position, int low, int high) {
        for (int at = position; at < position + STRIDE; at += BLOCK) {
            if (at + BLOCK > low && at <= high) {
                VectorKvPanel.keys(task.kv(), kvHead, blockTable[at / BLOCK], panel, at - position);
            }
        }
        int to = (position - start) * queries;
        Arrays.fill(scores, to, to + STRIDE * queries, 0);
        VectorTile.run(panel, 0, spec.headDim(), x, 0, spec.headDim(), queries, scores, to);
    }

    /** Where the scores of a query for the 16 positions from {@code position} on are. */
    private int scoresAt(int query, int start, int position) {
        int inSplit = position - start;
        return (inSplit / STRIDE * queries + query) * STRIDE + inSplit % STRIDE;
    }

    /** Turns the scores of visible positions a to b into exponentials; sets the query's new maximum and sum. */
    private void softmax(int query, int start, int a, int b) {
        Arrays.fill(lanes, 0, BLOCK, Float.NEGATIVE_INFINITY);
        for (int block = a / BLOCK * BLOCK; block <= b; block += BLOCK) {
            int at = scoresAt(query, start, block);
            scale(at);
            if (block < a || block + BLOCK - 1 > b) {
                hide(at, a - block, b - block);
            }
            keepGreatest(scores, at, lanes);
        }
        float split = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < BLOCK; i++) {
            split = Math.max(split, lanes[i]);
        }
        Arrays.fill(lanes, 0, BLOCK, 0);
        for (int block = a / BLOCK * BLOCK; block <= b; block += BLOCK) {
            exponentials(scores, scoresAt(query, start, block), split, lanes);
        }
        float total = CanonicalMath.fold(lanes);
        update(query, split, total, start <= firstVisible(query));
    }

    private void scale(int at) {
        float softcap = spec.softcap();
        for (int part = at; part < at + BLOCK; part += L) {
            FloatVector score =
                    FloatVector.fromArray(Lanes.FLOATS, scores, part).mul(spec.scale());
            if (softcap == 0) {
                score.intoArray(scores, part);
            } else {
                VectorMath.softcap(score, softcap).intoArray(scores, part);
            }
        }
    }

    /** Positions before {@code first} and after {@code last} of a block take no part. */
    private void hide(int at, int first, int last) {
        for (int i = 0; i < BLOCK; i++) {
            if (i < first || i > last) {
                scores[at + i] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static void keepGreatest(float[] scores, int at, float[] lanes) {
        for (int part = 0; part < BLOCK; part += L) {
            FloatVector score = FloatVector.fromArray(Lanes.FLOATS, scores, at + part);
            FloatVector.fromArray(Lanes.FLOATS, lanes, part).max(score).intoArray(lanes, part);
        }
    }

    private static void exponentials(float[] scores, int at, float greatest, float[] lanes) {
        for (int part = 0; part < BLOCK; part += L) {
            FloatVector score = FloatVector.fromArray(Lanes.FLOATS, scores, at + part);
            FloatVector e = VectorMath.exp(score.sub(greatest));
            e.intoArray(scores, at + part);
            FloatVector.fromArray(Lanes.FLOATS, lanes, part).add(e).intoArray(lanes, part);
        }
    }

    /** Combines maximum and sum of exponentials; remembers in splitFactor and keptFactor what values are scaled by. */
    private void update(int query, float split, float total, boolean isFirst) {
        if (isFirst) {
            greatest[query] = split;
            totals[query] = total;
            return;
        }
        float newGreatest = Math.max(greatest[query], split);
        float kept = CanonicalMath.exp(greatest[query] - newGreatest);
        float added = CanonicalMath.exp(split - newGreatest);
        greatest[query] = newGreatest;
        totals[query] = Math.fma(total, added, totals[query] * kept);
        scores[factorsAt(query)] = kept;
        scores[factorsAt(query) + 1] = added;
    }

    private int factorsAt(int query) {
        return SPLIT * queries + 2 * query;
    }

    private void weighValues(int start, int low, int high) {
        Arrays.fill(splitSums, 0, dimChunks * queries * STRIDE, 0);
        for (int block = low / BLOCK * BLOCK; block <= high; block += BLOCK) {
            VectorKvPanel.values(task.kv(), kvHead, blockTable[block / BLOCK], panel);
            if (seenByAll(block)) {
                weigh(start, block, 0, BLOCK, 0, queries);
            } else {
                for (int q = 0; q < queries; q++) {
                    int a = Math.max(block, firstVisible(q));
                    int b = Math.min(block + BLOCK - 1, lastVisible(q));
                    if (a <= b) {
                        weigh(start, block, a - block, b - a + 1, q, 1);
                    }
                }
            }
        }
    }

    private boolean seenByAll(int block) {
        for (int q = 0; q < queries; q += grouped) {
            if (firstVisible(q) > block || lastVisible(q) < block + BLOCK - 1) {
                return false;
            }
        }
        return true;
    }

    private void weigh(int start, int block, int place, int count, int query, int many) {
        int at = scoresAt(query, start, block) + place;
        for (int chunk = 0; chunk < dimChunks; chunk++) {
            int panelAt = (chunk * BLOCK + place) * STRIDE;
            int to = (chunk * queries + query) * STRIDE;
            VectorTile.run(panel, panelAt, count, scores, at, STRIDE, many, splitSums, to);
        }
    }

    private void combine(int query, boolean isFirst) {
        for (int chunk = 0; chunk < dimChunks; chunk++) {
            int at = (chunk * queries + query) * STRIDE;
            if (isFirst) {
                System.arraycopy(splitSums, at, sums, at, STRIDE);
            } else {
                combine(splitSums, sums, at, scores[factorsAt(query)], scores[factorsAt(query) + 1]);
            }
        }
    }

    private static void combine(float[] split, float[] sums, int at, float kept, float added) {
        for (int c = at; c < at + STRIDE; c += L) {
            FloatVector scaled = FloatVector.fromArray(Lanes.FLOATS, sums, c).mul(kept);
            FloatVector addend = FloatVector.fromArray(Lanes.FLOATS, split, c);
            addend.fma(FloatVector.broadcast(Lanes.FLOATS, added), scaled).intoArray(sums, c);
        }
    }

    private void write(int query) {
        float inverse = 1 / task.withSink(totals[query], greatest[query], kvHead * grouped + query % grouped);
        for (int chunk = 0; chunk < dimChunks; chunk++) {
            int at = (chunk * queries + query) * STRIDE;
            for (int c = at; c < at + STRIDE; c += L) {
                FloatVector.fromArray(Lanes.FLOATS, sums, c).mul(inverse).intoArray(sums, c);
            }
            int column = headColumn(query) + chunk * STRIDE;
            int count = Math.min(STRIDE, spec.headDim() - chunk * STRIDE);
            task.out().copyFrom(sums, at, from + query / grouped, column, count);
        }
    }
}
