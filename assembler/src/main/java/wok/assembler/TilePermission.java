package wok.assembler;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Leave to use AMX's tiles: 8 KiB of registers more per thread, which Linux saves only for processes that asked. Once
 * given it holds for all threads, and asking again does no harm.
 *
 * <p>Source: Linux, Documentation/arch/x86/xstate.rst (since 5.16).
 */
final class TilePermission {
    private static final long SYS_ARCH_PRCTL = 158;
    private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
    private static final long XFEATURE_XTILEDATA = 18;

    private TilePermission() {}

    /** Whether the system gives it. */
    @SuppressWarnings("restricted") // a system call that changes what the system saves, nothing else
    static boolean request() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return false;
        }
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> syscall = linker.defaultLookup().find("syscall");
        if (syscall.isEmpty()) {
            return false;
        }
        MethodHandle call = linker.downcallHandle(
                syscall.get(),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try {
            return (long) call.invokeExact(SYS_ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }
}
