package wok.assembler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Pages of 2 MiB instead of 4 KiB, where Linux gives them to those who ask (transparent huge pages in the mode
 * {@code madvise} or {@code always}). Weights are read from end to end for every token: with small pages a core must look
 * up the place of a page every 64 cache lines, and its prefetching stops there. It is advice: what a system does not
 * give stays as it was.
 *
 * <p>Source: Linux, madvise(2), Documentation/admin-guide/mm/transhuge.rst. Stateless; any thread.
 */
public final class LargePages {
    private static final long LARGE = 2 << 20;
    private static final long SMALL = 4096;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_NOHUGEPAGE = 15;

    private LargePages() {}

    /**
     * Fresh memory of zeros at a multiple of 2 MiB, in large pages if the system gives them. What is never touched takes
     * no memory. It is unmapped when the arena closes.
     *
     * @throws UnsupportedOperationException if the system has no such call, Java denies native access, or there is no
     *     room
     */
    @SuppressWarnings("restricted") // the size is the one that was mapped
    public static MemorySegment allocate(Arena arena, long bytes) {
        SystemCalls system = SystemCalls.ofThisSystem();
        long whole = Math.ceilDiv(bytes, LARGE) * LARGE + LARGE;
        MemorySegment pages = system.map(whole).reinterpret(whole, arena, system::unmap);
        MemorySegment aligned = pages.asSlice(Math.floorMod(-pages.address(), LARGE), bytes);
        advise(aligned);
        return aligned;
    }

    /**
     * Fresh memory of zeros at a multiple of 4 KiB, in small pages: what is never touched takes no memory, to the page.
     * It is unmapped when the arena closes.
     *
     * @throws UnsupportedOperationException as {@link #allocate}
     */
    @SuppressWarnings("restricted") // the size is the one that was mapped
    public static MemorySegment allocateSmall(Arena arena, long bytes) {
        SystemCalls system = SystemCalls.ofThisSystem();
        long whole = Math.ceilDiv(bytes, SMALL) * SMALL;
        MemorySegment pages = system.map(whole).reinterpret(whole, arena, system::unmap);
        forbid(pages);
        return pages.asSlice(0, bytes);
    }

    /**
     * Asks for large pages under memory that was mapped already, e.g. a file's.
     *
     * @return whether the system took the advice; it may still give small pages
     */
    public static boolean advise(MemorySegment memory) {
        return advise(memory, MADV_HUGEPAGE);
    }

    /**
     * Asks for small pages under memory that was mapped already and will be touched here and there.
     *
     * @return whether the system took the advice
     */
    public static boolean forbid(MemorySegment memory) {
        return advise(memory, MADV_NOHUGEPAGE);
    }

    private static boolean advise(MemorySegment memory, int advice) {
        if (!memory.isNative()
                || memory.byteSize() == 0
                || !System.getProperty("os.name", "").equals("Linux")) {
            return false;
        }
        long start = memory.address() / SMALL * SMALL;
        long bytes = memory.address() + memory.byteSize() - start;
        try {
            return SystemCalls.ofThisSystem().advise(start, bytes, advice);
        } catch (UnsupportedOperationException e) {
            return false; // no native access, or another processor: no advice
        }
    }
}
