package wok.assembler;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * The system's calls that map memory, protect it and take it back, on the systems whose functions follow the System V
 * calling convention: Linux and macOS on x86-64. Immutable; any thread.
 *
 * <p>All share one signature, six longs to a long, as {@link MachineFunction}s do: the convention passes integers of all
 * sizes and addresses in the same registers, and a function looks at those it knows of. Each signature more costs some
 * ten milliseconds of a cold start, in which Java makes classes for it.
 *
 * <p>They are looked up when first needed, and a system without them, or a Java that denies native access, is answered
 * with an exception each time: no class fails to initialise, so a program can ask and go on without machine code.
 */
@SuppressWarnings("restricted") // calling the system is what this class is for
final class SystemCalls {
    private static final int PROT_READ_WRITE = 3;
    private static final int PROT_READ_EXECUTE = 5;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS_LINUX = 0x20;
    private static final int MAP_ANONYMOUS_MACOS = 0x1000;

    private static final int EPERM = 1;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;

    private static final FunctionDescriptor SIX_LONGS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private final StructLayout state = Linker.Option.captureStateLayout();
    private final MethodHandle call =
            Linker.nativeLinker().downcallHandle(SIX_LONGS, Linker.Option.captureCallState("errno"));
    private final MemorySegment mmap = function("mmap");
    private final MemorySegment mprotect = function("mprotect");
    private final MemorySegment munmap = function("munmap");
    private final MemorySegment madvise = function("madvise");
    private final int mapFlags;
    private final int pageBytes;

    private SystemCalls(int mapFlags) {
        this.mapFlags = mapFlags;
        pageBytes = (int) call("getpagesize", function("getpagesize"), Failure.NONE, 0, 0, 0, 0, 0, 0);
    }

    private static MemorySegment function(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }

    /** The calls of this system, or why there are none. */
    private sealed interface Answer {
        record Calls(SystemCalls calls) implements Answer {}

        record Refusal(String reason) implements Answer {}
    }

    /** Initialised when first asked; it never fails. */
    private static final class Once {
        private static final Answer ANSWER = look();

        private static Answer look() {
            String system = System.getProperty("os.name", "");
            String refusal = refusal(system, System.getProperty("os.arch", ""));
            if (!refusal.isEmpty()) {
                return new Answer.Refusal(refusal);
            }
            try {
                return new Answer.Calls(
                        new SystemCalls(MAP_PRIVATE | (isMacOs(system) ? MAP_ANONYMOUS_MACOS : MAP_ANONYMOUS_LINUX)));
            } catch (IllegalCallerException e) {
                return new Answer.Refusal("machine code: Java denies native access (expected: java"
                        + " --enable-native-access=wok.assembler, or ALL-UNNAMED on the class path)");
            } catch (UnsupportedOperationException | java.util.NoSuchElementException e) {
                return new Answer.Refusal("machine code: no mmap and mprotect to call (expected: a Java with a native"
                        + " linker and a C library): " + e.getMessage());
            }
        }
    }

    /**
     * This system's calls.
     *
     * @throws UnsupportedOperationException if it has none that we can call: why
     */
    static SystemCalls ofThisSystem() {
        return switch (Once.ANSWER) {
            case Answer.Calls found -> found.calls();
            case Answer.Refusal refusal -> throw new UnsupportedOperationException(refusal.reason());
        };
    }

    /** Why a system cannot run what {@link Assembler} assembles; empty if it can. */
    static String refusal(String system, String architecture) {
        if (!architecture.equals("amd64") && !architecture.equals("x86_64")) {
            return "machine code: " + system + " on " + architecture
                    + " (expected: x86-64, whose instructions these are)";
        }
        if (!system.equals("Linux") && !isMacOs(system)) {
            return "machine code: " + system + " (expected: Linux or macOS, whose functions take their arguments as"
                    + " System V has it)";
        }
        return "";
    }

    private static boolean isMacOs(String system) {
        return system.toLowerCase(Locale.ROOT).startsWith("mac");
    }

    int pageBytes() {
        return pageBytes;
    }

    /**
     * Fresh pages that can be read and written.
     *
     * @throws UnsupportedOperationException if the system gives none: the error's number and what it means
     */
    MemorySegment map(long bytes) {
        long address = call(
                "mmap of " + bytes + " bytes", mmap, Failure.MINUS_ONE, 0, bytes, PROT_READ_WRITE, mapFlags, -1, 0);
        return MemorySegment.ofAddress(address);
    }

    /**
     * Makes pages executable, and no longer writable.
     *
     * @throws UnsupportedOperationException if the system forbids it: the error's number and what it means
     */
    void makeExecutable(MemorySegment pages) {
        call(
                "mprotect to readable and executable",
                mprotect,
                Failure.MINUS_ONE,
                pages.address(),
                pages.byteSize(),
                PROT_READ_EXECUTE,
                0,
                0,
                0);
    }

    void unmap(MemorySegment pages) {
        call(
                "munmap",
                munmap,
                Failure.NONE,
                pages.address(),
                pages.byteSize(),
                0,
                0,
                0,
                0); // fails on no whole mapping
    }

    /** Whether the system took advice (madvise) about pages. */
    boolean advise(long address, long bytes, int advice) {
        return (int) call("madvise", madvise, Failure.NONE, address, bytes, advice, 0, 0, 0) == 0;
    }

    /** The result of a system call of Linux by its number, -1 if it fails. */
    long linuxCall(long number, long first, long second) {
        return call("syscall", function("syscall"), Failure.NONE, number, first, second, 0, 0, 0);
    }

    /** Which result says that there is an error's number. */
    private enum Failure {
        NONE,
        MINUS_ONE
    }

    /** @param what for the message, should it fail */
    private long call(
            String what, MemorySegment function, Failure failure, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = arena.allocate(state);
            long result = (long) call.invokeExact(function, captured, a, b, c, d, e, f);
            if (failure == Failure.MINUS_ONE && (int) result == -1) {
                long errno = state.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
                throw new UnsupportedOperationException(
                        "machine code: " + what + " failed with " + meaning(captured.get(JAVA_INT, errno)));
            }
            return result;
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown); // a downcall handle throws nothing that is checked
        }
    }

    /** The error in words, with what to do. */
    private static String meaning(int number) {
        return "errno " + number
                + switch (number) {
                    case EPERM ->
                        ", not permitted (expected: a seccomp filter or container profile that lets java make"
                                + " memory executable)";
                    case EACCES ->
                        ", access denied (expected: an SELinux policy that lets java make memory executable:"
                                + " execmem)";
                    case ENOMEM ->
                        ", no memory (expected: room under the limits of memory and mappings: ulimit -v,"
                                + " vm.max_map_count)";
                    default -> " (expected: 0)";
                };
    }
}
