package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One worker's scratch memory, kept from operation to operation so that nothing is allocated while a model decodes.
 * Used by one worker at a time.
 */
final class Workspace {
    static final int PANEL = 0;
    static final int SUMS = 1;
    static final int DOTS = 2;
    static final int SCALES = 3;
    static final int MINIMA = 4;
    static final int SUB_FACTORS = 5;
    static final int SUB_MINIMA = 6;
    static final int MINIMUM_SUMS = 7;
    static final int X = 8;
    static final int SCORES = 9;
    static final int VALUES = 10;
    static final int TOTALS = 11;
    static final int LANES = 12;

    private final float[][] floats = new float[13][0];
    private final Map<Integer, Activations> headInputs = new HashMap<>();
    private final Map<Integer, FloatRows> headOutputs = new HashMap<>();
    private int[] ints = {};
    private @Nullable MemorySegment results;
    private @Nullable VectorAttention attention;
    private @Nullable VectorUnpacker unpacker;
    private @Nullable MachineProduct product;
    private @Nullable MachineRowProduct rowProduct;

    /** 64 bytes off the heap where machine code leaves its few results. */
    MemorySegment results() {
        MemorySegment made = results;
        if (made == null) {
            made = Arena.ofAuto().allocate(64, 64);
            results = made;
        }
        return made;
    }

    private @Nullable AttentionWorker attentionWorker;

    /** Scratch array number {@code slot} with at least {@code length} elements; its content is whatever it was. */
    float[] floats(int slot, int length) {
        if (floats[slot].length < length) {
            floats[slot] = new float[length];
        }
        return floats[slot];
    }

    /** Rows that a head's matrix multiplies; one object for each number of columns. */
    Activations headInputs(int rows, int columns) {
        return headInputs.computeIfAbsent(columns, count -> Activations.allocate(Arena.ofAuto(), rows, count));
    }

    /** Rows that it gives. */
    FloatRows headOutputs(int rows, int columns) {
        return headOutputs.computeIfAbsent(columns, count -> FloatRows.allocate(Arena.ofAuto(), rows, count));
    }

    /** Scratch integers, zero unless their user left others. */
    int[] ints(int length) {
        if (ints.length < length) {
            ints = new int[length];
        }
        return ints;
    }

    /** The worker's unpacker of the vector set, made at the first call. */
    VectorUnpacker vectorUnpacker() {
        VectorUnpacker made = unpacker;
        if (made == null) {
            made = new VectorUnpacker();
            unpacker = made;
        }
        return made;
    }

    /** The worker's loops and memory for machine products of several tokens, made at the first call. */
    MachineProduct machineProduct() {
        MachineProduct made = product;
        if (made == null) {
            made = new MachineProduct();
            product = made;
        }
        return made;
    }

    /** The worker's memory for machine products of one row, made at the first call. */
    MachineRowProduct machineRowProduct() {
        MachineRowProduct made = rowProduct;
        if (made == null) {
            made = new MachineRowProduct();
            rowProduct = made;
        }
        return made;
    }

    /** The worker's attention of the vector set, made at the first call: the reference needs none. */
    VectorAttention vectorAttention() {
        VectorAttention made = attention;
        if (made == null) {
            made = new VectorAttention(this);
            attention = made;
        }
        return made;
    }

    /** The worker's attention of the machine set, made at the first call. */
    AttentionWorker attentionWorker() {
        AttentionWorker made = attentionWorker;
        if (made == null) {
            made = new AttentionWorker();
            attentionWorker = made;
        }
        return made;
    }
}
