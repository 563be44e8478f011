package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import wok.tensor.DType;

/**
 * Compares a machine product with the reference before it is used: a small matrix of any codes and finite scales, a
 * whole group and one row of another, with 1, 2, … tokens. Takes about a millisecond a token; one thread.
 */
final class ProductCheck {
    private static final int OUTPUTS = PackedMatrix.GROUP_ROWS + 1;
    /** More than one chunk of every family. */
    private static final int COLUMNS = 768;

    @FunctionalInterface
    interface Product {
        void run(PackedMatrix w, Activations x, int n, FloatRows y);
    }

    private ProductCheck() {}

    /**
     * Runs the product of a family with 1 to {@code tokens} tokens.
     *
     * @param form of the activations: what the family is multiplied with, or F32
     * @throws KernelException if a bit differs
     */
    static void run(QuantFormat format, ActivationForm form, int tokens, Product product) {
        try (Arena arena = Arena.ofConfined()) {
            compare(quantised(format, form, arena), tokens, product, arena);
        }
    }

    /**
     * Compares two products of a family with so many tokens: one that was checked, and another.
     *
     * @throws KernelException if a bit differs
     */
    static void compare(QuantFormat format, ActivationForm form, int tokens, Product checked, Product other) {
        try (Arena arena = Arena.ofConfined()) {
            PackedQuants w = quantised(format, form, arena);
            Activations x = activations(w, tokens, arena);
            FloatRows expected = FloatRows.allocate(arena, tokens, OUTPUTS);
            FloatRows actual = FloatRows.allocate(arena, tokens, OUTPUTS);
            checked.run(w, x, tokens, expected);
            other.run(w, x, tokens, actual);
            checkEqual(w, tokens, expected, actual);
        }
    }

    private static PackedQuants quantised(QuantFormat format, ActivationForm form, Arena arena) {
        PackingMemory memory = PackingMemory.of(arena);
        PackedQuants w = format.superBlock()
                ? PackedSuperBlocks.of(memory, OUTPUTS, COLUMNS, format, form)
                : PackedBlocks.of(memory, OUTPUTS, COLUMNS, format, form);
        fill(w.memory());
        for (int group = 0; group < w.groups(); group++) {
            makeFinite(w.memory(), w.groupOffset(group), w.quantsOffset(group));
        }
        return w;
    }

    /**
     * The same for float weights.
     *
     * @throws KernelException if a bit differs
     */
    static void run(DType type, int tokens, Product product) {
        try (Arena arena = Arena.ofConfined()) {
            PackedFloats w = PackedFloats.of(PackingMemory.of(arena), OUTPUTS, COLUMNS, type);
            fill(w.memory());
            makeFinite(w.memory(), 0, w.bytes());
            compare(w, tokens, product, arena);
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

    private static void compare(PackedMatrix w, int tokens, Product product, Arena arena) {
        Activations x = activations(w, tokens, arena);
        FloatRows expected = FloatRows.allocate(arena, tokens, OUTPUTS);
        FloatRows actual = FloatRows.allocate(arena, tokens, OUTPUTS);
        ReferenceMatmul.run(w, x, tokens, expected, 0, OUTPUTS, new Workspace());
        for (int n = 1; n <= tokens; n++) {
            product.run(w, x, n, actual);
            checkEqual(w, n, expected, actual);
        }
    }

    private static Activations activations(PackedMatrix w, int tokens, Arena arena) {
        Activations x = Activations.allocate(arena, tokens, COLUMNS);
        Random random = new Random(4);
        for (int t = 0; t < tokens; t++) {
            for (int k = 0; k < COLUMNS; k++) {
                x.f32().set(t, k, (float) random.nextGaussian());
            }
            if (w.activationForm() != ActivationForm.F32) {
                new ReferenceKernels().quantise(x.f32(), t, x.allocated(w.activationForm(), false));
            }
        }
        return x;
    }

    private static void checkEqual(PackedMatrix w, int n, FloatRows expected, FloatRows actual) {
        for (int i = 0; i < n * OUTPUTS; i++) {
            checkEqual(w, n, expected.get(i / OUTPUTS, i % OUTPUTS), actual.get(i / OUTPUTS, i % OUTPUTS));
        }
    }

    private static void checkEqual(PackedMatrix w, int n, float expected, float actual) {
        if (Float.floatToIntBits(actual) != Float.floatToIntBits(expected)) {
            throw new KernelException("machine code of " + w.family() + " with " + n + " tokens: an output is " + actual
                    + " (expected: " + expected + "); another kernel set gives the same answers");
        }
    }
}
