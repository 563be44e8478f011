package wok.kernels;

/** Floats as their bits, all NaNs alike: what kernel sets must agree on. */
final class Bits {
    private Bits() {}

    static int[] of(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }

    /** The first {@code n} rows. */
    static int[] of(FloatRows rows, int n) {
        float[] all = new float[n * rows.columns()];
        for (int r = 0; r < n; r++) {
            System.arraycopy(rows.row(r), 0, all, r * rows.columns(), rows.columns());
        }
        return of(all);
    }
}
