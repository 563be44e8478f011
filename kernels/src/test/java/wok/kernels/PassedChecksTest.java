package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import wok.assembler.Assembler;
import wok.assembler.CpuFeatures;
import wok.assembler.Gpr;
import wok.assembler.MachineFunction;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class PassedChecksTest {
    private static final String HERE = "a processor | a Java | a build";

    private final Arena arena = Arena.ofAuto();
    private final List<MachineFunction> code = List.of(function(1), function(2));
    private final AtomicInteger runs = new AtomicInteger();
    private Path file = Path.of("");

    @BeforeEach
    void chooseFile(@TempDir Path folder) {
        file = folder.resolve("checked");
    }

    private MachineFunction function(int number) {
        Assembler a = new Assembler();
        a.mov(Gpr.RAX, number);
        a.ret();
        return MachineFunction.of("number " + number, a, arena);
    }

    private int runsAfter(PassedChecks checks, String what, List<MachineFunction> functions) {
        checks.once(what, functions, runs::incrementAndGet);
        return runs.get();
    }

    @Test
    void aPassedCheckIsNotMadeAgain() {
        PassedChecks first = PassedChecks.of(file, HERE);
        assertThat(runsAfter(first, "products", code)).isEqualTo(1);
        assertThat(runsAfter(first, "products", code)).isEqualTo(1);
        assertThat(runsAfter(PassedChecks.of(file, HERE), "products", code)).isEqualTo(1);
    }

    @Test
    void otherCodeIsCheckedAnew() {
        runsAfter(PassedChecks.of(file, HERE), "products", code);
        assertThat(runsAfter(PassedChecks.of(file, HERE), "products", List.of(function(1), function(3))))
                .isEqualTo(2);
        assertThat(runsAfter(PassedChecks.of(file, HERE), "attention", code)).isEqualTo(3);
    }

    @Test
    void anotherProcessorJavaOrBuildChecksAnew() {
        runsAfter(PassedChecks.of(file, HERE), "products", code);
        assertThat(runsAfter(PassedChecks.of(file, "another processor | a Java | a build"), "products", code))
                .isEqualTo(2);
    }

    @Test
    void aFailedCheckIsMadeAgain() {
        PassedChecks checks = PassedChecks.of(file, HERE);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> checks.once("products", code, () -> {
                        runs.incrementAndGet();
                        throw new KernelException("a bit differs");
                    }))
                    .isInstanceOf(KernelException.class);
        }
        assertThat(runs).hasValue(2);
        assertThat(file).doesNotExist();
    }

    @Test
    void aDamagedLineCountsAsAbsent() throws IOException {
        runsAfter(PassedChecks.of(file, HERE), "products", code);
        Files.writeString(file, Files.readString(file).replace("products", "produkts"));
        assertThat(runsAfter(PassedChecks.of(file, HERE), "products", code)).isEqualTo(2);
    }

    @Test
    void bytesThatAreNoTextAreNoChecks() throws IOException {
        Files.write(file, new byte[] {(byte) 0xff, 0, 10, (byte) 0x80});
        assertThat(runsAfter(PassedChecks.of(file, HERE), "products", code)).isEqualTo(1);
        assertThat(runsAfter(PassedChecks.of(file, HERE), "products", code)).isEqualTo(1);
    }

    @Test
    void anEndlessFileIsBegunAnew() throws IOException {
        Files.writeString(file, "x\n".repeat(1 << 16));
        runsAfter(PassedChecks.of(file, HERE), "products", code);
        assertThat(Files.readString(file).strip()).startsWith("products | ").doesNotContain("\n");
    }

    @Test
    void aFileThatCannotBeWrittenHoldsNothingUp() {
        Path inNoFolder = file.resolve("none").resolve("checked");
        assertThat(runsAfter(PassedChecks.of(inNoFolder, HERE), "products", code))
                .isEqualTo(1);
        assertThat(runsAfter(PassedChecks.of(inNoFolder, HERE), "products", code))
                .isEqualTo(2);
    }

    @Test
    void withoutALauncherEveryCheckIsMade() {
        PassedChecks checks = PassedChecks.ofProcess(CpuFeatures.read());
        assertThat(runsAfter(checks, "products", code)).isEqualTo(1);
        assertThat(runsAfter(checks, "products", code)).isEqualTo(2);
    }

    @Test
    void theRowsOfASetPassOnce() {
        TestSets.machineTiers().forEach(tier -> {
            PassedChecks checks = PassedChecks.of(file, HERE);
            assertThat(SelfTest.atStart(set(tier, checks), new ReferenceKernels()))
                    .hasSizeGreaterThan(8);
            assertThat(SelfTest.atStart(set(tier, PassedChecks.of(file, HERE)), new ReferenceKernels()))
                    .singleElement()
                    .hasToString("row operations, compared before: same bits");
        });
    }

    private MachineKernels set(MachineTier tier, PassedChecks checks) {
        return new MachineKernels(tier.set(), tier, MachineRows.assemble(tier, arena), checks);
    }
}
