package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static wok.assembler.Gpr.R12;
import static wok.assembler.Gpr.RAX;
import static wok.assembler.Gpr.RBX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RSI;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops, saved registers, filling; what of the calling convention is checked before code is made callable. */
class AssemblerTest {
    private static String hex(Consumer<Assembler> code) {
        Assembler a = new Assembler();
        code.accept(a);
        return HexFormat.of().formatHex(a.finish());
    }

    @Test
    void aLoopCountsItsCounterDown() {
        assertThat(hex(a -> a.countDown("loop", RDI, () -> a.inc(RAX))))
                .isEqualTo(HexFormat.of().formatHex(IntelSyntax.bytes("l1:; inc rax; dec rdi; jne l1")));
    }

    @Test
    void savedRegistersComeBackInReverseOrder() {
        assertThat(hex(a -> a.saving(List.of(RBX, R12), () -> a.inc(RBX))))
                .isEqualTo(
                        HexFormat.of().formatHex(IntelSyntax.bytes("push rbx; push r12; inc rbx; pop r12; pop rbx")));
    }

    @Test
    void leavingClearsUpperHalvesAndReturns() {
        assertThat(hex(Assembler::leave)).isEqualTo(HexFormat.of().formatHex(IntelSyntax.bytes("vzeroupper; ret")));
    }

    /** Intel's recommended ones, in the text of objdump: nop, xchg ax,ax, nop DWORD PTR [rax] and longer. */
    @Test
    void fillsWithOneNoOperationOfUpToNineBytes() {
        List<String> recommended = List.of(
                "90",
                "6690",
                "0f1f00",
                "0f1f4000",
                "0f1f440000",
                "660f1f440000",
                "0f1f8000000000",
                "0f1f840000000000",
                "660f1f840000000000");
        for (int missing = 1; missing <= 9; missing++) {
            int before = 16 - missing;
            assertThat(hex(a -> {
                        for (int i = 0; i < before; i++) {
                            a.ret();
                        }
                        a.align(16);
                    }))
                    .isEqualTo("c3".repeat(before) + recommended.get(missing - 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 32, 64})
    void fillsUpToAMultiple(int alignment) {
        for (int before = 0; before < 130; before++) {
            Assembler a = new Assembler();
            for (int i = 0; i < before; i++) {
                a.ret();
            }
            a.align(alignment);
            assertThat(a.size() % alignment).isZero();
            assertThat(a.size() - before).isLessThan(alignment);
        }
    }

    @Test
    void equalConstantsAreKeptOnce() {
        assertThat(hex(a -> {
                    a.vaddps(Vec.ymm(0), Vec.ymm(0), a.floatConstant(1));
                    a.vaddps(Vec.ymm(0), Vec.ymm(0), a.words(Float.floatToRawIntBits(1)));
                }))
                .hasSize(2 * (64 + 4));
    }

    static Stream<Consumer<Assembler>> breaches() {
        return Stream.of(
                a -> a.mov(RBX, RDI),
                a -> a.mov(RBX, 1),
                a -> a.mov(RAX, Mem.at(RBX)),
                a -> a.mov(RAX, Mem.at(RDI, RBX, 4)),
                a -> a.mov(Mem.at(RDI), RBX),
                a -> a.dec(RBX),
                a -> a.pop(RBX),
                a -> a.vmovmskps(RBX, Vec.ymm(1)),
                a -> a.kmovw(RBX, new Mask(1)),
                a -> a.vpbroadcastd(Vec.zmm(0), RBX),
                a -> a.bzhi(RAX, RDI, RBX));
    }

    @ParameterizedTest
    @MethodSource("breaches")
    void refusesAFunctionThatTakesARegisterOfItsCaller(Consumer<Assembler> breach) {
        Assembler a = new Assembler();
        breach.accept(a);
        a.ret();
        try (Arena arena = Arena.ofConfined()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> MachineFunction.of("thief", a, arena))
                    .withMessage("thief: uses [RBX] of its caller (expected: push and pop)");
        }
    }

    @Test
    void refusesAFunctionThatDoesNotReturn() {
        Assembler none = new Assembler();
        Assembler onward = new Assembler();
        onward.ret();
        onward.inc(RAX);
        try (Arena arena = Arena.ofConfined()) {
            for (Assembler a : List.of(none, onward)) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> MachineFunction.of("runner", a, arena))
                        .withMessage("runner: runs on behind its last instruction (expected: ret)");
            }
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void aFunctionMayUseWhatItSaved() {
        Assembler a = new Assembler();
        a.saving(Gpr.SAVED, () -> {
            a.mov(RBX, 0);
            a.countDown("add", RSI, () -> a.add(RBX, RSI));
            a.mov(Mem.at(RDI), RBX);
            Gpr.SAVED.forEach(register -> a.mov(register, -1));
        });
        a.leave();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sum = arena.allocate(ValueLayout.JAVA_LONG);
            MachineFunction.of("sum", a, arena).call(sum.address(), 100, 0, 0, 0, 0);
            assertThat(sum.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(5050);
        }
    }
}
