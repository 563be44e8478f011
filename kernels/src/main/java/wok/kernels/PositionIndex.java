package wok.kernels;

import java.util.Arrays;

/**
 * Which positions a row attends to, where those are chosen by small queries and keys of their own: DeepSeek V3.2's
 * "lightning indexer" (technical report of V3.2-Exp, section 1). One program for all kernel sets.
 *
 * <pre>
 * s[h][p]  = fma chain over d = 0, 1, … of q[h][d] k[p][d]
 * score[p] = fma chain over h = 0, 1, … of weight[h] max(s[h][p] * scale, 0), from +0
 * chosen   = the positions with the best scores, of equals the first; a NaN is less than everything
 * </pre>
 *
 * <p>Lanes are positions, sixteen at a time. The choice needs no sorting: the least score that is chosen is found bit by
 * bit, as a number of which so many scores are no less. Stateless; any thread.
 */
final class PositionIndex {
    private static final int BLOCK = KvLayer.BLOCK_POSITIONS;

    private PositionIndex() {}

    /** Chooses for one row among the positions up to {@code last}. */
    static void choose(
            FloatRows q,
            FloatRows weights,
            int row,
            KvLayer keys,
            int[] blockTable,
            int last,
            IndexSpec spec,
            Workspace workspace,
            ChosenPositions chosen) {
        int visible = last + 1;
        if (visible <= chosen.most()) {
            for (int p = 0; p < visible; p++) {
                chosen.set(row, p, p);
            }
            chosen.setCount(row, visible);
            return;
        }
        float[] scores = workspace.floats(Workspace.SCORES, (visible + BLOCK - 1) / BLOCK * BLOCK);
        score(q, weights, row, keys, blockTable, visible, spec, workspace, scores);
        keepBest(scores, visible, row, chosen);
    }

    private static void score(
            FloatRows q,
            FloatRows weights,
            int row,
            KvLayer keys,
            int[] blockTable,
            int visible,
            IndexSpec spec,
            Workspace workspace,
            float[] scores) {
        int dims = spec.dims();
        float[] queries = workspace.floats(Workspace.X, spec.heads() * dims);
        float[] factors = workspace.floats(Workspace.SCALES, spec.heads());
        float[] panel = workspace.floats(Workspace.PANEL, dims * BLOCK);
        float[] lanes = workspace.floats(Workspace.LANES, BLOCK);
        q.copyTo(row, 0, queries, 0, spec.heads() * dims);
        weights.copyTo(row, 0, factors, 0, spec.heads());
        for (int from = 0; from < visible; from += BLOCK) {
            turn(keys, blockTable[from / BLOCK], Math.min(BLOCK, visible - from), panel);
            Arrays.fill(scores, from, from + BLOCK, 0);
            for (int head = 0; head < spec.heads(); head++) {
                Arrays.fill(lanes, 0, BLOCK, 0);
                multiply(queries, head * dims, dims, panel, lanes);
                add(lanes, spec.scale(), factors[head], scores, from);
            }
        }
    }

    /** Keys [position][dims] as [dims][16]. */
    private static void turn(KvLayer keys, int block, int positions, float[] panel) {
        for (int place = 0; place < positions; place++) {
            for (int d = 0; d < keys.headDim(); d++) {
                panel[d * BLOCK + place] = keys.value(block, 0, place, d);
            }
        }
    }

    private static void multiply(float[] queries, int at, int dims, float[] panel, float[] lanes) {
        for (int d = 0; d < dims; d++) {
            float x = queries[at + d];
            for (int lane = 0; lane < BLOCK; lane++) {
                lanes[lane] = Math.fma(x, panel[d * BLOCK + lane], lanes[lane]);
            }
        }
    }

    private static void add(float[] lanes, float scale, float factor, float[] scores, int at) {
        for (int lane = 0; lane < BLOCK; lane++) {
            scores[at + lane] = Math.fma(factor, Math.max(lanes[lane] * scale, 0), scores[at + lane]);
        }
    }

    private static void keepBest(float[] scores, int visible, int row, ChosenPositions chosen) {
        int least = least(scores, visible, chosen.most());
        int above = 0;
        for (int p = 0; p < visible; p++) {
            above += ordered(scores[p]) > least ? 1 : 0;
        }
        int equals = chosen.most() - above;
        int count = 0;
        for (int p = 0; p < visible; p++) {
            int score = ordered(scores[p]);
            if (score > least || (score == least && equals-- > 0)) {
                chosen.set(row, count++, p);
            }
        }
        chosen.setCount(row, count);
    }

    /** The greatest number that at least {@code wanted} scores are no less than. */
    private static int least(float[] scores, int visible, int wanted) {
        long low = Integer.MIN_VALUE;
        long high = Integer.MAX_VALUE;
        while (low < high) {
            long middle = (low + high + 1) >> 1;
            int count = 0;
            for (int p = 0; p < visible; p++) {
                count += ordered(scores[p]) >= middle ? 1 : 0;
            }
            if (count >= wanted) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return (int) low;
    }

    /** Integers in the order of floats, both zeros alike, NaN before all. */
    private static int ordered(float score) {
        if (Float.isNaN(score)) {
            return Integer.MIN_VALUE;
        }
        int bits = Float.floatToRawIntBits(score + 0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }
}
