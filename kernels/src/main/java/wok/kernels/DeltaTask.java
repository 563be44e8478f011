package wok.kernels;

import java.util.Arrays;

/**
 * The gated delta rule along each sequence, a value head of a sequence per task. With the head's state S [keyDim x
 * valueDim], and for a position its query q and key k [keyDim], value v [valueDim], rate beta and decay d (one number,
 * or one for each number of the key):
 *
 * <pre>
 * S[i][j] = S[i][j] * d[i]
 * u[j]    = fma(k[i], S[i][j], u[j])        i = 0, 1, …; u begins with 0
 * e[j]    = (v[j] - u[j]) * beta
 * S[i][j] = fma(k[i], e[j], S[i][j])
 * o[j]    = fma(q[i], S[i][j], o[j])        i = 0, 1, …; o begins with 0
 * </pre>
 *
 * Position after position and never in chunks of them: published programs turn prompts into products of matrices over
 * 64 positions, which adds in another order, so that a cached beginning or another cut of a prompt would change bits.
 * Lanes are values j, and no sum crosses them. S is worked on as an array of rows because the compiler vectorises loops
 * over arrays at the same index, and not those that read one array at an offset of another's. Sources: Yang, Kautz and
 * Hatamizadeh 2024 (gated delta networks); Kimi Team 2025 (a decay for each number of the key).
 *
 * <p>Filled again for each call by its one owner; workers have their own scratch.
 */
final class DeltaTask implements ThreadTeam.Task {
    /** One worker's arrays. */
    private static final class Scratch {
        private float[][] matrix = {};
        private float[] query = {};
        private float[] key = {};
        private float[] decay = {};
        private float[] value = {};
        private float[] sums = {};

        void reach(RecurrentShape shape) {
            if (query.length < shape.keyDim() || value.length < shape.valueDim()) {
                int keys = Math.max(query.length, shape.keyDim());
                int values = Math.max(value.length, shape.valueDim());
                matrix = new float[keys][values];
                query = new float[keys];
                key = new float[keys];
                decay = new float[keys];
                value = new float[values];
                sums = new float[values];
            }
        }
    }

    private final Scratch[] scratch;
    private FloatRows mixed;
    private FloatRows rates;
    private FloatRows decays;
    private FloatRows out;
    private StateRows rows;
    private RecurrentState state;
    private RecurrentShape shape;

    DeltaTask(int workers, FloatRows none) {
        scratch = new Scratch[workers];
        Arrays.setAll(scratch, worker -> new Scratch());
        mixed = none;
        rates = none;
        decays = none;
        out = none;
        rows = new StateRows(0);
        shape = new RecurrentShape(1, 1, 1, 1, 1);
        state = RecurrentState.allocate(java.lang.foreign.Arena.ofAuto(), 1, shape);
    }

    void set(
            FloatRows queriesKeysValues,
            FloatRows betas,
            FloatRows factors,
            StateRows chains,
            RecurrentState memory,
            FloatRows output) {
        mixed = queriesKeysValues;
        rates = betas;
        decays = factors;
        rows = chains;
        state = memory;
        shape = memory.shape();
        out = output;
    }

    int tasks() {
        return Math.multiplyExact(rows.chains(), shape.heads());
    }

    @Override
    public void run(int task, int worker) {
        Scratch s = scratch[worker];
        s.reach(shape);
        int chain = task / shape.heads();
        int head = task % shape.heads();
        if (rows.startsAtZero(chain)) {
            for (float[] row : s.matrix) {
                Arrays.fill(row, 0);
            }
        } else {
            state.readMatrix(rows.slot(chain), head, s.matrix);
        }
        for (int row = rows.firstRow(chain); row >= 0; row = rows.nextRow(row)) {
            step(row, head, s);
            if (rows.keptIn(row) >= 0) {
                state.writeMatrix(rows.keptIn(row), head, s.matrix);
            }
        }
        state.writeMatrix(rows.slot(chain), head, s.matrix);
    }

    private void step(int row, int head, Scratch s) {
        int keys = shape.keyDim();
        int values = shape.valueDim();
        int keyHead = head / (shape.heads() / shape.keyHeads());
        mixed.copyTo(row, keyHead * keys, s.query, 0, keys);
        mixed.copyTo(row, shape.keyColumns() + keyHead * keys, s.key, 0, keys);
        mixed.copyTo(row, 2 * shape.keyColumns() + head * values, s.value, 0, values);
        if (decays.columns() == shape.heads()) {
            Arrays.fill(s.decay, 0, keys, decays.get(row, head));
        } else {
            decays.copyTo(row, head * keys, s.decay, 0, keys);
        }
        Arrays.fill(s.sums, 0, values, 0);
        recall(s, keys, values);
        correct(s.value, s.sums, rates.get(row, head), values);
        Arrays.fill(s.sums, 0, values, 0);
        learnAndRead(s, keys, values);
        out.copyFrom(s.sums, 0, row, head * values, values);
    }

    /** S decays, and gives what it knows of the key. */
    private static void recall(Scratch s, int keys, int values) {
        int i = 0;
        for (; i + 1 < keys; i += 2) {
            recallTwo(s.matrix[i], s.matrix[i + 1], s.decay[i], s.decay[i + 1], s.key[i], s.key[i + 1], s.sums, values);
        }
        if (i < keys) {
            recallOne(s.matrix[i], s.decay[i], s.key[i], s.sums, values);
        }
    }

    private static void recallTwo(
            float[] a, float[] b, float decayA, float decayB, float keyA, float keyB, float[] sums, int values) {
        for (int j = 0; j < values; j++) {
            float decayedA = a[j] * decayA;
            float decayedB = b[j] * decayB;
            sums[j] = Math.fma(keyB, decayedB, Math.fma(keyA, decayedA, sums[j]));
            a[j] = decayedA;
            b[j] = decayedB;
        }
    }

    private static void recallOne(float[] a, float decay, float key, float[] sums, int values) {
        for (int j = 0; j < values; j++) {
            float decayed = a[j] * decay;
            sums[j] = Math.fma(key, decayed, sums[j]);
            a[j] = decayed;
        }
    }

    /** What it should know, less what it knows, by the rate. */
    private static void correct(float[] value, float[] known, float rate, int values) {
        for (int j = 0; j < values; j++) {
            value[j] = (value[j] - known[j]) * rate;
        }
    }

    /** S takes the correction in, and answers the query. */
    private static void learnAndRead(Scratch s, int keys, int values) {
        int i = 0;
        for (; i + 1 < keys; i += 2) {
            readTwo(s.matrix[i], s.matrix[i + 1], s.key, s.query, i, s.value, s.sums, values);
        }
        if (i < keys) {
            readOne(s.matrix[i], s.key[i], s.query[i], s.value, s.sums, values);
        }
    }

    private static void readTwo(
            float[] a, float[] b, float[] key, float[] query, int i, float[] value, float[] sums, int values) {
        float keyA = key[i];
        float keyB = key[i + 1];
        float queryA = query[i];
        float queryB = query[i + 1];
        for (int j = 0; j < values; j++) {
            float learntA = Math.fma(keyA, value[j], a[j]);
            float learntB = Math.fma(keyB, value[j], b[j]);
            sums[j] = Math.fma(queryB, learntB, Math.fma(queryA, learntA, sums[j]));
            a[j] = learntA;
            b[j] = learntB;
        }
    }

    private static void readOne(float[] a, float key, float query, float[] value, float[] sums, int values) {
        for (int j = 0; j < values; j++) {
            float learnt = Math.fma(key, value[j], a[j]);
            sums[j] = Math.fma(query, learnt, sums[j]);
            a[j] = learnt;
        }
    }
}
