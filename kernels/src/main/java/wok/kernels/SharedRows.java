package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * Row-wise operations that all kernel sets share: one scalar program each, so that their bits agree by construction. They
 * are those that no decoding loop is bound by. A row is copied to scratch arrays, over which the compiler vectorises the
 * loops that have no order to keep; sums run in sixteen lanes (docs/math/rows.md). Stateless; any thread.
 */
final class SharedRows {
    private static final int LANES = 16;

    /** How much steeper than SiLU gpt-oss's gate is. */
    private static final float STEEPNESS = 1.702f;

    private SharedRows() {}

    /**
     * LayerNorm of a row (Ba, Kiros and Hinton 2016):
     *
     * <pre>
     * mean     = sixteen partial sums of x, folded, / n
     * d[i]     = x[i] - mean
     * variance = sixteen partial sums of fma(d, d, sum), folded, / n
     * factor   = 1 / sqrt(variance + eps)
     * out[i]   = fma(d[i] * factor, weight[i], bias[i]), without a bias d[i] * factor * weight[i]
     * </pre>
     */
    static void layerNorm(
            FloatRows x,
            int row,
            FloatRows weight,
            Optional<FloatRows> bias,
            float eps,
            FloatRows out,
            Workspace workspace) {
        int n = x.columns();
        float[] d = workspace.floats(Workspace.X, n);
        float[] w = workspace.floats(Workspace.VALUES, n);
        float[] b = workspace.floats(Workspace.SCORES, n);
        float[] lanes = workspace.floats(Workspace.LANES, LANES);
        x.copyTo(row, 0, d, 0, n);
        weight.copyTo(0, 0, w, 0, n);
        subtract(d, n, sum(d, n, lanes) / n);
        float factor = ReferenceKernels.normFactor(sumOfSquares(d, n, lanes), n, eps);
        if (bias.isPresent()) {
            bias.get().copyTo(0, 0, b, 0, n);
            scaleAndShift(d, n, factor, w, b);
        } else {
            scale(d, n, factor, w);
        }
        out.copyFrom(d, 0, row, 0, n);
    }

    private static float sum(float[] x, int n, float[] lanes) {
        Arrays.fill(lanes, 0, LANES, 0);
        for (int from = 0; from < n; from += LANES) {
            int count = Math.min(LANES, n - from);
            for (int lane = 0; lane < count; lane++) {
                lanes[lane] += x[from + lane];
            }
        }
        return CanonicalMath.fold(lanes);
    }

    /** Sixteen partial sums of squares, folded. */
    static float sumOfSquares(float[] x, int n, float[] lanes) {
        Arrays.fill(lanes, 0, LANES, 0);
        for (int from = 0; from < n; from += LANES) {
            int count = Math.min(LANES, n - from);
            for (int lane = 0; lane < count; lane++) {
                lanes[lane] = Math.fma(x[from + lane], x[from + lane], lanes[lane]);
            }
        }
        return CanonicalMath.fold(lanes);
    }

    private static void subtract(float[] x, int n, float value) {
        for (int i = 0; i < n; i++) {
            x[i] -= value;
        }
    }

    private static void scaleAndShift(float[] d, int n, float factor, float[] weight, float[] bias) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.fma(d[i] * factor, weight[i], bias[i]);
        }
    }

    private static void scale(float[] d, int n, float factor, float[] weight) {
        for (int i = 0; i < n; i++) {
            d[i] = d[i] * factor * weight[i];
        }
    }

    /** {@code x = kind(x)} for a row. */
    static void activate(FloatRows x, int row, Activation kind, Workspace workspace) {
        int n = x.columns();
        float[] values = workspace.floats(Workspace.X, n);
        x.copyTo(row, 0, values, 0, n);
        switch (kind) {
            case RELU -> relu(values, n);
            case SILU -> silu(values, n);
            case TANH -> tanh(values, n);
            case SIGMOID -> sigmoid(values, n);
            case GELU_TANH -> geluTanh(values, n);
            case GELU_ERF -> geluErf(values, n);
        }
        x.copyFrom(values, 0, row, 0, n);
    }

    private static void relu(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.max(x[i], 0);
        }
    }

    private static void silu(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = CanonicalMath.silu(x[i]);
        }
    }

    private static void tanh(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = CanonicalMath.tanh(x[i]);
        }
    }

    private static void sigmoid(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = CanonicalMath.sigmoid(x[i]);
        }
    }

    private static void geluTanh(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = CanonicalMath.geluTanh(x[i]);
        }
    }

    private static void geluErf(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = CanonicalMath.geluErf(x[i]);
        }
    }

    /** {@code x *= y} for a row. */
    static void times(FloatRows x, FloatRows y, int row, Workspace workspace) {
        int n = x.columns();
        float[] product = workspace.floats(Workspace.X, n);
        float[] factors = workspace.floats(Workspace.VALUES, n);
        x.copyTo(row, 0, product, 0, n);
        y.copyTo(row, 0, factors, 0, n);
        for (int i = 0; i < n; i++) {
            product[i] *= factors[i];
        }
        x.copyFrom(product, 0, row, 0, n);
    }

    /** {@link GatedActivation#SWISH_ONE_MORE}. */
    static float swishOneMore(float gate, float up) {
        return gate * CanonicalMath.sigmoid(STEEPNESS * gate) * (up + 1);
    }

    /** The same of a row. */
    static void swishOneMore(FloatRows gate, FloatRows up, int row, FloatRows out) {
        for (int i = 0; i < gate.columns(); i++) {
            out.set(row, i, swishOneMore(gate.get(row, i), up.get(row, i)));
        }
    }

    /** {@code x = min(max(x, least), greatest)} for a row; NaN stays NaN. */
    static void clamp(FloatRows x, int row, float least, float greatest) {
        for (int i = 0; i < x.columns(); i++) {
            x.set(row, i, Math.min(Math.max(x.get(row, i), least), greatest));
        }
    }

    /** {@code x *= sigmoid(gate)} for a row. */
    static void gateBySigmoid(FloatRows x, FloatRows gate, int row) {
        for (int i = 0; i < x.columns(); i++) {
            x.set(row, i, x.get(row, i) * CanonicalMath.sigmoid(gate.get(row, i)));
        }
    }

    /** The first half of each head of a row to one matrix, the second half to another. */
    static void splitHeads(FloatRows x, int row, int heads, FloatRows first, FloatRows second) {
        int dims = first.columns() / heads;
        for (int head = 0; head < heads; head++) {
            long from = x.offset(row, 2 * head * dims);
            long to = first.offset(row, head * dims);
            MemorySegment.copy(x.memory(), from, first.memory(), to, 4L * dims);
            MemorySegment.copy(x.memory(), from + 4L * dims, second.memory(), to, 4L * dims);
        }
    }

    /** Copies neighbouring columns of a row to those of another. */
    static void copyColumns(
            FloatRows from, int fromRow, int fromColumn, FloatRows to, int toRow, int toColumn, int count) {
        java.util.Objects.checkFromIndexSize(fromColumn, count, from.columns());
        java.util.Objects.checkFromIndexSize(toColumn, count, to.columns());
        MemorySegment.copy(
                from.memory(), from.offset(fromRow, fromColumn), to.memory(), to.offset(toRow, toColumn), 4L * count);
    }

    /** {@code to[toRow] = fma(factor, from[fromRow], to[toRow])}. */
    static void addScaled(FloatRows from, int fromRow, float factor, FloatRows to, int toRow) {
        MemorySegment source = from.memory();
        MemorySegment target = to.memory();
        long at = from.offset(fromRow, 0);
        long into = to.offset(toRow, 0);
        for (long i = 0; i < 4L * to.columns(); i += 4) {
            float sum = Math.fma(factor, source.get(JAVA_FLOAT, at + i), target.get(JAVA_FLOAT, into + i));
            target.set(JAVA_FLOAT, into + i, sum);
        }
    }
}
