package wok.assembler;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

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

    private LargePages() {}

    /** Initialised when first asked. */
    private static final class Once {
        private static final Optional<MethodHandle> MADVISE = find();

        @SuppressWarnings("restricted") // advice on memory that the caller has
        private static Optional<MethodHandle> find() {
            if (!System.getProperty("os.name", "").equals("Linux")) {
                return Optional.empty();
            }
            try {
                Linker linker = Linker.nativeLinker();
                FunctionDescriptor signature = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
                return linker.defaultLookup()
                        .find("madvise")
                        .map(function -> linker.downcallHandle(function, signature));
            } catch (IllegalCallerException | UnsupportedOperationException e) {
                return Optional.empty(); // no native access: no advice
            }
        }
    }

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
     * Asks for large pages under memory that was mapped already, e.g. a file's.
     *
     * @return whether the system took the advice; it may still give small pages
     */
    public static boolean advise(MemorySegment memory) {
        if (!memory.isNative() || memory.byteSize() == 0 || Once.MADVISE.isEmpty()) {
            return false;
        }
        long start = memory.address() / SMALL * SMALL;
        long bytes = memory.address() + memory.byteSize() - start;
        try {
            return (int) Once.MADVISE.get().invokeExact(start, bytes, MADV_HUGEPAGE) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // a downcall handle throws nothing that is checked
        }
    }
}
