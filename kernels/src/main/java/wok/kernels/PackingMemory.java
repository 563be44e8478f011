package wok.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Where the packed form of one matrix goes, or where it is found when it was packed before and kept. {@link
 * WeightPacker} allocates once, and packs only when the memory does not hold the matrix already. Used by one thread;
 * the memory itself is written by the team's.
 */
public interface PackingMemory {
    /**
     * Memory for the packed matrix, starting at a multiple of 64 bytes and accessible from the team's threads: zeroed
     * and writable, or else the bytes that packing wrote before.
     */
    MemorySegment allocate(long bytes);

    /** Whether the memory that was allocated holds the packed matrix: then it may be read-only. */
    boolean isFilled();

    /** New memory of an arena or another allocator. */
    static PackingMemory of(SegmentAllocator arena) {
        return new PackingMemory() {
            @Override
            public MemorySegment allocate(long bytes) {
                return arena.allocate(bytes, FloatRows.ALIGNMENT);
            }

            @Override
            public boolean isFilled() {
                return false;
            }
        };
    }
}
