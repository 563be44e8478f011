package wok.kernels;

import java.util.Arrays;
import java.util.Optional;

/**
 * Row-wise operations that all kernel sets share: one scalar program each, so that their bits agree by construction. They
 * are those that no decoding loop is bound by. A row is copied to scratch arrays, over which the compiler vectorises the
 * loops that have no order to keep; sums run in sixteen lanes (docs/math/rows.md). Stateless; any thread.
 */
final class SharedRows {
    private static final int LANES = 16;

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

    private static float sumOfSquares(float[] x, int n, float[] lanes) {
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
}
