package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import wok.assembler.LargePages;

/**
 * Memory for what decoding a token reads from end to end, a model's packed matrices and its cached keys and values, one
 * behind the other in large pages where the system gives them: on one core the machine kernels read 1.5 GB of Q4_0
 * weights at 17.0 GB/s from pages of 2 MiB and at 14.3 from pages of 4 KiB, cached keys and values at 14.9 and 13.6.
 * One owner thread allocates; the memory is anybody's while the arena lives.
 */
public final class WeightMemory implements SegmentAllocator {
    /** Mapped at once; what no matrix fills is never touched. */
    private static final long SLAB_BYTES = 256L << 20;

    private static final long SMALL_PAGES_BYTES = 2L << 20;

    private final Arena arena;
    private MemorySegment slab = MemorySegment.NULL;
    private long taken;

    /** @param arena owns the memory; must allow access from the threads that pack and multiply */
    public WeightMemory(Arena arena) {
        this.arena = arena;
    }

    /** Zeros at a multiple of {@code alignment}, which is 4096 at most. */
    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        long from = Math.ceilDiv(taken, alignment) * alignment;
        if (slab.byteSize() - from < bytes) {
            slab = slab(Math.max(bytes, SLAB_BYTES));
            from = 0;
        }
        if (slab.byteSize() == 0) {
            return arena.allocate(bytes, alignment);
        }
        taken = from + bytes;
        return slab.asSlice(from, bytes);
    }

    /**
     * The same for what is filled from its start on and mostly not to its end, such as keys and values: the first 2 MiB
     * of each allocation lie in small pages, so that a short conversation takes what it needs and not 2 MiB a layer.
     */
    public SegmentAllocator growing() {
        return (bytes, alignment) -> {
            MemorySegment memory = allocate(bytes, alignment);
            LargePages.forbid(memory.asSlice(0, Math.min(bytes, SMALL_PAGES_BYTES)));
            return memory;
        };
    }

    private MemorySegment slab(long bytes) {
        try {
            return LargePages.allocate(arena, bytes);
        } catch (UnsupportedOperationException e) {
            return MemorySegment.NULL; // the arena's own memory will do
        }
    }

    /** Asks for large pages under packed matrices that are mapped from a file; it has no other effect. */
    public static void preferLargePages(MemorySegment mapped) {
        LargePages.advise(mapped);
    }
}
