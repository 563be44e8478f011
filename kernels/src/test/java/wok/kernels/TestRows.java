package wok.kernels;

import java.lang.foreign.Arena;
import java.util.Random;

/** Seeded activations with what breaks kernels: both zeros, subnormals, great and tiny numbers, blocks of zeros. */
final class TestRows {
    private static final float[] ODD = {0f, -0f, Float.MIN_VALUE, -Float.MIN_NORMAL / 3, 1e-30f, -3e4f, 1f, -127f};

    private TestRows() {}

    static Activations activations(Arena arena, int rows, int columns, long seed) {
        Activations x = Activations.allocate(arena, rows, columns);
        fill(x.f32(), seed);
        return x;
    }

    static FloatRows rows(Arena arena, int rows, int columns, long seed) {
        FloatRows x = FloatRows.allocate(arena, rows, columns);
        fill(x, seed);
        return x;
    }

    private static void fill(FloatRows x, long seed) {
        Random random = new Random(seed);
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0; c < x.columns(); c++) {
                boolean odd = random.nextInt(16) == 0;
                float plain = (float) random.nextGaussian();
                boolean zeroBlock = r % 5 == 1 && c / 32 % 4 == 2;
                x.set(r, c, zeroBlock ? 0 : odd ? ODD[random.nextInt(ODD.length)] : plain);
            }
        }
    }

    static FloatRows copy(Arena arena, FloatRows from) {
        FloatRows to = FloatRows.allocate(arena, from.rows(), from.columns());
        to.memory().copyFrom(from.memory());
        return to;
    }
}
