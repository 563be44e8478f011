package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * One row of 32-bit activations with float weights, straight from the packed numbers. The order of k is fixed, so that
 * one chain of fma waits for itself; two vectors of lanes side by side, and several groups in flight, hide most of it.
 */
final class VectorFloatRowProduct {
    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final int L = Lanes.COUNT;
    /** Groups side by side. */
    private static final int ABREAST = 4;

    private VectorFloatRowProduct() {}

    /** Output groups {@code from} to {@code to - 1} for row 0. */
    static void run(PackedFloats w, FloatRows x, FloatRows y, int from, int to, Workspace workspace) {
        float[] values = workspace.floats(Workspace.X, w.columns());
        MemorySegment.copy(x.memory(), JAVA_FLOAT, 0, values, 0, w.columns());
        float[] out = workspace.floats(Workspace.SUMS, ABREAST * GROUP);
        for (int group = from; group < to; group += ABREAST) {
            int last = Math.min(group + ABREAST, to) - 1;
            for (int part = 0; part < GROUP; part += L) {
                abreast(w, group, last, part, values, out);
            }
            int first = group * GROUP;
            int count = Math.min((last + 1) * GROUP, w.rows()) - first;
            MemorySegment.copy(out, 0, y.memory(), JAVA_FLOAT, y.offset(0, first), count);
        }
    }

    /** Four groups; beyond the last one the last is computed again. */
    private static void abreast(PackedFloats w, int group, int last, int part, float[] x, float[] out) {
        long bytes = w.type().blockBytes();
        long a = bytes * (w.element(group * GROUP, 0) + part);
        long b = bytes * (w.element(Math.min(group + 1, last) * GROUP, 0) + part);
        long c = bytes * (w.element(Math.min(group + 2, last) * GROUP, 0) + part);
        long d = bytes * (w.element(Math.min(group + 3, last) * GROUP, 0) + part);
        switch (w.type()) {
            case F16 -> {
                halves(w.memory(), a, b, w.columns(), x, out, part);
                halves(w.memory(), c, d, w.columns(), x, out, part + 2 * GROUP);
            }
            case BF16 -> {
                brains(w.memory(), a, b, w.columns(), x, out, part);
                brains(w.memory(), c, d, w.columns(), x, out, part + 2 * GROUP);
            }
            default -> singles(w.memory(), a, b, c, d, w.columns(), x, out, part);
        }
    }

    private static void singles(
            MemorySegment w, long a, long b, long c, long d, int columns, float[] x, float[] out, int part) {
        FloatVector ya = FloatVector.zero(Lanes.FLOATS);
        FloatVector yb = ya;
        FloatVector yc = ya;
        FloatVector yd = ya;
        for (int k = 0; k < columns; k++) {
            long at = 64L * k;
            FloatVector v = FloatVector.broadcast(Lanes.FLOATS, x[k]);
            ya = Lanes.floats(w, a + at).fma(v, ya);
            yb = Lanes.floats(w, b + at).fma(v, yb);
            yc = Lanes.floats(w, c + at).fma(v, yc);
            yd = Lanes.floats(w, d + at).fma(v, yd);
        }
        store(ya, yb, yc, yd, out, part);
    }

    /** Two groups at once: with four, C2 reaches its limit of nodes, stops inlining and allocates vectors. */
    private static void halves(MemorySegment w, long a, long b, int columns, float[] x, float[] out, int at) {
        FloatVector ya = FloatVector.zero(Lanes.FLOATS);
        FloatVector yb = ya;
        for (int k = 0; k < columns; k++) {
            FloatVector v = FloatVector.broadcast(Lanes.FLOATS, x[k]);
            ya = Lanes.halfFloats(w, a + 32L * k).fma(v, ya);
            yb = Lanes.halfFloats(w, b + 32L * k).fma(v, yb);
        }
        ya.intoArray(out, at);
        yb.intoArray(out, at + GROUP);
    }

    private static void brains(MemorySegment w, long a, long b, int columns, float[] x, float[] out, int at) {
        FloatVector ya = FloatVector.zero(Lanes.FLOATS);
        FloatVector yb = ya;
        for (int k = 0; k < columns; k++) {
            FloatVector v = FloatVector.broadcast(Lanes.FLOATS, x[k]);
            ya = Lanes.brainFloats(w, a + 32L * k).fma(v, ya);
            yb = Lanes.brainFloats(w, b + 32L * k).fma(v, yb);
        }
        ya.intoArray(out, at);
        yb.intoArray(out, at + GROUP);
    }

    private static void store(FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] out, int part) {
        a.intoArray(out, part);
        b.intoArray(out, part + GROUP);
        c.intoArray(out, part + 2 * GROUP);
        d.intoArray(out, part + 3 * GROUP);
    }
}
