package wok.assembler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory that holds machine code: mapped writable, filled, then made executable and no longer writable; never both, so
 * that no stray write becomes code, and systems that forbid memory that is both do not mind. It is unmapped when its
 * arena closes.
 *
 * <p>A function takes pages of its own. Sharing pages would save some: but a page that runs cannot be filled further
 * without making it writable under those who run it, and kernels are assembled one by one, when first needed. Linux
 * joins neighbouring mappings by itself.
 *
 * <p>Stateless; any thread.
 */
public final class ExecutableMemory {
    private ExecutableMemory() {}

    /**
     * A copy of the code that can be called, read-only for Java too. Its address is that of a page.
     *
     * @throws UnsupportedOperationException if this is not Linux or macOS on x86-64, Java denies native access, or the
     *     system gives no memory or does not let it become executable: why, and what to do
     */
    public static MemorySegment load(Arena arena, byte[] code) {
        if (code.length == 0) {
            throw new IllegalArgumentException("code: 0 bytes (expected: a function)");
        }
        SystemCalls system = SystemCalls.ofThisSystem();
        MemorySegment pages = writable(system, arena, code);
        system.makeExecutable(pages);
        return pages.asReadOnly();
    }

    /** A copy of the code in pages of its own that cannot be executed yet. */
    @SuppressWarnings("restricted") // the size is the one that was mapped
    static MemorySegment writable(SystemCalls system, Arena arena, byte[] code) {
        long page = system.pageBytes();
        long bytes = (code.length + page - 1) / page * page;
        MemorySegment pages = system.map(bytes).reinterpret(bytes, arena, system::unmap);
        MemorySegment.copy(code, 0, pages, ValueLayout.JAVA_BYTE, 0, code.length);
        return pages;
    }
}
