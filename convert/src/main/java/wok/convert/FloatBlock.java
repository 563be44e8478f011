package wok.convert;

import java.lang.foreign.MemorySegment;
import wok.tensor.DType;

/** One value as F32, F16 or BF16, rounded to nearest, ties to even. */
record FloatBlock(DType type) implements BlockQuantiser {

    @Override
    public void write(float[] x, int at, float[] w, MemorySegment out, long outAt) {
        float value = x[at];
        switch (type) {
            case F16 -> putChecked(out, outAt, value);
            case BF16 -> out.set(SHORT, outAt, brain(value));
            default -> out.set(FLOAT, outAt, value);
        }
    }

    private static void putChecked(MemorySegment out, long at, float value) {
        short half = Float.floatToFloat16(value);
        if (Float.isInfinite(Float.float16ToFloat(half))) {
            throw new ConvertException(value + " is beyond F16's 65504; BF16 and F32 hold it");
        }
        out.set(SHORT, at, half);
    }

    private static short brain(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
