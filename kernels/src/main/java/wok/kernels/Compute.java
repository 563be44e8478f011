package wok.kernels;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A kernel set and a thread team: whole operations as a model calls them. n is the number of active rows: an operation
 * touches rows 0 to n - 1 only.
 *
 * <p>How work is split: products by groups of output rows, attention by key/value head and runs of rows of one
 * sequence or splits of a long context, everything else by rows. No sum is ever split but where the arithmetic says so,
 * so the number of threads cannot change a bit. Small operations run on the calling thread: waking another costs more
 * than they do.
 *
 * <p>Nothing is allocated while one row is decoded: products and attentions are task objects that are filled again, and
 * the other operations take a lambda only for several rows.
 *
 * <p>One thread at a time may call it. Shapes are checked at entry, once.
 */
public final class Compute implements AutoCloseable {
    /** Multiply-adds below which a product is not worth sharing out: some ten microseconds of one thread. */
    private static final long SHARED_MULTIPLIES_MIN = 200_000;

    /** Elements below which a row-wise operation is not worth sharing out. */
    private static final long SHARED_ELEMENTS_MIN = 32_768;

    /** Tasks per thread: enough that a thread which was interrupted does not hold up the others for long. */
    private static final int TASKS_PER_THREAD = 6;

    private final KernelSelection selection;
    private final LeafKernels kernels;
    private final ThreadTeam team;
    private final Workspace[] workspaces;
    private final ProductTask product;
    private final HeadProductTask headProducts;
    private final AttentionTask attention;
    private final ChosenAttention chosenAttention;
    private final Recurrence recurrence;

    private Compute(KernelSelection selection, ThreadTeam team) {
        this.selection = selection;
        kernels = selection.leaf();
        this.team = team;
        workspaces = new Workspace[team.threads()];
        Arrays.setAll(workspaces, worker -> new Workspace());
        product = new ProductTask(kernels, workspaces);
        headProducts = new HeadProductTask(kernels, workspaces);
        attention = new AttentionTask(kernels, workspaces);
        chosenAttention = new ChosenAttention(team);
        recurrence = new Recurrence(team);
    }

    /**
     * A set and a new team.
     *
     * @throws KernelException if the set is not in this build or does not work on this machine
     */
    public static Compute create(KernelSet set, int threads) {
        return of(Kernels.create(set), threads);
    }

    /** With a set that was chosen before, e.g. {@link Kernels#best()}'s. */
    public static Compute of(Kernels kernels, int threads) {
        return of(KernelSelection.given(kernels), threads);
    }

    /** With a set and the reasons why it was chosen. */
    public static Compute of(KernelSelection selection, int threads) {
        return new Compute(selection, ThreadTeam.create(threads));
    }

    /** The set at work, why it was chosen, and what it leaves to the reference. */
    public KernelSelection selection() {
        return selection;
    }

    public Kernels kernels() {
        return kernels;
    }

    public ThreadTeam team() {
        return team;
    }

    /** The operations of layers with recurrent state, by the same team. */
    public Recurrence recurrence() {
        return recurrence;
    }

    /**
     * Makes ready for products with matrices of this one's family. Not necessary, but a kernel set that assembles code
     * compares it with the reference here, some milliseconds for a family's first matrix.
     */
    public void admit(PackedMatrix w) {
        kernels.admit(w);
    }

    /** Quantises rows 0 to n - 1 of {@code x.f32()} if the form asks for it. Call again when the rows have changed. */
    public void prepare(Activations x, int n, ActivationForm form) {
        checkRows(n, x.rowsMax());
        if (form != ActivationForm.F32) {
            QuantisedRows quantised = x.allocated(form, kernels.multipliesOnHeap());
            if (n == 1) {
                kernels.quantise(x.f32(), 0, quantised);
            } else {
                byRows(n, x.columns(), (row, worker) -> kernels.quantise(x.f32(), row, quantised));
            }
        }
    }

    /**
     * {@code y[r][o] = sum over k of w[o][k] x[r][k]}.
     *
     * @param x [n][w.columns()], prepared for {@code w.activationForm()}
     * @param y [n][w.rows()]
     */
    public void matmul(PackedMatrix w, Activations x, int n, FloatRows y) {
        queue(w, x, n, y);
        multiply();
    }

    /**
     * A product as {@link #matmul}, to be made by {@link #multiply} together with others that do not need its result:
     * queries, keys and values, gate and up, or those of several experts; at most
     * {@value ProductTask#PRODUCTS_MAX}. One that is refused takes those before it along.
     */
    public void queue(PackedMatrix w, Activations x, int n, FloatRows y) {
        try {
            checkRows(n, Math.min(x.rowsMax(), y.rows()));
            checkEqual("x.columns", x.columns(), w.columns());
            checkEqual("y.columns", y.columns(), w.rows());
            product.add(w, x, n, y);
        } catch (RuntimeException e) {
            product.forget();
            throw e;
        }
    }

    /** Makes the queued products. */
    public void multiply() {
        boolean shared = team.threads() > 1 && product.multiplies() >= SHARED_MULTIPLIES_MIN;
        product.run(team, shared ? Math.min(product.pairs(), team.threads() * TASKS_PER_THREAD) : 1);
    }

    /**
     * A product for each head, of that head's columns with its own matrix: {@code y[r][to of h] = w[h] x[r][from of h]}.
     *
     * @param w one matrix for each head, all [to.count(), from.count()]
     * @param x [n][heads * from.stride()]
     * @param y [n][heads * to.stride()]; other columns stay as they are
     */
    public void multiplyHeads(
            List<? extends PackedMatrix> w, FloatRows x, HeadColumns from, int n, FloatRows y, HeadColumns to) {
        checkRows(n, Math.min(x.rows(), y.rows()));
        checkEqual("x.columns", x.columns(), (long) w.size() * from.stride());
        checkEqual("y.columns", y.columns(), (long) w.size() * to.stride());
        for (int head = 0; head < w.size(); head++) {
            checkEqual("w.columns", w.get(head).columns(), from.count());
            checkEqual("w.rows", w.get(head).rows(), to.count());
        }
        headProducts.set(w, x, from, n, y, to);
        if (headProducts.multiplies() < SHARED_MULTIPLIES_MIN) {
            for (int task = 0; task < headProducts.tasks(); task++) {
                headProducts.run(task, 0);
            }
        } else {
            team.run(headProducts.tasks(), headProducts);
        }
    }

    /** Copies each head's columns to others of another matrix: {@code y[r][to of h] = x[r][from of h]}. */
    public void copyHeads(FloatRows x, HeadColumns from, int n, FloatRows y, HeadColumns to) {
        checkRows(n, Math.min(x.rows(), y.rows()));
        checkEqual("to.count", to.count(), from.count());
        int heads = x.columns() / from.stride();
        checkEqual("x.columns", x.columns(), (long) heads * from.stride());
        checkEqual("y.columns", y.columns(), (long) heads * to.stride());
        byRows(n, (long) heads * to.count(), (row, worker) -> {
            for (int head = 0; head < heads; head++) {
                SharedRows.copyColumns(x, row, from.of(head), y, row, to.of(head), to.count());
            }
        });
    }

    /**
     * {@code y[r][i] += bias[i]}.
     *
     * @param bias one row [y.columns()]
     */
    public void addBias(FloatRows y, int n, FloatRows bias) {
        checkRows(n, y.rows());
        checkEqual("bias.columns", bias.columns(), y.columns());
        if (n == 1) {
            kernels.addBias(y, 0, bias);
        } else {
            byRows(n, y.columns(), (row, worker) -> kernels.addBias(y, row, bias));
        }
    }

    /**
     * {@code out[r][i] = x[r][i] / sqrt(mean of x[r]^2 + eps) * weight[i]}; out may be x.
     *
     * @param weight one row [x.columns()]
     */
    public void rmsNorm(FloatRows x, int n, FloatRows weight, float eps, FloatRows out) {
        checkRows(n, Math.min(x.rows(), out.rows()));
        checkEqual("weight.columns", weight.columns(), x.columns());
        checkEqual("out.columns", out.columns(), x.columns());
        if (n == 1) {
            kernels.rmsNorm(x, 0, 0, weight, eps, out, workspaces[0]);
        } else {
            byRows(n, x.columns(), (row, worker) -> kernels.rmsNorm(x, row, 0, weight, eps, out, workspaces[worker]));
        }
    }

    /**
     * {@code out[r][i] = (x[r][i] - mean of x[r]) / sqrt(variance of x[r] + eps) * weight[i] + bias[i]}; out may be x.
     *
     * @param weight one row [x.columns()]
     * @param bias the same, or empty for none
     */
    public void layerNorm(FloatRows x, int n, FloatRows weight, Optional<FloatRows> bias, float eps, FloatRows out) {
        checkRows(n, Math.min(x.rows(), out.rows()));
        checkEqual("weight.columns", weight.columns(), x.columns());
        bias.ifPresent(row -> checkEqual("bias.columns", row.columns(), x.columns()));
        checkEqual("out.columns", out.columns(), x.columns());
        byRows(
                n,
                2L * x.columns(),
                (row, worker) -> SharedRows.layerNorm(x, row, weight, bias, eps, out, workspaces[worker]));
    }

    /** {@code x = kind(x)}, element by element. */
    public void activate(FloatRows x, int n, Activation kind) {
        checkRows(n, x.rows());
        byRows(n, 8L * x.columns(), (row, worker) -> SharedRows.activate(x, row, kind, workspaces[worker]));
    }

    /** {@code x *= y}, element by element. */
    public void times(FloatRows x, FloatRows y, int n) {
        checkRows(n, Math.min(x.rows(), y.rows()));
        checkEqual("y.columns", y.columns(), x.columns());
        byRows(n, x.columns(), (row, worker) -> SharedRows.times(x, y, row, workspaces[worker]));
    }

    /**
     * RMSNorm of each head by itself, in place.
     *
     * @param weight one row [headDim], which serves all heads
     */
    public void rmsNormHeads(FloatRows x, int n, int heads, int headDim, FloatRows weight, float eps) {
        checkRows(n, x.rows());
        checkEqual("x.columns", x.columns(), (long) heads * headDim);
        checkEqual("weight.columns", weight.columns(), headDim);
        if (n == 1) {
            kernels.rmsNormHeads(x, 0, heads, weight, eps, workspaces[0]);
        } else {
            byRows(
                    n,
                    x.columns(),
                    (row, worker) -> kernels.rmsNormHeads(x, row, heads, weight, eps, workspaces[worker]));
        }
    }

    /** Rotates the first {@code table.rotaryDims()} dimensions of each head by the row's position, in place. */
    public void rope(FloatRows x, int n, int heads, int headDim, RopeTable table, int[] positions) {
        checkRows(n, Math.min(x.rows(), positions.length));
        checkEqual("x.columns", x.columns(), (long) heads * headDim);
        if (table.rotaryDims() > headDim) {
            throw new IllegalArgumentException(
                    "rotaryDims: " + table.rotaryDims() + " (expected: at most headDim, " + headDim + ")");
        }
        for (int row = 0; row < n; row++) {
            table.reach(positions[row]);
        }
        if (n == 1) {
            kernels.rope(x, 0, heads, headDim, table, positions[0]);
        } else {
            byRows(n, x.columns(), (row, worker) -> kernels.rope(x, row, heads, headDim, table, positions[row]));
        }
    }

    /** {@code out = act(gate) * up}; out may be either. All [n][same columns]. */
    public void gatedActivation(FloatRows gate, FloatRows up, int n, GatedActivation kind, FloatRows out) {
        checkRows(n, Math.min(gate.rows(), Math.min(up.rows(), out.rows())));
        checkEqual("up.columns", up.columns(), gate.columns());
        checkEqual("out.columns", out.columns(), gate.columns());
        if (n == 1) {
            kernels.gatedActivation(gate, up, 0, kind, out, workspaces[0]);
        } else {
            byRows(
                    n,
                    8L * gate.columns(),
                    (row, worker) -> kernels.gatedActivation(gate, up, row, kind, out, workspaces[worker]));
        }
    }

    /**
     * {@link #gatedActivation} into {@code out.f32()} and {@link #prepare} in one run over the rows, each of which is then
     * quantised while it is in the first-level cache. The same bits.
     */
    public void gatedActivation(
            FloatRows gate, FloatRows up, int n, GatedActivation kind, Activations out, ActivationForm form) {
        if (n == 1 || form == ActivationForm.F32) {
            gatedActivation(gate, up, n, kind, out.f32());
            prepare(out, n, form);
            return;
        }
        checkRows(n, Math.min(gate.rows(), Math.min(up.rows(), out.rowsMax())));
        checkEqual("up.columns", up.columns(), gate.columns());
        checkEqual("out.columns", out.columns(), gate.columns());
        QuantisedRows quantised = out.allocated(form, kernels.multipliesOnHeap());
        byRows(n, 9L * gate.columns(), (row, worker) -> {
            kernels.gatedActivation(gate, up, row, kind, out.f32(), workspaces[worker]);
            kernels.quantise(out.f32(), row, quantised);
        });
    }

    /** {@link #rmsNorm} into {@code out.f32()} and {@link #prepare} in one run over the rows. The same bits. */
    public void rmsNorm(FloatRows x, int n, FloatRows weight, float eps, Activations out, ActivationForm form) {
        if (n == 1 || form == ActivationForm.F32) {
            rmsNorm(x, n, weight, eps, out.f32());
            prepare(out, n, form);
            return;
        }
        checkRows(n, Math.min(x.rows(), out.rowsMax()));
        checkEqual("weight.columns", weight.columns(), x.columns());
        checkEqual("out.columns", out.columns(), x.columns());
        QuantisedRows quantised = out.allocated(form, kernels.multipliesOnHeap());
        byRows(n, 2L * x.columns(), (row, worker) -> {
            kernels.rmsNorm(x, row, 0, weight, eps, out.f32(), workspaces[worker]);
            kernels.quantise(out.f32(), row, quantised);
        });
    }

    /** {@link #add} and then {@link #rmsNorm} of the sum, in one run over the rows. The same bits. */
    public void addRmsNorm(FloatRows x, FloatRows y, int n, FloatRows weight, float eps, FloatRows out) {
        if (n == 1) {
            add(x, y, n);
            rmsNorm(x, n, weight, eps, out);
            return;
        }
        checkRows(n, Math.min(x.rows(), Math.min(y.rows(), out.rows())));
        checkEqual("y.columns", y.columns(), x.columns());
        checkEqual("weight.columns", weight.columns(), x.columns());
        checkEqual("out.columns", out.columns(), x.columns());
        byRows(n, 2L * x.columns(), (row, worker) -> {
            kernels.add(x, y, row);
            kernels.rmsNorm(x, row, 0, weight, eps, out, workspaces[worker]);
        });
    }

    /** {@code x += y}. */
    public void add(FloatRows x, FloatRows y, int n) {
        checkRows(n, Math.min(x.rows(), y.rows()));
        checkEqual("y.columns", y.columns(), x.columns());
        if (n == 1) {
            kernels.add(x, y, 0);
        } else {
            byRows(n, x.columns(), (row, worker) -> kernels.add(x, y, row));
        }
    }

    /** {@code x *= factor}. */
    public void scale(FloatRows x, int n, float factor) {
        checkRows(n, x.rows());
        if (n == 1) {
            kernels.scale(x, 0, factor);
        } else {
            byRows(n, x.columns(), (row, worker) -> kernels.scale(x, row, factor));
        }
    }

    /** {@code x[r] *= factors[first + r]}. */
    public void scaleRows(FloatRows x, int n, float[] factors, int first) {
        checkRows(n, Math.min(x.rows(), factors.length - first));
        if (n == 1) {
            kernels.scale(x, 0, factors[first]);
        } else {
            byRows(n, x.columns(), (row, worker) -> kernels.scale(x, row, factors[first + row]));
        }
    }

    /**
     * {@code x[r] *= sigmoid(gates[r])}.
     *
     * @param gates one column
     */
    public void scaleRowsBySigmoid(FloatRows x, FloatRows gates, int n) {
        checkRows(n, Math.min(x.rows(), gates.rows()));
        checkEqual("gates.columns", gates.columns(), 1);
        byRows(n, x.columns(), (row, worker) -> kernels.scale(x, row, CanonicalMath.sigmoid(gates.get(row, 0))));
    }

    /** {@code x = min(max(x, least), greatest)}; NaN stays NaN. */
    public void clamp(FloatRows x, int n, float least, float greatest) {
        checkRows(n, x.rows());
        byRows(n, x.columns(), (row, worker) -> SharedRows.clamp(x, row, least, greatest));
    }

    /**
     * Takes heads apart of which each holds two: the first half of each goes to one matrix, the second to another.
     *
     * @param x [n][heads * 2 dims]
     * @param first [n][heads * dims], as is second
     */
    public void splitHeads(FloatRows x, int n, int heads, FloatRows first, FloatRows second) {
        checkRows(n, Math.min(x.rows(), Math.min(first.rows(), second.rows())));
        checkEqual("first.columns", first.columns(), x.columns() / 2);
        checkEqual("second.columns", second.columns(), x.columns() / 2);
        byRows(n, x.columns(), (row, worker) -> SharedRows.splitHeads(x, row, heads, first, second));
    }

    /** {@code x *= sigmoid(gate)}; both [n][same columns]. */
    public void gateBySigmoid(FloatRows x, FloatRows gate, int n) {
        checkRows(n, Math.min(x.rows(), gate.rows()));
        checkEqual("gate.columns", gate.columns(), x.columns());
        byRows(n, 8L * x.columns(), (row, worker) -> SharedRows.gateBySigmoid(x, gate, row));
    }

    /** {@code to[r] = from[rows[first + r]]} for n rows. */
    public void gatherRows(FloatRows from, int[] rows, int first, int n, FloatRows to) {
        checkRows(n, Math.min(rows.length - first, to.rows()));
        checkEqual("to.columns", to.columns(), from.columns());
        byRows(
                n,
                to.columns(),
                (row, worker) -> java.lang.foreign.MemorySegment.copy(
                        from.memory(),
                        from.offset(rows[first + row], 0),
                        to.memory(),
                        to.offset(row, 0),
                        4L * to.columns()));
    }

    /** {@code to[rows[first + r]] = fma(factors[first + r], from[r], to[…])} for n rows, which must differ. */
    public void scatterAddRows(FloatRows from, int n, int[] rows, float[] factors, int first, FloatRows to) {
        checkRows(n, Math.min(rows.length - first, from.rows()));
        checkEqual("to.columns", to.columns(), from.columns());
        byRows(
                n,
                2L * to.columns(),
                (row, worker) -> SharedRows.addScaled(from, row, factors[first + row], to, rows[first + row]));
    }

    /** {@code x = cap * tanh(x / cap)}. */
    public void softcap(FloatRows x, int n, float cap) {
        checkRows(n, x.rows());
        if (!(cap > 0)) {
            throw new IllegalArgumentException("cap: " + cap + " (expected: more than 0)");
        }
        if (n == 1) {
            kernels.softcap(x, 0, cap);
        } else {
            byRows(n, 8L * x.columns(), (row, worker) -> kernels.softcap(x, row, cap));
        }
    }

    /** The index of the greatest element of a row, the first of equals; NaN counts as less than everything. */
    public int argmax(FloatRows x, int row) {
        java.util.Objects.checkIndex(row, x.rows());
        return kernels.argmax(x, row, workspaces[0]);
    }

    /** {@code log(sum of exp(x[row][i]))}, by the greatest element and the canonical sum; NaN if an element is NaN. */
    public float logSumExp(FloatRows x, int row) {
        java.util.Objects.checkIndex(row, x.rows());
        return kernels.logSumExp(x, row, workspaces[0]);
    }

    /** Stores the keys and values [map.rows()][kvHeads * headDim] at their rows' places; of a joined layer the values. */
    public void appendKv(KvLayer kv, FloatRows k, FloatRows v, RowMap map) {
        checkRows(map.rows(), Math.min(k.rows(), v.rows()));
        checkEqual("k.columns", k.columns(), (long) kv.kvHeads() * kv.headDim());
        checkEqual("v.columns", v.columns(), k.columns());
        if (map.rows() == 1) {
            append(kv, k, v, map, 0);
        } else {
            byRows(map.rows(), 8L * k.columns(), (row, worker) -> append(kv, k, v, map, row));
        }
    }

    private void append(KvLayer kv, FloatRows k, FloatRows v, RowMap map, int row) {
        int position = map.position(row);
        int block = map.blockTable(row)[position / KvLayer.BLOCK_POSITIONS];
        kernels.append(kv, k, v, row, block, position % KvLayer.BLOCK_POSITIONS);
    }

    /**
     * Attention of each row over its sequence's keys and values up to its own position, or as far as the map says,
     * which {@link #appendKv} has stored before.
     *
     * @param q [map.rows()][heads * headDim]
     * @param out like q, other memory
     */
    public void attention(FloatRows q, KvLayer kv, RowMap map, AttentionSpec spec, FloatRows out) {
        attention(q, kv, map, spec, Optional.empty(), out);
    }

    /**
     * {@link #attention} with sinks: a score for each head that takes part in its softmax and has no value.
     *
     * @param sinks one row [heads]
     */
    public void attention(
            FloatRows q, KvLayer kv, RowMap map, AttentionSpec spec, Optional<FloatRows> sinks, FloatRows out) {
        checkRows(map.rows(), Math.min(q.rows(), out.rows()));
        checkEqual("kv.kvHeads", kv.kvHeads(), spec.kvHeads());
        checkEqual("kv.headDim", kv.headDim(), spec.headDim());
        checkEqual("q.columns", q.columns(), (long) spec.heads() * spec.headDim());
        checkEqual("out.columns", out.columns(), q.columns());
        if (sinks.isPresent()) {
            checkEqual("sinks.columns", sinks.get().columns(), spec.heads());
        }
        attention.set(q, kv, map, spec, sinks, out);
        team.run(attention.tasks(), attention);
    }

    /**
     * Chooses for each row the positions up to its own with the best scores: {@link PositionIndex}.
     *
     * @param q [map.rows()][heads * dims]
     * @param weights of the heads' scores, [map.rows()][heads]
     * @param keys joined, [dims]; {@link #appendKv} has stored the rows' own before
     * @param chosen filled; as many positions as it has room for
     */
    public void choosePositions(
            FloatRows q, FloatRows weights, KvLayer keys, RowMap map, IndexSpec spec, ChosenPositions chosen) {
        checkRows(map.rows(), Math.min(q.rows(), weights.rows()));
        checkEqual("q.columns", q.columns(), (long) spec.heads() * spec.dims());
        checkEqual("weights.columns", weights.columns(), spec.heads());
        checkEqual("keys.headDim", keys.headDim(), spec.dims());
        team.run(map.rows(), (row, worker) -> {
            int last = map.position(row);
            PositionIndex.choose(q, weights, row, keys, map.blockTable(row), last, spec, workspaces[worker], chosen);
        });
    }

    /**
     * {@link #attention} of each row over its chosen positions alone: the i-th of them is position i in every respect.
     *
     * @param kv joined
     * @param chosen at least one position for each row
     * @param spec without window or chunk
     */
    public void attentionToChosen(
            FloatRows q, KvLayer kv, RowMap map, ChosenPositions chosen, AttentionSpec spec, FloatRows out) {
        checkRows(map.rows(), Math.min(q.rows(), out.rows()));
        checkEqual("q.columns", q.columns(), (long) spec.heads() * spec.headDim());
        checkEqual("out.columns", out.columns(), q.columns());
        chosenAttention.run(this, q, kv, map, chosen, spec, out);
    }

    @Override
    public void close() {
        team.close();
    }

    @FunctionalInterface
    private interface RowOperation {
        void run(int row, int worker);
    }

    private void byRows(int n, long workPerRow, RowOperation operation) {
        if (n * workPerRow < SHARED_ELEMENTS_MIN || team.threads() == 1) {
            for (int row = 0; row < n; row++) {
                operation.run(row, 0);
            }
            return;
        }
        int tasks = Math.min(n, team.threads() * TASKS_PER_THREAD);
        team.run(tasks, (task, worker) -> {
            int to = (int) ((long) n * (task + 1) / tasks);
            for (int row = (int) ((long) n * task / tasks); row < to; row++) {
                operation.run(row, worker);
            }
        });
    }

    private static void checkRows(int n, int rows) {
        if (n < 0 || n > rows) {
            throw new IllegalArgumentException("n: " + n + " (expected: 0 to " + rows + ", the rows allocated)");
        }
    }

    private static void checkEqual(String name, long value, long expected) {
        if (value != expected) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
