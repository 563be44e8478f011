package wok.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Unpacks one group of 16 output rows into a panel of floats [columns][{@link Lanes#STRIDE}]: once for many rows of x.
 * Every number it writes is exact, or is rounded as {@link BlockDecoder} rounds it.
 */
final class VectorPanel {
    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final int L = Lanes.COUNT;
    private static final int STRIDE = Lanes.STRIDE;

    private VectorPanel() {}

    /** {@code count} columns of float weights, from column {@code column}. */
    static void floats(PackedFloats w, int group, int column, int count, float[] panel, int at) {
        long element = w.element(group * GROUP, column);
        switch (w.type()) {
            case F16 -> halves(w.memory(), 2 * element, count, panel, at);
            case BF16 -> brains(w.memory(), 2 * element, count, panel, at);
            default -> singles(w.memory(), 4 * element, count, panel, at);
        }
    }

    private static void singles(MemorySegment memory, long from, int count, float[] panel, int at) {
        for (int k = 0; k < count; k++) {
            for (int part = 0; part < GROUP; part += L) {
                Lanes.floats(memory, from + 4L * (k * GROUP + part)).intoArray(panel, at + k * STRIDE + part);
            }
        }
    }

    private static void halves(MemorySegment memory, long from, int count, float[] panel, int at) {
        for (int k = 0; k < count; k++) {
            for (int part = 0; part < GROUP; part += L) {
                Lanes.halfFloats(memory, from + 2L * (k * GROUP + part)).intoArray(panel, at + k * STRIDE + part);
            }
        }
    }

    private static void brains(MemorySegment memory, long from, int count, float[] panel, int at) {
        for (int k = 0; k < count; k++) {
            for (int part = 0; part < GROUP; part += L) {
                Lanes.brainFloats(memory, from + 2L * (k * GROUP + part)).intoArray(panel, at + k * STRIDE + part);
            }
        }
    }

    /** 32 columns of quants as signed whole numbers. */
    static void quants(MemorySegment memory, long from, int bits, int offset, float[] panel, int at) {
        if (bits == 8) {
            bytes(memory, from, offset, panel, at);
        } else {
            nibbles(memory, from, offset, panel, at);
        }
    }

    private static void bytes(MemorySegment memory, long from, int offset, float[] panel, int at) {
        for (int part = 0; part < GROUP; part += L) {
            int to = at + part;
            for (int k = 0; k < 32; k += 4) {
                IntVector four = Lanes.ints(memory, from + 16L * k + 4L * part);
                store(four.and(0xFF), offset, panel, to + k * STRIDE);
                store(four.lanewise(VectorOperators.LSHR, 8).and(0xFF), offset, panel, to + (k + 1) * STRIDE);
                store(four.lanewise(VectorOperators.LSHR, 16).and(0xFF), offset, panel, to + (k + 2) * STRIDE);
                store(four.lanewise(VectorOperators.LSHR, 24), offset, panel, to + (k + 3) * STRIDE);
            }
        }
    }

    private static void nibbles(MemorySegment memory, long from, int offset, float[] panel, int at) {
        for (int part = 0; part < GROUP; part += L) {
            int to = at + part;
            for (int k = 0; k < 16; k += 4) {
                IntVector eight = Lanes.ints(memory, from + 16L * k + 4L * part);
                store(eight.and(0xF), offset, panel, to + k * STRIDE);
                store(eight.lanewise(VectorOperators.LSHR, 8).and(0xF), offset, panel, to + (k + 1) * STRIDE);
                store(eight.lanewise(VectorOperators.LSHR, 16).and(0xF), offset, panel, to + (k + 2) * STRIDE);
                store(eight.lanewise(VectorOperators.LSHR, 24).and(0xF), offset, panel, to + (k + 3) * STRIDE);
                store(eight.lanewise(VectorOperators.LSHR, 4).and(0xF), offset, panel, to + (k + 16) * STRIDE);
                store(eight.lanewise(VectorOperators.LSHR, 12).and(0xF), offset, panel, to + (k + 17) * STRIDE);
                store(eight.lanewise(VectorOperators.LSHR, 20).and(0xF), offset, panel, to + (k + 18) * STRIDE);
                store(eight.lanewise(VectorOperators.LSHR, 28), offset, panel, to + (k + 19) * STRIDE);
            }
        }
    }

    private static void store(IntVector unsigned, int offset, float[] panel, int at) {
        Lanes.toFloats(unsigned.sub(offset)).intoArray(panel, at);
    }

    /** {@code panel = panel * factor - subtrahend}, rounded twice, for 16 lanes and {@code count} columns. */
    static void scale(float[] panel, int at, int count, float[] factors, float[] subtrahends, int lanesAt) {
        for (int part = 0; part < GROUP; part += L) {
            FloatVector factor = FloatVector.fromArray(Lanes.FLOATS, factors, lanesAt + part);
            FloatVector subtrahend = FloatVector.fromArray(Lanes.FLOATS, subtrahends, lanesAt + part);
            for (int k = 0; k < count; k++) {
                int to = at + k * STRIDE + part;
                FloatVector quants = FloatVector.fromArray(Lanes.FLOATS, panel, to);
                quants.mul(factor).sub(subtrahend).intoArray(panel, to);
            }
        }
    }
}
