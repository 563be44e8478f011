package wok.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * The register tile of every product: six rows of x by two vectors of lanes, twelve sums in registers.
 *
 * <pre>
 * d[r][l] = fma(panel[k][l], x[r][k], d[r][l])   for k = 0, 1, …
 * </pre>
 *
 * <p>Shapes: panel [count][{@link Lanes#STRIDE}], x [rows][count] with rows {@code xRow} apart, d [rows][STRIDE].
 *
 * <p>Why this shape: twelve independent sums hide the latency of fma (4 cycles, two units), each k takes 8 loads for 12
 * fma, and 15 vectors fit the 16 registers of AVX2. Measured on one core, 512 bits, JDK 25 (peak 120 G multiply-adds
 * a second): 2 x 6 with x in an array 66 to 76, in a memory segment 49 to 52; 2 x 4 60 to 64; 4 x 3 52. The methods hold
 * nothing but the loop: with the scaling of a block in it C2 stops inlining (its limit of nodes) and allocates
 * vectors, and the same tile falls to 10. {@code six} is long because only local variables live in registers.
 */
final class VectorTile {
    static final int ROWS = 6;
    private static final int L = Lanes.COUNT;
    private static final int STRIDE = Lanes.STRIDE;

    private VectorTile() {}

    /** Adds {@code count} columns to the sums of {@code rows} rows. */
    static void run(float[] panel, int at, int count, float[] x, int xAt, int xRow, int rows, float[] d, int dAt) {
        for (int c = 0; c < STRIDE; c += 2 * L) {
            int r = 0;
            for (; r + ROWS <= rows; r += ROWS) {
                six(panel, at + c, count, x, xAt + r * xRow, xRow, d, dAt + r * STRIDE + c);
            }
            for (; r + 2 <= rows; r += 2) {
                two(panel, at + c, count, x, xAt + r * xRow, xRow, d, dAt + r * STRIDE + c);
            }
            if (r < rows) {
                one(panel, at + c, count, x, xAt + r * xRow, d, dAt + r * STRIDE + c);
            }
        }
    }

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, from, at);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }

    private static void six(float[] panel, int at, int count, float[] x, int x0, int xRow, float[] d, int dAt) {
        FloatVector a0 = load(d, dAt);
        FloatVector a1 = load(d, dAt + L);
        FloatVector b0 = load(d, dAt + STRIDE);
        FloatVector b1 = load(d, dAt + STRIDE + L);
        FloatVector c0 = load(d, dAt + 2 * STRIDE);
        FloatVector c1 = load(d, dAt + 2 * STRIDE + L);
        FloatVector d0 = load(d, dAt + 3 * STRIDE);
        FloatVector d1 = load(d, dAt + 3 * STRIDE + L);
        FloatVector e0 = load(d, dAt + 4 * STRIDE);
        FloatVector e1 = load(d, dAt + 4 * STRIDE + L);
        FloatVector f0 = load(d, dAt + 5 * STRIDE);
        FloatVector f1 = load(d, dAt + 5 * STRIDE + L);
        for (int k = 0; k < count; k++) {
            FloatVector w0 = load(panel, at + k * STRIDE);
            FloatVector w1 = load(panel, at + k * STRIDE + L);
            FloatVector v = broadcast(x[x0 + k]);
            a0 = w0.fma(v, a0);
            a1 = w1.fma(v, a1);
            v = broadcast(x[x0 + xRow + k]);
            b0 = w0.fma(v, b0);
            b1 = w1.fma(v, b1);
            v = broadcast(x[x0 + 2 * xRow + k]);
            c0 = w0.fma(v, c0);
            c1 = w1.fma(v, c1);
            v = broadcast(x[x0 + 3 * xRow + k]);
            d0 = w0.fma(v, d0);
            d1 = w1.fma(v, d1);
            v = broadcast(x[x0 + 4 * xRow + k]);
            e0 = w0.fma(v, e0);
            e1 = w1.fma(v, e1);
            v = broadcast(x[x0 + 5 * xRow + k]);
            f0 = w0.fma(v, f0);
            f1 = w1.fma(v, f1);
        }
        a0.intoArray(d, dAt);
        a1.intoArray(d, dAt + L);
        b0.intoArray(d, dAt + STRIDE);
        b1.intoArray(d, dAt + STRIDE + L);
        c0.intoArray(d, dAt + 2 * STRIDE);
        c1.intoArray(d, dAt + 2 * STRIDE + L);
        d0.intoArray(d, dAt + 3 * STRIDE);
        d1.intoArray(d, dAt + 3 * STRIDE + L);
        e0.intoArray(d, dAt + 4 * STRIDE);
        e1.intoArray(d, dAt + 4 * STRIDE + L);
        f0.intoArray(d, dAt + 5 * STRIDE);
        f1.intoArray(d, dAt + 5 * STRIDE + L);
    }

    private static void two(float[] panel, int at, int count, float[] x, int x0, int xRow, float[] d, int dAt) {
        FloatVector a0 = load(d, dAt);
        FloatVector a1 = load(d, dAt + L);
        FloatVector b0 = load(d, dAt + STRIDE);
        FloatVector b1 = load(d, dAt + STRIDE + L);
        for (int k = 0; k < count; k++) {
            FloatVector w0 = load(panel, at + k * STRIDE);
            FloatVector w1 = load(panel, at + k * STRIDE + L);
            FloatVector v = broadcast(x[x0 + k]);
            a0 = w0.fma(v, a0);
            a1 = w1.fma(v, a1);
            v = broadcast(x[x0 + xRow + k]);
            b0 = w0.fma(v, b0);
            b1 = w1.fma(v, b1);
        }
        a0.intoArray(d, dAt);
        a1.intoArray(d, dAt + L);
        b0.intoArray(d, dAt + STRIDE);
        b1.intoArray(d, dAt + STRIDE + L);
    }

    private static void one(float[] panel, int at, int count, float[] x, int x0, float[] d, int dAt) {
        FloatVector a0 = load(d, dAt);
        FloatVector a1 = load(d, dAt + L);
        for (int k = 0; k < count; k++) {
            FloatVector v = broadcast(x[x0 + k]);
            a0 = load(panel, at + k * STRIDE).fma(v, a0);
            a1 = load(panel, at + k * STRIDE + L).fma(v, a1);
        }
        a0.intoArray(d, dAt);
        a1.intoArray(d, dAt + L);
    }
}
