package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.util.Arrays;

/**
 * The specification: scalar, written to be read. It stays for ever, beside every faster set. Stateless; any thread.
 */
final class ReferenceKernels implements LeafKernels {
    private static final int LANES = 16;

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public KernelSet set() {
        return KernelSet.REFERENCE;
    }

    @Override
    public boolean multipliesOnHeap() {
        return false;
    }

    @Override
    public void quantise(FloatRows x, int row, QuantisedRows out) {
        for (int block = 0; block < out.columns() / out.blockColumns(); block++) {
            int from = block * out.blockColumns();
            float greatest = 0;
            for (int k = from; k < from + out.blockColumns(); k++) {
                greatest = Math.max(greatest, Math.abs(x.get(row, k)));
            }
            float scale = QuantisedRows.scaleFor(greatest);
            float inverse = QuantisedRows.inverse(scale);
            out.setScale(row, block, scale);
            for (int k = from; k < from + out.blockColumns(); k++) {
                out.setQuant(row, k, (int) Math.rint(x.get(row, k) * inverse));
            }
        }
        out.sumRow(row);
    }

    @Override
    public void matmul(PackedMatrix w, Activations x, int n, FloatRows y, int from, int to, Workspace workspace) {
        int rows = PackedMatrix.GROUP_ROWS;
        ReferenceMatmul.run(w, x, n, y, from * rows, Math.min(to * rows, w.rows()), workspace);
    }

    @Override
    public void addBias(FloatRows y, int row, FloatRows bias) {
        for (int i = 0; i < bias.columns(); i++) {
            y.set(row, i, y.get(row, i) + bias.get(0, i));
        }
    }

    /** {@code y[i] = (x[i] * (1 / sqrt(sum of squares / n + eps))) * w[i]}; Zhang and Sennrich 2019. */
    @Override
    public void rmsNorm(FloatRows x, int row, int at, FloatRows weight, float eps, FloatRows out, Workspace workspace) {
        float[] lanes = workspace.floats(Workspace.LANES, LANES);
        Arrays.fill(lanes, 0, LANES, 0);
        for (int i = 0; i < weight.columns(); i++) {
            float value = x.get(row, at + i);
            lanes[i % LANES] = Math.fma(value, value, lanes[i % LANES]);
        }
        float factor = normFactor(CanonicalMath.fold(lanes), weight.columns(), eps);
        for (int i = 0; i < weight.columns(); i++) {
            out.set(row, at + i, x.get(row, at + i) * factor * weight.get(0, i));
        }
    }

    /** Division and square root are rounded correctly, in 32 bits: the same everywhere. */
    static float normFactor(float squares, int count, float eps) {
        return 1 / (float) Math.sqrt(squares / count + eps);
    }

    @Override
    public void rope(FloatRows x, int row, int heads, int headDim, RopeTable table, int position) {
        for (int head = 0; head < heads; head++) {
            for (int pair = 0; pair < table.pairs(); pair++) {
                boolean halves = table.pairing() == RopePairing.HALVES;
                int first = head * headDim + (halves ? pair : 2 * pair);
                int second = first + (halves ? table.pairs() : 1);
                rotate(x, row, first, second, table, (long) position * table.pairs() + pair);
            }
        }
    }

    private static void rotate(FloatRows x, int row, int first, int second, RopeTable table, long entry) {
        float a = x.get(row, first);
        float b = x.get(row, second);
        float cos = table.cosines().getAtIndex(JAVA_FLOAT, entry);
        float sin = table.sines().getAtIndex(JAVA_FLOAT, entry);
        x.set(row, first, Math.fma(a, cos, -(b * sin)));
        x.set(row, second, Math.fma(b, cos, a * sin));
    }

    @Override
    public void gatedActivation(
            FloatRows gate, FloatRows up, int row, GatedActivation kind, FloatRows out, Workspace workspace) {
        for (int i = 0; i < gate.columns(); i++) {
            float x = gate.get(row, i);
            float y = up.get(row, i);
            out.set(
                    row,
                    i,
                    switch (kind) {
                        case SILU -> CanonicalMath.silu(x) * y;
                        case GELU_TANH -> CanonicalMath.geluTanh(x) * y;
                        case SWISH_ONE_MORE -> SharedRows.swishOneMore(x, y);
                    });
        }
    }

    @Override
    public void add(FloatRows x, FloatRows y, int row) {
        for (int i = 0; i < x.columns(); i++) {
            x.set(row, i, x.get(row, i) + y.get(row, i));
        }
    }

    @Override
    public void scale(FloatRows x, int row, float factor) {
        for (int i = 0; i < x.columns(); i++) {
            x.set(row, i, x.get(row, i) * factor);
        }
    }

    @Override
    public void softcap(FloatRows x, int row, float cap) {
        for (int i = 0; i < x.columns(); i++) {
            x.set(row, i, CanonicalMath.softcap(x.get(row, i), cap));
        }
    }

    @Override
    public void attention(AttentionTask task, int kvHead, int from, int to, Workspace workspace) {
        int grouped = task.spec().groupedHeads();
        for (int row = from; row < to; row++) {
            for (int head = kvHead * grouped; head < (kvHead + 1) * grouped; head++) {
                ReferenceAttention.run(task, row, head);
            }
        }
    }
}
