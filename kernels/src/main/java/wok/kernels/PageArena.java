package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import wok.assembler.LargePages;

/**
 * A shared arena whose larger allocations are pages of the system, which are zeros without having been touched: what is
 * never used takes no memory. Java's own arenas fill everything with zeros, so that a batch for 256 tokens takes the
 * memory of all of them though its prompts have ten. Where the system has no such pages, it is like Java's. Any thread.
 */
public final class PageArena implements Arena {
    private static final long PAGES_MIN = 64 << 10;
    private static final long PAGE = 4096;

    private final Arena owner = Arena.ofShared();

    /** An arena that its owner closes. */
    public PageArena() {}

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        if (bytes < PAGES_MIN || alignment > PAGE) {
            return owner.allocate(bytes, alignment);
        }
        try {
            return LargePages.allocateSmall(owner, bytes);
        } catch (UnsupportedOperationException e) {
            return owner.allocate(bytes, alignment); // no machine code here, so no system calls either
        }
    }

    @Override
    public MemorySegment.Scope scope() {
        return owner.scope();
    }

    @Override
    public void close() {
        owner.close();
    }
}
