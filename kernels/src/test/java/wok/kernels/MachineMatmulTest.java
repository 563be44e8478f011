package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import wok.assembler.CpuFeatures;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Machine products against the reference, at every tier that this CPU has. */
class MachineMatmulTest {
    private static final int TOKENS_MAX = 70;

    static List<Arguments> families() {
        List<Arguments> all = new ArrayList<>();
        for (DType type : GoldenBlocks.TYPES) {
            for (ActivationPrecision precision : ActivationPrecision.values()) {
                all.add(Arguments.of(type, precision));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("families")
    void fewTokensGiveTheBitsOfTheReference(DType type, ActivationPrecision precision) {
        for (int outputs : new int[] {1, 17, 32, 50}) {
            for (int units : new int[] {1, 2, 5}) {
                compare(goldenBlocks(type, outputs, units), precision, 7, new int[] {1, 2, 3, 4, 5, 6, 7});
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void manyTokensGiveTheBitsOfTheReference(DType type, ActivationPrecision precision) {
        compare(goldenBlocks(type, 33, 3), precision, TOKENS_MAX, new int[] {12, 13, 31, 64, 65, TOKENS_MAX});
    }

    /** Several chunks of columns and several of AMX's tiles. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"Q8_0", "Q4_1", "Q4_K", "Q5_K"})
    void chunksOfManyTokensGiveTheBitsOfTheReference(DType type) {
        Tensor weight = GoldenBlocks.tensor(type, 33, 9 * 256, Arena.ofAuto());
        compare(weight, ActivationPrecision.Q8, 50, new int[] {32, 50});
    }

    /** So many columns that the second-level cache holds the activations of fewer tokens. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "Q8_0", "Q4_K"})
    void blocksOfTokensGiveTheBitsOfTheReference(DType type) {
        int columns = type == DType.F32 ? 16_384 : 65_536;
        Tensor weight = GoldenBlocks.tensor(type, 17, columns, Arena.ofAuto());
        compare(weight, ActivationPrecision.Q8, 20, new int[] {17, 20});
    }

    @ParameterizedTest
    @MethodSource("families")
    void anyScalesGiveTheBitsOfTheReference(DType type, ActivationPrecision precision) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes(40 * 512))];
        new Random(7).nextBytes(bytes);
        MemorySegment data = MemorySegment.ofArray(bytes);
        compare(new Tensor("random bytes", type, Shape.of(40, 512), data), precision, 8, new int[] {2, 8});
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"Q8_0", "Q4_0", "Q5_0", "Q2_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS"})
    void greatestQuantsStayExact(DType type) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1)) {
            for (int filling : new int[] {0x00, 0x7F, 0x80, 0xFF}) {
                Tensor tensor = GoldenBlocks.filled(type, 17, 512, (byte) filling, arena);
                PackedMatrix w = WeightPacker.pack(tensor, ActivationPrecision.Q8, arena, reference.team());
                Activations x = Activations.allocate(arena, 2, 512);
                for (int k = 0; k < 512; k++) {
                    x.f32().set(0, k, 127);
                    x.f32().set(1, k, k % 3 == 0 ? 127 : -127);
                }
                compare(reference, w, x, 2, new int[] {2}, arena);
            }
        }
    }

    /** Blocks in another order, columns of 1, 2 or more chunks; odd numbers of columns where a type allows them. */
    private static Tensor goldenBlocks(DType type, int outputs, int units) {
        if (type.isQuantised()) {
            int columns = type.blockElements() * (type.blockElements() == 32 ? units * 8 - 7 : units);
            return GoldenBlocks.tensor(type, outputs, columns, Arena.ofAuto());
        }
        int columns = 97 * units - 90;
        MemorySegment padded = GoldenBlocks.tensor(type, outputs, (columns + 31) / 32 * 32, Arena.ofAuto())
                .data();
        return new Tensor(
                "weight", type, Shape.of(outputs, columns), padded.asSlice(0, type.bytes((long) outputs * columns)));
    }

    private static void compare(Tensor tensor, ActivationPrecision precision, int tokensMax, int[] tokens) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1)) {
            PackedMatrix w = WeightPacker.pack(tensor, precision, arena, reference.team());
            Activations x = TestRows.activations(arena, tokensMax, w.columns(), w.rows() + w.columns());
            x.f32().set(1, w.columns() / 2, Float.NaN);
            x.f32().set(0, w.columns() - 1, Float.POSITIVE_INFINITY);
            compare(reference, w, x, tokensMax, tokens, arena);
        }
    }

    private static void compare(
            Compute reference, PackedMatrix w, Activations x, int tokensMax, int[] tokens, Arena arena) {
        FloatRows expected = FloatRows.allocate(arena, tokensMax, w.rows());
        reference.prepare(x, tokensMax, w.activationForm());
        reference.matmul(w, x, tokensMax, expected);
        int[] bits = Bits.of(expected, tokensMax);
        for (Tier tier : tiers()) {
            MachineMatmul machine = new MachineMatmul(tier.tier(), tier.amx(), PassedChecks.none());
            for (int n : tokens) {
                assertThat(product(machine, w, x, n, arena))
                        .as("%s of %s [%d x %d], %d tokens", tier, w.family(), w.rows(), w.columns(), n)
                        .isEqualTo(Arrays.copyOf(bits, n * w.rows()));
            }
        }
    }

    /** In two runs of groups, as two threads would, over memory that is not zero. */
    private static int[] product(MachineMatmul machine, PackedMatrix w, Activations x, int n, Arena arena) {
        FloatRows y = FloatRows.allocate(arena, n, w.rows());
        y.memory().fill((byte) 0x55);
        Workspace workspace = new Workspace();
        int cut = w.groups() / 4 * 2;
        machine.run(w, x, n, y, cut, w.groups(), workspace);
        if (cut > 0) {
            machine.run(w, x, n, y, 0, cut, workspace);
        }
        return Bits.of(y, n);
    }

    private record Tier(MachineTier tier, boolean amx) {}

    private static List<Tier> tiers() {
        CpuFeatures cpu = CpuFeatures.read();
        return Stream.of(
                        new Tier(MachineTier.AVX512, false),
                        new Tier(MachineTier.AVX512, true),
                        new Tier(MachineTier.AVX2, false))
                .filter(tier -> tier.tier().missing(cpu).isEmpty() && (cpu.amx() || !tier.amx()))
                .toList();
    }
}
