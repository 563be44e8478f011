package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class ExecutableMemoryTest {
    private static final int EPERM = 1;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;
    private static final int ELOOP = 40;

    /** Puts 42 where RDI points to. */
    private static Assembler answer() {
        Assembler a = new Assembler();
        a.mov(Gpr.RAX, 42);
        a.mov(Mem.at(Gpr.RDI), Gpr.RAX);
        a.ret();
        return a;
    }

    /** What the system lets be done with the memory at an address, as {@code r-xp}; empty if it is not mapped. */
    private static String permissions(long address) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            String[] parts = line.split(" ", 3); // from-to, permissions, more
            int dash = line.indexOf('-');
            boolean within = Long.compareUnsigned(Long.parseUnsignedLong(line, 0, dash, 16), address) <= 0
                    && Long.compareUnsigned(address, Long.parseUnsignedLong(line, dash + 1, parts[0].length(), 16)) < 0;
            if (within) {
                return parts[1];
            }
        }
        return "";
    }

    @Test
    void isWritableThenExecutableAndNeverBoth() throws IOException {
        SystemCalls system = SystemCalls.ofThisSystem();
        try (Arena arena = Arena.ofConfined()) {
            byte[] code = answer().finish();
            MemorySegment pages = ExecutableMemory.writable(system, arena, code);
            assertThat(permissions(pages.address())).isEqualTo("rw-p");
            system.makeExecutable(pages);
            assertThat(permissions(pages.address())).isEqualTo("r-xp");
            assertThat(permissions(ExecutableMemory.load(arena, code).address()))
                    .isEqualTo("r-xp");
        }
    }

    @Test
    void isUnmappedWhenItsArenaCloses() throws IOException {
        long address;
        try (Arena arena = Arena.ofShared()) {
            address = ExecutableMemory.load(arena, new byte[100_000]).address();
            assertThat(permissions(address + 99_999)).isEqualTo("r-xp");
        }
        assertThat(permissions(address)).isNotEqualTo("r-xp");
    }

    @Test
    void takesWholePagesAndStartsAtOne() {
        int page = SystemCalls.ofThisSystem().pageBytes();
        assertThat(page)
                .isGreaterThanOrEqualTo(4096)
                .satisfies(p -> assertThat(Integer.bitCount(p)).isOne());
        try (Arena arena = Arena.ofConfined()) {
            for (int bytes : new int[] {1, page, page + 1}) {
                MemorySegment pages = ExecutableMemory.load(arena, new byte[bytes]);
                assertThat(pages.address() % page).isZero();
                assertThat(pages.byteSize()).isEqualTo(bytes <= page ? page : 2L * page);
            }
        }
    }

    @Test
    void cannotBeWrittenThroughItsSegment() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pages = ExecutableMemory.load(arena, answer().finish());
            assertThatIllegalArgumentException().isThrownBy(() -> pages.set(ValueLayout.JAVA_BYTE, 0, (byte) 0));
        }
    }

    @Test
    void runsByBothKindsOfCall() {
        try (Arena arena = Arena.ofConfined()) {
            MachineFunction function = MachineFunction.of("answer", answer(), arena);
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 2);
            function.call(out.address(), 0, 0, 0, 0, 0);
            function.callLong(out.address() + 8, 0, 0, 0, 0, 0);
            assertThat(out.toArray(ValueLayout.JAVA_LONG)).containsExactly(42, 42);
        }
    }

    @Test
    void cannotBeCalledWhenItsArenaIsClosed() {
        MachineFunction function;
        try (Arena arena = Arena.ofConfined()) {
            function = MachineFunction.of("answer", answer(), arena);
        }
        assertThatThrownBy(() -> function.call(0, 0, 0, 0, 0, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> function.callLong(0, 0, 0, 0, 0, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesCodeOfNoBytes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExecutableMemory.load(Arena.ofAuto(), new byte[0]))
                .withMessage("code: 0 bytes (expected: a function)");
    }

    @Test
    void saysThatAContainerForbidsExecutableMemory() throws InterruptedException {
        assertThat(failureUnder(SeccompFilter.Calls.MAKING_EXECUTABLE, EPERM))
                .contains("mprotect to readable and executable failed with errno 1", "seccomp");
    }

    @Test
    void saysThatSelinuxForbidsExecutableMemory() throws InterruptedException {
        assertThat(failureUnder(SeccompFilter.Calls.MAKING_EXECUTABLE, EACCES))
                .contains("errno 13", "SELinux", "execmem");
    }

    @Test
    void saysThatThereIsNoMemory() throws InterruptedException {
        int bytes = 3 * SystemCalls.ofThisSystem().pageBytes();
        assertThat(failureUnder(SeccompFilter.Calls.mapping(bytes), ENOMEM))
                .contains("mmap of " + bytes + " bytes failed with errno 12", "ulimit");
    }

    @Test
    void saysTheNumberOfAnErrorItDoesNotKnow() throws InterruptedException {
        assertThat(failureUnder(SeccompFilter.Calls.MAKING_EXECUTABLE, ELOOP)).contains("errno 40 (expected: 0)");
    }

    /** The message of what loading throws in a thread whose system call fails. */
    private static String failureUnder(SeccompFilter.Calls calls, int errno) throws InterruptedException {
        FutureTask<MemorySegment> loading = new FutureTask<>(() -> {
            byte[] code = new byte[3 * SystemCalls.ofThisSystem().pageBytes()];
            try (Arena arena = Arena.ofConfined()) {
                install(calls, errno);
                return ExecutableMemory.load(arena, code);
            }
        });
        Thread thread = Thread.ofPlatform().start(loading);
        thread.join();
        try {
            throw new AssertionError("loaded " + loading.get() + " (expected: an exception)");
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNull(e.getCause());
            assertThat(cause).isInstanceOf(UnsupportedOperationException.class);
            return String.valueOf(cause.getMessage());
        }
    }

    private static void install(SeccompFilter.Calls calls, int errno) {
        try {
            SeccompFilter.install(calls, errno);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** What a child JVM that is denied native access prints. */
    static final class Denied {
        private Denied() {}

        /** Asks for the CPU twice: the second time shows that no class was left broken. */
        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try {
                    System.out.println(CpuFeatures.read());
                } catch (UnsupportedOperationException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    @Test
    void saysThatJavaDeniesNativeAccessWithoutBreakingAClass() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--illegal-native-access=deny", "-cp", classPath(), Denied.class.getName()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output.lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("machine code: Java denies native access (expected: java"
                        + " --enable-native-access=wok.assembler"));
    }

    /** Where this class and those under test are: folders, whether they are modules here or not. */
    private static String classPath() {
        return List.of(Denied.class, Assembler.class).stream()
                .map(type -> Path.of(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString())
                .distinct()
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
    }

    @Test
    void refusesSystemsWithAnotherCallingConventionOrOtherInstructions() {
        assertThat(SystemCalls.refusal("Linux", "amd64")).isEmpty();
        assertThat(SystemCalls.refusal("Mac OS X", "x86_64")).isEmpty();
        assertThat(SystemCalls.refusal("Windows 11", "amd64"))
                .isEqualTo("machine code: Windows 11 (expected: Linux or macOS, whose functions take their arguments as"
                        + " System V has it)");
        assertThat(SystemCalls.refusal("Mac OS X", "aarch64"))
                .isEqualTo("machine code: Mac OS X on aarch64 (expected: x86-64, whose instructions these are)");
        assertThat(SystemCalls.refusal("", "")).contains("expected: x86-64");
    }
}
