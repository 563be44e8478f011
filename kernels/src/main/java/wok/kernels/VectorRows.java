package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Row-wise operations on the Vector API, equal to {@link ReferenceKernels} bit for bit. Each runs whole vectors and
 * then the rest one by one, with the scalar formula. Offsets are bytes, lengths elements. Stateless; any thread.
 */
final class VectorRows {
    private static final int L = Lanes.COUNT;
    private static final int CANONICAL_LANES = 16;

    private VectorRows() {}

    /** {@code y[i] += x[i]}. */
    static void add(MemorySegment y, long yAt, MemorySegment x, long xAt, int count) {
        int i = 0;
        for (; i + L <= count; i += L) {
            Lanes.store(Lanes.floats(y, yAt + 4L * i).add(Lanes.floats(x, xAt + 4L * i)), y, yAt + 4L * i);
        }
        for (; i < count; i++) {
            set(y, yAt, i, get(y, yAt, i) + get(x, xAt, i));
        }
    }

    static void addBias(MemorySegment y, long at, MemorySegment bias, int count) {
        add(y, at, bias, 0, count);
    }

    static void scale(MemorySegment x, long at, int count, float factor) {
        int i = 0;
        for (; i + L <= count; i += L) {
            Lanes.store(Lanes.floats(x, at + 4L * i).mul(factor), x, at + 4L * i);
        }
        for (; i < count; i++) {
            set(x, at, i, get(x, at, i) * factor);
        }
    }

    static void softcap(MemorySegment x, long at, int count, float cap) {
        int i = 0;
        for (; i + L <= count; i += L) {
            Lanes.store(VectorMath.softcap(Lanes.floats(x, at + 4L * i), cap), x, at + 4L * i);
        }
        for (; i < count; i++) {
            set(x, at, i, CanonicalMath.softcap(get(x, at, i), cap));
        }
    }

    /**
     * {@code out = act(gate) * up}, in three loops over scratch arrays, whose length is rounded up to whole vectors. In
     * one loop over the segments C2 reaches its limit of nodes and allocates a vector a turn: 565 KB per token of a
     * model with 135 M weights.
     */
    static void gatedActivation(
            GatedActivation kind,
            MemorySegment gate,
            MemorySegment up,
            MemorySegment out,
            long at,
            int count,
            Workspace workspace) {
        int padded = (count + L - 1) / L * L;
        float[] x = workspace.floats(Workspace.X, padded);
        float[] factors = workspace.floats(Workspace.VALUES, padded);
        float[] decays = workspace.floats(Workspace.SCORES, padded);
        MemorySegment.copy(gate, JAVA_FLOAT, at, x, 0, count);
        MemorySegment.copy(up, JAVA_FLOAT, at, factors, 0, count);
        switch (kind) {
            case SILU -> siluDecays(x, decays, padded);
            case GELU_TANH -> geluDecays(x, decays, padded);
            case SWISH_ONE_MORE -> throw notHere(kind);
        }
        gate(x, decays, factors, padded);
        MemorySegment.copy(x, 0, out, JAVA_FLOAT, at, count);
    }

    private static IllegalArgumentException notHere(GatedActivation kind) {
        return new IllegalArgumentException("kind: " + kind + " (expected: one with vector code)");
    }

    private static void siluDecays(float[] x, float[] decays, int count) {
        for (int i = 0; i < count; i += L) {
            VectorMath.siluDecay(FloatVector.fromArray(Lanes.FLOATS, x, i)).intoArray(decays, i);
        }
    }

    private static void geluDecays(float[] x, float[] decays, int count) {
        for (int i = 0; i < count; i += L) {
            VectorMath.geluDecay(FloatVector.fromArray(Lanes.FLOATS, x, i)).intoArray(decays, i);
        }
    }

    private static void gate(float[] x, float[] decays, float[] factors, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector decay = FloatVector.fromArray(Lanes.FLOATS, decays, i);
            FloatVector activated = VectorMath.gated(FloatVector.fromArray(Lanes.FLOATS, x, i), decay);
            activated.mul(FloatVector.fromArray(Lanes.FLOATS, factors, i)).intoArray(x, i);
        }
    }

    static void rmsNorm(
            MemorySegment x,
            long at,
            MemorySegment weight,
            int count,
            float eps,
            MemorySegment out,
            long outAt,
            float[] lanes) {
        squares(x, at, count, lanes);
        float factor = ReferenceKernels.normFactor(CanonicalMath.fold(lanes), count, eps);
        int i = 0;
        for (; i + L <= count; i += L) {
            FloatVector scaled = Lanes.floats(x, at + 4L * i).mul(factor);
            Lanes.store(scaled.mul(Lanes.floats(weight, 4L * i)), out, outAt + 4L * i);
        }
        for (; i < count; i++) {
            set(out, outAt, i, get(x, at, i) * factor * get(weight, 0, i));
        }
    }

    /** Sixteen partial sums of squares: element i to lane i mod 16. */
    private static void squares(MemorySegment x, long at, int count, float[] lanes) {
        int whole = count / CANONICAL_LANES * CANONICAL_LANES;
        for (int part = 0; part < CANONICAL_LANES; part += L) {
            FloatVector sum = FloatVector.zero(Lanes.FLOATS);
            for (int i = part; i < whole; i += CANONICAL_LANES) {
                FloatVector value = Lanes.floats(x, at + 4L * i);
                sum = value.fma(value, sum);
            }
            sum.intoArray(lanes, part);
        }
        for (int i = whole; i < count; i++) {
            float value = get(x, at, i);
            lanes[i - whole] = Math.fma(value, value, lanes[i - whole]);
        }
    }

    /** Dimension i with dimension i + pairs of one head, by cosines and sines from byte {@code entry} on. */
    static void rotateHalves(
            MemorySegment x, long at, MemorySegment cosines, MemorySegment sines, long entry, int pairs) {
        long second = at + 4L * pairs;
        int i = 0;
        for (; i + L <= pairs; i += L) {
            FloatVector a = Lanes.floats(x, at + 4L * i);
            FloatVector b = Lanes.floats(x, second + 4L * i);
            FloatVector cos = Lanes.floats(cosines, entry + 4L * i);
            FloatVector sin = Lanes.floats(sines, entry + 4L * i);
            Lanes.store(a.fma(cos, b.mul(sin).neg()), x, at + 4L * i);
            Lanes.store(b.fma(cos, a.mul(sin)), x, second + 4L * i);
        }
        for (; i < pairs; i++) {
            float a = get(x, at, i);
            float b = get(x, second, i);
            float cos = get(cosines, entry, i);
            float sin = get(sines, entry, i);
            set(x, at, i, Math.fma(a, cos, -(b * sin)));
            set(x, second, i, Math.fma(b, cos, a * sin));
        }
    }

    /** Dimension 2i with dimension 2i + 1 of one head; scalar, since it is a small part of a step. */
    static void rotateNeighbours(
            MemorySegment x, long at, MemorySegment cosines, MemorySegment sines, long entry, int pairs) {
        for (int i = 0; i < pairs; i++) {
            float a = get(x, at, 2 * i);
            float b = get(x, at, 2 * i + 1);
            float cos = get(cosines, entry, i);
            float sin = get(sines, entry, i);
            set(x, at, 2 * i, Math.fma(a, cos, -(b * sin)));
            set(x, at, 2 * i + 1, Math.fma(b, cos, a * sin));
        }
    }

    /** One row; see {@link QuantisedRows}. Its columns are a multiple of 32. */
    static void quantise(MemorySegment x, long at, int row, QuantisedRows out) {
        int blockColumns = out.blockColumns();
        float[] floats = out.onHeap().floats();
        for (int block = 0; block < out.blocks(); block++) {
            long from = at + 4L * block * blockColumns;
            float scale = QuantisedRows.scaleFor(greatest(x, from, blockColumns));
            out.setScale(row, block, scale);
            int to = row * out.columns() + block * blockColumns;
            round(x, from, blockColumns, QuantisedRows.inverse(scale), floats, to);
        }
        int first = row * out.columns();
        bytes(floats, first, out.columns(), out.quants());
        out.sumRow(row);
    }

    /** The greatest |x|; as integers, floats without sign keep their order, and NaN is greater than infinity. */
    private static float greatest(MemorySegment x, long at, int count) {
        IntVector greatest = IntVector.zero(Lanes.INTS);
        for (int i = 0; i < count; i += L) {
            greatest = greatest.max(Lanes.ints(x, at + 4L * i).and(Integer.MAX_VALUE));
        }
        return Float.intBitsToFloat(greatest.reduceLanes(VectorOperators.MAX));
    }

    /** {@code rint(x * inverse)} by adding and taking away 1.5 * 2^23; NaN gives 0. */
    private static void round(MemorySegment x, long at, int count, float inverse, float[] out, int to) {
        for (int i = 0; i < count; i += L) {
            FloatVector scaled = Lanes.floats(x, at + 4L * i).mul(inverse);
            FloatVector rounded = scaled.add(CanonicalMath.ROUNDER).sub(CanonicalMath.ROUNDER);
            Lanes.toFloats(Lanes.toInts(rounded)).intoArray(out, to + i);
        }
    }

    private static void bytes(float[] quants, int from, int count, MemorySegment out) {
        for (int i = 0; i < count; i++) {
            out.set(JAVA_BYTE, (long) from + i, (byte) quants[from + i]);
        }
    }

    private static float get(MemorySegment memory, long at, int index) {
        return memory.get(JAVA_FLOAT, at + 4L * index);
    }

    private static void set(MemorySegment memory, long at, int index, float value) {
        memory.set(JAVA_FLOAT, at + 4L * index, value);
    }
}
