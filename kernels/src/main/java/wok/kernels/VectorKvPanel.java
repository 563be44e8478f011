package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** Unpacks blocks of keys and values of one head into panels of floats for {@link VectorTile}. Stateless; any thread. */
final class VectorKvPanel {
    private static final int L = Lanes.COUNT;
    private static final int STRIDE = Lanes.STRIDE;
    private static final int BLOCK = KvLayer.BLOCK_POSITIONS;

    private VectorKvPanel() {}

    /** Keys [headDim][16 positions] into lanes {@code lane …} of panel [headDim][STRIDE]. */
    static void keys(KvLayer kv, int head, int block, float[] panel, int lane) {
        if (kv.joined()) {
            joinedKeys(kv, block, panel, lane);
            return;
        }
        long at = kv.keys(block, head);
        switch (kv.type()) {
            case F16 -> halfKeys(kv.memory(), at, kv.headDim(), panel, lane);
            case F32 -> floatKeys(kv.memory(), at, kv.headDim(), panel, lane);
            case Q8 -> byteKeys(kv.memory(), at, at + kv.scalesOffset(), kv.headDim(), panel, lane);
        }
    }

    private static void joinedKeys(KvLayer kv, int block, float[] panel, int lane) {
        for (int place = 0; place < BLOCK; place++) {
            for (int d = 0; d < kv.headDim(); d++) {
                panel[d * STRIDE + lane + place] = kv.value(block, 0, place, d);
            }
        }
    }

    private static void halfKeys(MemorySegment memory, long at, int dims, float[] panel, int lane) {
        for (int d = 0; d < dims; d++) {
            for (int part = 0; part < BLOCK; part += L) {
                Lanes.halfFloats(memory, at + 2L * (d * BLOCK + part)).intoArray(panel, d * STRIDE + lane + part);
            }
        }
    }

    private static void floatKeys(MemorySegment memory, long at, int dims, float[] panel, int lane) {
        for (int d = 0; d < dims; d++) {
            for (int part = 0; part < BLOCK; part += L) {
                Lanes.floats(memory, at + 4L * (d * BLOCK + part)).intoArray(panel, d * STRIDE + lane + part);
            }
        }
    }

    private static void byteKeys(MemorySegment memory, long at, long scales, int dims, float[] panel, int lane) {
        for (int d = 0; d < dims; d++) {
            for (int part = 0; part < BLOCK; part += L) {
                long scale = scales + 4L * (d / 32 * BLOCK + part);
                Lanes.signedBytes(memory, at + (long) d * BLOCK + part)
                        .mul(Lanes.floats(memory, scale))
                        .intoArray(panel, d * STRIDE + lane + part);
            }
        }
    }

    /** Values [16 positions][headDim] into panel [headDim / STRIDE][16][STRIDE], zeros beyond headDim. */
    static void values(KvLayer kv, int head, int block, float[] panel) {
        int dims = kv.headDim();
        int whole = dims / L * L;
        long at = kv.values(block, head);
        for (int place = 0; place < BLOCK; place++) {
            switch (kv.type()) {
                case F16 -> halfValues(kv.memory(), at + 2L * place * dims, whole, panel, place);
                case F32 -> floatValues(kv.memory(), at + 4L * place * dims, whole, panel, place);
                case Q8 -> byteValues(kv, at, place, whole, panel);
            }
            for (int d = whole; d < (dims + STRIDE - 1) / STRIDE * STRIDE; d++) {
                panel[index(place, d)] = d < dims ? kv.value(block, head, place, d) : 0;
            }
        }
    }

    private static int index(int place, int dim) {
        return (dim / STRIDE * BLOCK + place) * STRIDE + dim % STRIDE;
    }

    private static void halfValues(MemorySegment memory, long at, int dims, float[] panel, int place) {
        for (int d = 0; d < dims; d += L) {
            Lanes.halfFloats(memory, at + 2L * d).intoArray(panel, index(place, d));
        }
    }

    private static void floatValues(MemorySegment memory, long at, int dims, float[] panel, int place) {
        for (int d = 0; d < dims; d += L) {
            Lanes.floats(memory, at + 4L * d).intoArray(panel, index(place, d));
        }
    }

    private static void byteValues(KvLayer kv, long at, int place, int dims, float[] panel) {
        MemorySegment memory = kv.memory();
        long bytes = at + (long) place * kv.headDim();
        long scales = at + kv.scalesOffset() + 4L * place * kv.scaleBlocks();
        for (int d = 0; d < dims; d += L) {
            float scale = memory.get(JAVA_FLOAT, scales + 4L * (d / 32));
            Lanes.signedBytes(memory, bytes + d).mul(scale).intoArray(panel, index(place, d));
        }
    }
}
