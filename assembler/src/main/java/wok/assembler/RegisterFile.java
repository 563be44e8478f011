package wok.assembler;

import java.util.ArrayList;
import java.util.List;

/**
 * Hands out vector registers by name, so that a kernel's register plan is written down and cannot overflow unseen.
 * One kernel's generator, one thread.
 */
public final class RegisterFile {
    private final Width width;
    private final int size;
    private final List<String> taken = new ArrayList<>();

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
        if (taken.size() == size) {
            throw new IllegalStateException("registers: none left for " + name + " (expected: at most " + size
                    + " at once, taken: " + String.join(", ", taken) + ")");
        }
        taken.add(name);
        return new Vec(width, taken.size() - 1, Mask.NONE, false);
    }

    /** The next {@code count} free registers. */
    public Vec[] take(String name, int count) {
        Vec[] registers = new Vec[count];
        for (int i = 0; i < count; i++) {
            registers[i] = take(name + i);
        }
        return registers;
    }

    public int free() {
        return size - taken.size();
    }
}
