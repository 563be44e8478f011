package wok.assembler;

import java.util.Map;
import java.util.TreeMap;

/**
 * Hands out vector registers by name, so that a kernel's register plan is written down and cannot overflow unseen.
 * The lowest free register comes first. One kernel's generator, one thread.
 */
public final class RegisterFile {
    private final Width width;
    private final int size;
    private final Map<Integer, String> taken = new TreeMap<>();

    private RegisterFile(Width width, int size) {
        this.width = width;
        this.size = size;
    }

    /** The 32 registers of AVX-512. */
    public static RegisterFile zmm() {
        return new RegisterFile(Width.ZMM, 32);
    }

    /** The 16 registers of AVX2. */
    public static RegisterFile ymm() {
        return new RegisterFile(Width.YMM, 16);
    }

    /**
     * The next free register.
     *
     * @throws IllegalStateException if none is left, with the names of all
     */
    public Vec take(String name) {
        for (int number = 0; number < size; number++) {
            if (taken.putIfAbsent(number, name) == null) {
                return new Vec(width, number, Mask.NONE, false);
            }
        }
        throw new IllegalStateException("registers: none left for " + name + " (expected: at most " + size
                + " at once, taken: " + String.join(", ", taken.values()) + ")");
    }

    /** The next {@code count} free registers. */
    public Vec[] take(String name, int count) {
        Vec[] registers = new Vec[count];
        for (int i = 0; i < count; i++) {
            registers[i] = take(name + i);
        }
        return registers;
    }

    /**
     * Gives registers back whose names end here, so that others may have them.
     *
     * @throws IllegalStateException if one is not taken
     */
    public void release(Vec... registers) {
        for (Vec register : registers) {
            if (taken.remove(register.number()) == null) {
                throw new IllegalStateException(
                        "registers: " + register + " is free (expected: one of " + taken.keySet() + ")");
            }
        }
    }

    public int free() {
        return size - taken.size();
    }
}
