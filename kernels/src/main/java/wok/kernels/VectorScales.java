package wok.kernels;

import java.lang.foreign.MemorySegment;
import wok.tensor.DType;

/** Scales and minima of one group as 32-bit floats, exactly. Stateless; any thread. */
final class VectorScales {
    private static final int GROUP = PackedMatrix.GROUP_ROWS;

    private VectorScales() {}

    /** Scales of {@code count} blocks from {@code block} on: block i's 16 to {@code out[at + i * stride …]}. */
    static void read(PackedQuants w, int group, int block, int count, float[] out, int at, int stride) {
        read(w, w.groupOffset(group), block, count, out, at, stride);
    }

    /** The same of minima; only for families with them. */
    static void readMinima(PackedQuants w, int group, int block, int count, float[] out, int at, int stride) {
        read(w, w.minsOffset(group), block, count, out, at, stride);
    }

    private static void read(PackedQuants w, long section, int block, int count, float[] out, int at, int stride) {
        long from = section + (long) block * GROUP * w.format().scaleBytes();
        if (w.format().scaleType() == DType.F16) {
            halves(w.memory(), from, count, out, at, stride);
        } else {
            singles(w.memory(), from, count, out, at, stride);
        }
    }

    private static void halves(MemorySegment memory, long from, int count, float[] out, int at, int stride) {
        for (int i = 0; i < count; i++) {
            for (int part = 0; part < GROUP; part += Lanes.COUNT) {
                Lanes.halfFloats(memory, from + 2L * (i * GROUP + part)).intoArray(out, at + i * stride + part);
            }
        }
    }

    private static void singles(MemorySegment memory, long from, int count, float[] out, int at, int stride) {
        for (int i = 0; i < count; i++) {
            for (int part = 0; part < GROUP; part += Lanes.COUNT) {
                Lanes.floats(memory, from + 4L * (i * GROUP + part)).intoArray(out, at + i * stride + part);
            }
        }
    }
}
