package wok.assembler;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * An assembled function that can be called, with up to six integers or addresses as arguments (System V: RDI, RSI, RDX,
 * RCX, R8, R9) and no result: it writes to memory.
 *
 * <p>All functions share one signature, so that two method handles, which the JIT compiler can inline since they are
 * static, serve every kernel. {@link #call} is a critical call: it costs some nanoseconds, but the JVM cannot reach a
 * safepoint while it runs. What may run longer than some 100 microseconds is called by {@link #callLong}.
 *
 * <p>Immutable; any thread may call it while its arena lives.
 *
 * @param name for messages
 * @param code executable memory
 */
@SuppressWarnings("restricted") // the signature is ours on both sides
public record MachineFunction(String name, MemorySegment code) {

    private static final FunctionDescriptor SIX_LONGS =
            FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** Made at the first call: where Java denies native access, {@link #of} has failed before, with the reason. */
    private static final class Critical {
        private static final MethodHandle HANDLE =
                Linker.nativeLinker().downcallHandle(SIX_LONGS, Linker.Option.critical(false));
    }

    /** Apart from the other: a short prompt makes no long call, and a handle costs a cold start ten milliseconds. */
    private static final class Ordinary {
        private static final MethodHandle HANDLE = Linker.nativeLinker().downcallHandle(SIX_LONGS);
    }

    /**
     * Makes finished code callable.
     *
     * @throws UnsupportedOperationException as {@link ExecutableMemory#load}
     * @throws IllegalStateException if the code ends without a return, or uses a register that belongs to the caller
     *     without saving it: the JVM would fail later, somewhere else
     */
    public static MachineFunction of(String name, Assembler assembler, Arena arena) {
        assembler.checkFunction(name);
        return new MachineFunction(name, ExecutableMemory.load(arena, assembler.finish()));
    }

    /** For calls that take some 100 microseconds at most. Every address must be of memory off the heap. */
    public void call(long a, long b, long c, long d, long e, long f) {
        try {
            Critical.HANDLE.invokeExact(code, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    /** For calls of any length: the JVM can collect garbage meanwhile. Every address must be of memory off the heap. */
    public void callLong(long a, long b, long c, long d, long e, long f) {
        try {
            Ordinary.HANDLE.invokeExact(code, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }
}
