package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where packed weights go: zeroed memory that starts at a multiple of 64 bytes. */
@FunctionalInterface
interface PackingMemory {
    MemorySegment allocate(long bytes);

    static PackingMemory of(Arena arena) {
        return bytes -> arena.allocate(bytes, FloatRows.ALIGNMENT);
    }
}
