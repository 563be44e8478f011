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
    static void quants(PackedQuants w, long from, VectorUnpacker unpacker, float[] panel, int at) {
        int offset = w.format().offset();
        if (!w.format().isPlain()) {
            for (int part = 0; part < GROUP; part += L) {
                unpacker.run(w.memory(), from + 4L * part, w.format(), 1, 4L * part);
            }
            bytes(unpacker.memory(), 0, offset, panel, at);
        } else if (w.format().bits() == 8) {
            bytes(w.memory(), from, offset, panel, at);
        } else {
            nibbles(w.memory(), from, offset, panel, at);
        }
    }

    private static void bytes(MemorySegment memory, long from, int offset, float[] panel, int at) {
        for (int i = 0; i < 4; i++) {
            everyFourth(memory, from, 32, 8 * i, 0xFF, offset, panel, at + i * STRIDE);
        }
    }

    private static void nibbles(MemorySegment memory, long from, int offset, float[] panel, int at) {
        for (int i = 0; i < 4; i++) {
            everyFourth(memory, from, 16, 8 * i, 0xF, offset, panel, at + i * STRIDE);
            everyFourth(memory, from, 16, 8 * i + 4, 0xF, offset, panel, at + (16 + i) * STRIDE);
        }
    }

    /**
     * Every fourth of {@code count} columns: the bits {@code mask << shift} of each lane. Loading a vector again for
     * each of its columns costs less than unpacking all of them in one loop: there C2 reaches its limit of nodes, stops
     * inlining and allocates.
     */
    private static void everyFourth(
            MemorySegment memory, long from, int count, int shift, int mask, int offset, float[] panel, int at) {
        for (int part = 0; part < GROUP; part += L) {
            for (int k = 0; k < count; k += 4) {
                IntVector packed = Lanes.ints(memory, from + 16L * k + 4L * part);
                IntVector quants = packed.lanewise(VectorOperators.LSHR, shift).and(mask);
                Lanes.toFloats(quants.sub(offset)).intoArray(panel, at + k * STRIDE + part);
            }
        }
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
