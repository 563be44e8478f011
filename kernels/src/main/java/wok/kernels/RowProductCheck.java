package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import wok.tensor.DType;

/**
 * Compares a machine product of one row with the reference before it is used: a small matrix of any codes and finite
 * scales, a whole group and one row of another. Takes about a millisecond; one thread.
 */
final class RowProductCheck {
    private static final int OUTPUTS = PackedMatrix.GROUP_ROWS + 1;
    private static final int COLUMNS = 512;

    @FunctionalInterface
    interface Product {
        void run(PackedMatrix w, Activations x, FloatRows y);
    }

    private RowProductCheck() {}

    /**
     * Runs the product of a family.
     *
     * @throws KernelException if a bit differs
     */
    static void run(QuantFormat format, Product product) {
        try (Arena arena = Arena.ofConfined()) {
            PackingMemory memory = PackingMemory.of(arena);
            PackedQuants w = format.superBlock()
                    ? PackedSuperBlocks.of(memory, OUTPUTS, COLUMNS, format, ActivationForm.Q8_BLOCK256)
                    : PackedBlocks.of(memory, OUTPUTS, COLUMNS, format, ActivationForm.Q8_BLOCK32);
            fill(w.memory());
            for (int group = 0; group < w.groups(); group++) {
                makeFinite(w.memory(), w.groupOffset(group), w.quantsOffset(group));
            }
            compare(w, product, arena);
        }
    }

    /**
     * The same for float weights.
     *
     * @throws KernelException if a bit differs
     */
    static void run(DType type, Product product) {
        try (Arena arena = Arena.ofConfined()) {
            PackedFloats w = PackedFloats.of(PackingMemory.of(arena), OUTPUTS, COLUMNS, type);
            fill(w.memory());
            makeFinite(w.memory(), 0, w.bytes());
            compare(w, product, arena);
        }
    }

    private static void fill(MemorySegment memory) {
        byte[] bytes = new byte[(int) memory.byteSize()];
        new Random(3).nextBytes(bytes);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
    }

    /** Clears the top bit of the exponent of every 16-bit word: as half or whole floats they are less than 2. */
    private static void makeFinite(MemorySegment memory, long from, long to) {
        for (long at = from; at < to; at += 2) {
            memory.set(JAVA_SHORT, at, (short) (memory.get(JAVA_SHORT, at) & 0xBFFF));
        }
    }

    private static void compare(PackedMatrix w, Product product, Arena arena) {
        Activations x = Activations.allocate(arena, 1, COLUMNS);
        Random random = new Random(4);
        for (int k = 0; k < COLUMNS; k++) {
            x.f32().set(0, k, (float) random.nextGaussian());
        }
        if (w.activationForm() != ActivationForm.F32) {
            new ReferenceKernels().quantise(x.f32(), 0, x.allocated(w.activationForm(), false));
        }
        FloatRows expected = FloatRows.allocate(arena, 1, OUTPUTS);
        FloatRows actual = FloatRows.allocate(arena, 1, OUTPUTS);
        ReferenceMatmul.run(w, x, 1, expected, 0, OUTPUTS, new Workspace());
        product.run(w, x, actual);
        for (int o = 0; o < OUTPUTS; o++) {
            if (Float.floatToIntBits(actual.get(0, o)) != Float.floatToIntBits(expected.get(0, o))) {
                throw new KernelException("machine code of " + w.family() + " for one token: output " + o + " is "
                        + actual.get(0, o) + " (expected: " + expected.get(0, o)
                        + "); another kernel set gives the same answers");
            }
        }
    }
}
