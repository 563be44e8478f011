package wok.assembler;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * The system's calls that map memory, protect it and take it back, on the systems whose functions follow the System V
 * calling convention: Linux and macOS on x86-64. Immutable; any thread.
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

    private final int mapFlags;
    private final StructLayout state = Linker.Option.captureStateLayout();
    private final VarHandle errno = state.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private final MethodHandle mmap =
            handle("mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private final MethodHandle mprotect =
            handle("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private final MethodHandle munmap = handle("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private final MethodHandle pageSize = handle("getpagesize", FunctionDescriptor.of(JAVA_INT));

    private SystemCalls(int mapFlags) {
        this.mapFlags = mapFlags;
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup().findOrThrow(name);
        return linker.downcallHandle(function, descriptor, Linker.Option.captureCallState("errno"));
    }

    /** What a call did: its result, and the number of the error if the result says that there was one. */
    @FunctionalInterface
    private interface Call<R> {
        R make(MemorySegment state) throws Throwable;
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
        return call(state -> (int) pageSize.invokeExact(state));
    }

    /**
     * Fresh pages that can be read and written.
     *
     * @throws UnsupportedOperationException if the system gives none: the error's number and what it means
     */
    MemorySegment map(long bytes) {
        return call(state -> {
            MemorySegment mapped = (MemorySegment)
                    mmap.invokeExact(state, MemorySegment.NULL, bytes, PROT_READ_WRITE, mapFlags, -1, 0L);
            if (mapped.address() == -1) {
                throw failed("mmap of " + bytes + " bytes", state);
            }
            return mapped;
        });
    }

    /**
     * Makes pages executable, and no longer writable.
     *
     * @throws UnsupportedOperationException if the system forbids it: the error's number and what it means
     */
    void makeExecutable(MemorySegment pages) {
        int _ = call(state -> {
            int result = (int) mprotect.invokeExact(state, pages, pages.byteSize(), PROT_READ_EXECUTE);
            if (result != 0) {
                throw failed("mprotect to readable and executable", state);
            }
            return result;
        });
    }

    void unmap(MemorySegment pages) {
        int _ = call(state -> (int) munmap.invokeExact(state, pages, pages.byteSize())); // it fails on no whole mapping
    }

    private UnsupportedOperationException failed(String what, MemorySegment capturedState) {
        int number = (int) errno.get(capturedState, 0L);
        return new UnsupportedOperationException("machine code: " + what + " failed with " + meaning(number));
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

    private <R> R call(Call<R> call) {
        try (Arena arena = Arena.ofConfined()) {
            return call.make(arena.allocate(state));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // a downcall handle throws nothing that is checked
        }
    }
}
