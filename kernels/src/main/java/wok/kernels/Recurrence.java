package wok.kernels;

import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * The operations of layers with recurrent state: a short convolution, norms of queries and keys, decays, and the gated
 * delta rule. One program for all kernel sets, so that their bits agree by construction; docs/math/recurrent.md has the
 * order of every sum. Convolution and rule run along each sequence's rows in order, whatever other rows the batch holds;
 * tasks are ranges of channels, and heads of sequences.
 *
 * <p>Nothing is allocated while one row is decoded. One thread at a time may call it, the one that calls its
 * {@link Compute}.
 */
public final class Recurrence {
    /** Multiply-adds below which a recurrence is not worth sharing out. */
    private static final long SHARED_MULTIPLIES_MIN = 100_000;

    private final ThreadTeam team;
    private final ConvolutionTask convolution;
    private final DeltaTask delta;
    private final float[] lanes = new float[16];
    private float[] values = {};

    Recurrence(ThreadTeam team) {
        this.team = team;
        FloatRows none = FloatRows.allocate(Arena.ofAuto(), 1, 1);
        convolution = new ConvolutionTask(team.threads(), none);
        delta = new DeltaTask(team.threads(), none);
    }

    /**
     * {@code out[t][c] = silu(sum over j of weight[j][c] x[t - taps + 1 + j][c])} along each sequence; the state's
     * inputs move on.
     *
     * @param x [rows][columns], some neighbouring channels of the layer; other memory than out
     * @param firstChannel which of the layer's channels is its column 0
     * @param weight [taps][columns], the last row for the position itself
     * @param out [rows][channels], of which those of x are written
     */
    public void convolve(
            FloatRows x, int firstChannel, FloatRows weight, StateRows rows, RecurrentState state, FloatRows out) {
        checkRows(rows, x, out);
        checkEqual("weight.rows", weight.rows(), state.shape().taps());
        checkEqual("weight.columns", weight.columns(), x.columns());
        checkEqual("out.columns", out.columns(), state.shape().channels());
        Objects.checkFromIndexSize(firstChannel, x.columns(), out.columns());
        convolution.set(x, firstChannel, weight, rows, state, out);
        run(convolution, convolution.tasks(), 8L * rows.rows() * x.columns());
    }

    /**
     * {@code x[r][h] = x[r][h] / sqrt(sum of x[r][h]^2 + eps) * scale} for some neighbouring heads of each row, in
     * place.
     *
     * @param column where the first of them begins
     */
    public void normHeads(FloatRows x, int n, int column, int heads, int headDim, float eps, float scale) {
        Objects.checkFromIndexSize(0, n, x.rows());
        Objects.checkFromIndexSize(column, heads * headDim, x.columns());
        float[] head = scratch(headDim);
        for (int row = 0; row < n; row++) {
            for (int h = 0; h < heads; h++) {
                x.copyTo(row, column + h * headDim, head, 0, headDim);
                float factor = 1 / (float) Math.sqrt(SharedRows.sumOfSquares(head, headDim, lanes) + eps);
                for (int i = 0; i < headDim; i++) {
                    head[i] = head[i] * factor * scale;
                }
                x.copyFrom(head, 0, row, column + h * headDim, headDim);
            }
        }
    }

    /**
     * {@code x[r][i] = exp(-(rate * softplus(x[r][i] + bias[i])))}, in place; each of the rates serves as many
     * neighbouring columns.
     *
     * @param bias one row [x.columns()]
     * @param rates one row, e.g. [heads]
     */
    public void decay(FloatRows x, int n, FloatRows bias, FloatRows rates) {
        Objects.checkFromIndexSize(0, n, x.rows());
        checkEqual("bias.columns", bias.columns(), x.columns());
        checkEqual("x.columns modulo rates.columns", x.columns() % rates.columns(), 0);
        int each = x.columns() / rates.columns();
        float[] row = scratch(x.columns());
        for (int r = 0; r < n; r++) {
            x.copyTo(r, 0, row, 0, x.columns());
            for (int i = 0; i < x.columns(); i++) {
                float rate = rates.get(0, i / each);
                row[i] = CanonicalMath.exp(-(rate * CanonicalMath.softplus(row[i] + bias.get(0, i))));
            }
            x.copyFrom(row, 0, r, 0, x.columns());
        }
    }

    /**
     * The gated delta rule along each sequence, as {@link DeltaTask} has it; the state moves on.
     *
     * @param mixed queries, keys and values side by side: [rows][channels]
     * @param rates beta: [rows][heads]
     * @param decays [rows][heads], or [rows][heads * keyDim] where each number of a key has its own
     * @param out [rows][heads * valueDim]
     */
    public void delta(
            FloatRows mixed, FloatRows rates, FloatRows decays, StateRows rows, RecurrentState state, FloatRows out) {
        RecurrentShape shape = state.shape();
        checkRows(rows, mixed, out);
        checkRows(rows, rates, decays);
        checkEqual("mixed.columns", mixed.columns(), shape.channels());
        checkEqual("rates.columns", rates.columns(), shape.heads());
        if (decays.columns() != shape.heads()) {
            checkEqual("decays.columns", decays.columns(), (long) shape.heads() * shape.keyDim());
        }
        checkEqual("out.columns", out.columns(), shape.valueColumns());
        delta.set(mixed, rates, decays, rows, state, out);
        long each = 2L * shape.keyDim() * shape.valueDim();
        run(delta, delta.tasks(), rows.rows() * each * shape.heads());
    }

    private void run(ThreadTeam.Task task, int tasks, long work) {
        if (work >= SHARED_MULTIPLIES_MIN && team.threads() > 1) {
            team.run(tasks, task);
        } else {
            for (int i = 0; i < tasks; i++) {
                task.run(i, 0);
            }
        }
    }

    private float[] scratch(int length) {
        if (values.length < length) {
            values = new float[length];
        }
        return values;
    }

    private static void checkRows(StateRows rows, FloatRows a, FloatRows b) {
        Objects.checkFromIndexSize(0, rows.rows(), Math.min(a.rows(), b.rows()));
    }

    private static void checkEqual(String name, long value, long expected) {
        if (value != expected) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
