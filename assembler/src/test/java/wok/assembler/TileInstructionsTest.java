package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileInstructionsTest {
    private static final Tile[] T = new Tile[8];

    static {
        for (int i = 0; i < T.length; i++) {
            T[i] = new Tile(i);
        }
    }

    /** The bytes of GNU as 2.40. */
    @Test
    void assemblesTheBytesOfGnuAs() {
        check("c4e27849c0", a -> a.tilerelease());
        check("c4e27b49c0", a -> a.tilezero(T[0]));
        check("c4e27b49f8", a -> a.tilezero(T[7]));
        check("c4e27b4b0416", a -> a.tileloadd(T[0], Mem.at(Gpr.RSI, Gpr.RDX, 1)));
        check("c4827b4b6c2500", a -> a.tileloadd(T[5], Mem.at(Gpr.R13, Gpr.R12, 1)));
        check(
                "c4a27b4bb44800020000",
                a -> a.tileloadd(T[6], Mem.at(Gpr.RAX, Gpr.R9, 2).plus(512)));
        check(
                "c4c27b4b5cdcc0",
                a -> a.tileloadd(T[3], Mem.at(Gpr.R12, Gpr.RBX, 8).plus(-64)));
        check("c4e27a4b4c0d00", a -> a.tilestored(Mem.at(Gpr.RBP, Gpr.RCX, 1), T[1]));
        check(
                "c4827a4bbcb800100000",
                a -> a.tilestored(Mem.at(Gpr.R8, Gpr.R15, 4).plus(4096), T[7]));
        check("c4e26b5ec1", a -> a.tdpbssd(T[0], T[1], T[2]));
        check("c4e2535efe", a -> a.tdpbssd(T[7], T[6], T[5]));
        check("c4e2425edc", a -> a.tdpbsud(T[3], T[4], T[7]));
        check("c4e2715ed0", a -> a.tdpbusd(T[2], T[0], T[1]));
    }

    private static void check(String hex, Consumer<Assembler> instruction) {
        Assembler a = new Assembler();
        instruction.accept(a);
        assertThat(HexFormat.of().formatHex(a.finish())).isEqualTo(hex);
    }

    @Test
    void multipliesTiles() {
        assumeTrue(CpuFeatures.read().amx(), "this CPU and system have AMX");
        int rows = 5;
        int depth = 3;
        int columns = 7;
        Assembler a = new Assembler();
        TileShape shape = new TileShape()
                .set(T[0], rows, 4 * columns)
                .set(T[1], rows, 4 * depth)
                .set(T[2], depth, 4 * columns);
        a.ldtilecfg(shape);
        a.mov(Gpr.RAX, 4L * depth);
        a.tileloadd(T[1], Mem.at(Gpr.RDI, Gpr.RAX, 1));
        a.mov(Gpr.RAX, 4L * columns);
        a.tileloadd(T[2], Mem.at(Gpr.RSI, Gpr.RAX, 1));
        a.tilezero(T[0]);
        a.tdpbssd(T[0], T[1], T[2]);
        a.tilestored(Mem.at(Gpr.RDX, Gpr.RAX, 1), T[0]);
        a.tilerelease();
        a.ret();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4L * rows * depth);
            MemorySegment w = arena.allocate(4L * depth * columns);
            MemorySegment y = arena.allocate(4L * rows * columns, 4);
            java.util.Random random = new java.util.Random(1);
            for (MemorySegment bytes : new MemorySegment[] {x, w}) {
                for (long i = 0; i < bytes.byteSize(); i++) {
                    bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
                }
            }
            MachineFunction.of("tiles", a, arena).call(x.address(), w.address(), y.address(), 0, 0, 0);
            for (int m = 0; m < rows; m++) {
                for (int n = 0; n < columns; n++) {
                    int dot = 0;
                    for (int k = 0; k < 4 * depth; k++) {
                        dot += x.get(ValueLayout.JAVA_BYTE, 4L * depth * m + k)
                                * w.get(ValueLayout.JAVA_BYTE, 4L * columns * (k / 4) + 4L * n + k % 4);
                    }
                    assertThat(y.getAtIndex(ValueLayout.JAVA_INT, (long) m * columns + n))
                            .isEqualTo(dot);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 64", "17, 64", "1, 0", "1, 68", "1, 6"})
    void refusesShapesThatTilesCannotHave(int rows, int bytes) {
        assertThatThrownBy(() -> new TileShape().set(T[0], rows, bytes)).hasMessageContaining("expected: 1 to 16 rows");
    }

    @Test
    void refusesOperandsThatFault() {
        Assembler a = new Assembler();
        assertThatThrownBy(() -> a.tdpbssd(T[0], T[0], T[1])).hasMessageContaining("three different");
        assertThatThrownBy(() -> a.tdpbssd(T[0], T[1], T[1])).hasMessageContaining("three different");
        assertThatThrownBy(() -> a.tileloadd(T[0], Mem.at(Gpr.RSI))).hasMessageContaining("an index register");
        assertThatThrownBy(() -> new Tile(8)).hasMessageContaining("0 to 7");
    }
}
