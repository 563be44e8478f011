package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

/**
 * The matrix product, scalar: the specification of every faster one. {@code y[r][o] = sum over k of w[o][k] x[r][k]}.
 *
 * <p>Shapes: w [rows x columns] packed, x [n x columns], y [n x rows]. Order of operations: numerics rules 2 and 4; see
 * docs/math/matmul.md.
 */
final class ReferenceMatmul {
    private ReferenceMatmul() {}

    /** Output rows {@code from} to {@code to - 1}, each from its own weights alone. */
    static void run(PackedMatrix w, Activations x, int n, FloatRows y, int from, int to, Workspace workspace) {
        for (int o = from; o < to; o++) {
            if (w.activationForm() == ActivationForm.F32) {
                float[] values = workspace.floats(Workspace.X, w.columns());
                values(w, o, values);
                for (int r = 0; r < n; r++) {
                    y.set(r, o, dot(values, w.columns(), x.f32(), r));
                }
            } else {
                for (int r = 0; r < n; r++) {
                    y.set(r, o, quantised(w, o, x.prepared(w.activationForm()), r));
                }
            }
        }
    }

    /** The exact weights of output row o, as {@link BlockDecoder} gives them. */
    static void values(PackedMatrix w, int o, float[] out) {
        for (int k = 0; k < w.columns(); k++) {
            out[k] = switch (w) {
                case PackedFloats floats -> floats.value(o, k);
                case PackedBlocks blocks -> blocks.scale(o, k / 32) * blocks.quant(o, k) - blocks.min(o, k / 32);
                case PackedSuperBlocks blocks -> superValue(blocks, o, k);
            };
        }
    }

    private static float superValue(PackedSuperBlocks w, int o, int k) {
        int block = k / 256;
        int sub = k % 256 / w.format().subColumns();
        float scale = w.scale(o, block) * w.subScale(o, block, sub);
        return scale * w.quant(o, k) - w.min(o, block) * w.subMin(o, block, sub);
    }

    /** {@code y = fma(w[k], x[k], y)} for k = 0, 1, … */
    private static float dot(float[] weights, int columns, FloatRows x, int r) {
        float y = 0;
        long at = x.offset(r, 0);
        for (int k = 0; k < columns; k++) {
            y = Math.fma(weights[k], x.memory().get(JAVA_FLOAT, at + 4L * k), y);
        }
        return y;
    }

    private static float quantised(PackedMatrix w, int o, QuantisedRows x, int r) {
        return switch (w) {
            case PackedBlocks blocks -> blocks(blocks, o, x, r);
            case PackedSuperBlocks blocks -> superBlocks(blocks, o, x, r);
            case PackedFloats floats ->
                throw new IllegalArgumentException(floats.family() + " (expected: a quantised family)");
        };
    }

    /** Per block of 32: {@code y = fma((float) dot, ws * as, y)}, then {@code y = fma(-sum, min * as, y)}. */
    private static float blocks(PackedBlocks w, int o, QuantisedRows x, int r) {
        float y = 0;
        for (int block = 0; block < w.blocks(); block++) {
            int dot = 0;
            for (int k = block * 32; k < block * 32 + 32; k++) {
                dot += w.quant(o, k) * x.quant(r, k);
            }
            y = Math.fma((float) dot, w.scale(o, block) * x.scale(r, block), y);
            if (w.format().hasMin()) {
                y = Math.fma(-x.sum32(r, block), w.min(o, block) * x.scale(r, block), y);
            }
        }
        return y;
    }

    /**
     * Per super-block of 256: {@code y = fma((float) sum of subScale * dot, d * as, y)}, then
     * {@code y = fma(-(float) sum of subMin * sum(x), dmin * as, y)}; both sums are exact int32.
     */
    private static float superBlocks(PackedSuperBlocks w, int o, QuantisedRows x, int r) {
        int subColumns = w.format().subColumns();
        float y = 0;
        for (int block = 0; block < w.blocks(); block++) {
            int scaled = 0;
            int minima = 0;
            for (int sub = 0; sub < 256 / subColumns; sub++) {
                int dot = 0;
                int sum = 0;
                for (int i = 0; i < subColumns; i++) {
                    int k = block * 256 + sub * subColumns + i;
                    dot += w.quant(o, k) * x.quant(r, k);
                    sum += x.quant(r, k);
                }
                scaled += w.subScale(o, block, sub) * dot;
                minima += w.subMin(o, block, sub) * sum;
            }
            y = Math.fma((float) scaled, w.scale(o, block) * x.scale(r, block), y);
            if (w.format().hasMin()) {
                y = Math.fma(-(float) minima, w.min(o, block) * x.scale(r, block), y);
            }
        }
        return y;
    }
}
