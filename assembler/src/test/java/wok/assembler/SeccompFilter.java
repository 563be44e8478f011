package wok.assembler;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A seccomp filter of the calling thread alone (Linux): one system call fails with an error, as containers and hardened
 * systems have it. Source: seccomp(2), {@code linux/filter.h}, {@code linux/seccomp.h}. It stays until the thread ends.
 */
@SuppressWarnings("restricted") // prctl is called with memory of the right layout
final class SeccompFilter {
    /**
     * Calls of x86-64 that fail.
     *
     * @param number of the call
     * @param argument 0 to 5: which of its arguments is looked at
     * @param comparison of the argument's low half with the value
     */
    record Calls(int number, int argument, int comparison, int value) {
        static final Calls MAKING_EXECUTABLE = new Calls(10, 2, JUMP_IF_ANY_BIT, PROT_EXECUTE);

        /** Mappings of so many bytes: the JVM's own go on. */
        static Calls mapping(int bytes) {
            return new Calls(9, 1, JUMP_IF_EQUAL, bytes);
        }
    }

    private static final int PROT_EXECUTE = 4;

    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_SET_NO_NEW_PRIVILEGES = 38;
    private static final long SECCOMP_MODE_FILTER = 2;

    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;
    private static final int ALLOW = 0x7FFF_0000;
    private static final int FAIL_WITH = 0x0005_0000;
    private static final int OFFSET_OF_NUMBER = 0;
    private static final int OFFSET_OF_ARGUMENTS = 16;

    private SeccompFilter() {}

    /** From now on these calls fail with the error when this thread makes them. */
    static void install(Calls calls, int errno) throws Throwable {
        int[][] program = {
            {LOAD_WORD, 0, 0, OFFSET_OF_NUMBER},
            {JUMP_IF_EQUAL, 0, 3, calls.number},
            {LOAD_WORD, 0, 0, OFFSET_OF_ARGUMENTS + 8 * calls.argument},
            {calls.comparison, 0, 1, calls.value},
            {RETURN, 0, 0, FAIL_WITH | errno},
            {RETURN, 0, 0, ALLOW}
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(8L * program.length, 8);
            for (int i = 0; i < program.length; i++) {
                filter.set(JAVA_SHORT, 8L * i, (short) program[i][0]);
                filter.set(JAVA_BYTE, 8L * i + 2, (byte) program[i][1]);
                filter.set(JAVA_BYTE, 8L * i + 3, (byte) program[i][2]);
                filter.set(JAVA_INT, 8L * i + 4, program[i][3]);
            }
            MemorySegment header = arena.allocate(16, 8);
            header.set(JAVA_SHORT, 0, (short) program.length);
            header.set(JAVA_LONG, 8, filter.address());
            prctl(PR_SET_NO_NEW_PRIVILEGES, 1, 0);
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header.address());
        }
    }

    private static void prctl(int option, long second, long third) throws Throwable {
        MethodHandle prctl = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("prctl"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                        Linker.Option.firstVariadicArg(1));
        if ((int) prctl.invokeExact(option, second, third, 0L, 0L) != 0) {
            throw new IllegalStateException("prctl " + option + ": failed (expected: 0)");
        }
    }
}
