package wok.kernels;

import java.util.Optional;

/**
 * The leaf operations of a kernel set: one row, one range of output groups or one head at a time, on the calling
 * thread. {@link Compute} checks shapes and splits whole operations; the order of operations of each is in docs/math.
 */
sealed interface LeafKernels extends Kernels permits ReferenceKernels, VectorKernels, MachineKernels {
    /** Whether products read the copies on the heap of {@link QuantisedRows}. */
    boolean multipliesOnHeap();

    /** Quantises row {@code row}; see {@link QuantisedRows}. */
    void quantise(FloatRows x, int row, QuantisedRows out);

    /**
     * Output groups {@code from} to {@code to - 1} of a product with {@code n} rows:
     * {@code y[r][o] = sum over k of w[o][k] x[r][k]}.
     */
    void matmul(PackedMatrix w, Activations x, int n, FloatRows y, int from, int to, Workspace workspace);

    /**
     * Makes ready for products with matrices of this family, at load: a set that assembles code compares it with the
     * reference here, and multiplies by the reference from then on if it differs.
     */
    default void admit(PackedMatrix w) {}

    /** {@code y[row][i] += bias[0][i]}. */
    void addBias(FloatRows y, int row, FloatRows bias);

    /**
     * RMSNorm of {@code weight.columns()} elements from column {@code at}; weight is one row; out may be x.
     */
    void rmsNorm(FloatRows x, int row, int at, FloatRows weight, float eps, FloatRows out, Workspace workspace);

    /** RMSNorm of each head of a row, in place; weight is one row [headDim]. */
    default void rmsNormHeads(FloatRows x, int row, int heads, FloatRows weight, float eps, Workspace workspace) {
        for (int head = 0; head < heads; head++) {
            rmsNorm(x, row, head * weight.columns(), weight, eps, x, workspace);
        }
    }

    /** Rotates the first dimensions of each head of a row. */
    void rope(FloatRows x, int row, int heads, int headDim, RopeTable table, int position);

    /** {@code out = act(gate) * up} for a row. */
    void gatedActivation(
            FloatRows gate, FloatRows up, int row, GatedActivation kind, FloatRows out, Workspace workspace);

    /** {@code x += y} for a row. */
    void add(FloatRows x, FloatRows y, int row);

    void scale(FloatRows x, int row, float factor);

    void softcap(FloatRows x, int row, float cap);

    /** Rows {@code from} to {@code to - 1}, which share a block table, for all query heads of one key/value head. */
    void attention(AttentionTask task, int kvHead, int from, int to, Workspace workspace);

    /** The index of the greatest element of a row, the first of equals; NaN counts as less than everything. */
    default int argmax(FloatRows x, int row, Workspace workspace) {
        return CanonicalMath.argmax(x.row(row), 0, x.columns());
    }

    /** {@code log(sum of exp(x[row][i]))}; see {@link CanonicalMath#logSumExp}. */
    default float logSumExp(FloatRows x, int row, Workspace workspace) {
        return CanonicalMath.logSumExp(x.row(row), 0, x.columns());
    }

    /** Attention by splits, if the set offers that. */
    default Optional<SplitAttention> splitAttention() {
        return Optional.empty();
    }

    /** Stores one row's keys and values [kvHeads * headDim] at a place of a block. */
    default void append(KvLayer kv, FloatRows k, FloatRows v, int row, int block, int place) {
        kv.append(k, v, row, block, place);
    }
}
