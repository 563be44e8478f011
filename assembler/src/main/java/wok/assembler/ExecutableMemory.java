package wok.assembler;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Memory that holds machine code: mapped writable, filled, then made executable and no longer writable; never both. It
 * is unmapped when its arena closes.
 */
@SuppressWarnings("restricted") // the one purpose of this module: calls into memory that Java did not make
public final class ExecutableMemory {
    private static final int PROT_READ_WRITE = 3;
    private static final int PROT_READ_EXECUTE = 5;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final long PAGE = 4096;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MMAP =
            handle("mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MPROTECT =
            handle("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private ExecutableMemory() {}

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        SymbolLookup libc = LINKER.defaultLookup();
        return LINKER.downcallHandle(libc.findOrThrow(name), descriptor);
    }

    /**
     * A copy of the code that can be called.
     *
     * @throws UnsupportedOperationException if the system gives no memory or does not let it become executable
     */
    public static MemorySegment load(Arena arena, byte[] code) {
        long size = (code.length + PAGE - 1) / PAGE * PAGE;
        try {
            MemorySegment mapped = (MemorySegment)
                    MMAP.invokeExact(MemorySegment.NULL, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (mapped.address() == -1) {
                throw new UnsupportedOperationException(
                        "executable memory: the system gives none (expected: mmap of " + size + " bytes)");
            }
            MemorySegment memory = mapped.reinterpret(size, arena, ExecutableMemory::unmap);
            MemorySegment.copy(code, 0, memory, JAVA_BYTE, 0, code.length);
            if ((int) MPROTECT.invokeExact(memory, size, PROT_READ_EXECUTE) != 0) {
                throw new UnsupportedOperationException("executable memory: the system forbids it (expected: mprotect"
                        + " to readable and executable; SELinux, seccomp or a hardened kernel can forbid that)");
            }
            return memory;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void unmap(MemorySegment memory) {
        try {
            int ignored = (int) MUNMAP.invokeExact(memory, memory.byteSize());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
