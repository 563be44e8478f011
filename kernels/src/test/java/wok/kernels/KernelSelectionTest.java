package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import wok.assembler.Assembler;
import wok.assembler.CpuFeatures;
import wok.assembler.MachineFunction;

class KernelSelectionTest {
    private static KernelSelection.Candidate candidate(KernelSet set, Supplier<LeafKernels> make) {
        return new KernelSelection.Candidate(set, make);
    }

    private static LeafKernels refusing(String why) {
        throw new KernelException(why);
    }

    @Test
    void choosesTheFastestSetThatWorksHere() {
        KernelSelection selection = Kernels.best();
        assertThat(selection.set()).isNotEqualTo(KernelSet.REFERENCE);
        assertThat(selection.reason()).contains("agrees with the reference bit for bit");
        assertThat(selection.selfTests()).hasSizeGreaterThan(8).allMatch(line -> line.endsWith(": same bits"));
        assertThat(selection.thoroughlyTested().selfTests())
                .hasSizeGreaterThan(30)
                .allMatch(line -> line.endsWith(": same bits"));
    }

    @Test
    void saysWhyFasterSetsAreNotTaken() {
        KernelSelection selection = KernelSelection.best(List.of(
                candidate(KernelSet.MACHINE_AVX512, () -> refusing("machine:avx512: the CPU has no AVX-512 VNNI")),
                candidate(KernelSet.VECTOR, VectorKernels::new)));
        assertThat(selection.set()).isEqualTo(KernelSet.VECTOR);
        assertThat(selection.describe())
                .matches("vector \\(\\d+ bits\\) \\(not machine:avx512: the CPU has no AVX-512 VNNI\\)");
    }

    @Test
    void fallsBackToTheReference() {
        KernelSelection selection =
                KernelSelection.best(List.of(candidate(KernelSet.VECTOR, () -> refusing("vector: not there"))));
        assertThat(selection.set()).isEqualTo(KernelSet.REFERENCE);
        assertThat(selection.passedOver()).containsExactly("vector: not there");
    }

    @Test
    void neverTakesASetThatDiffers() {
        TestSets.machineTiers().forEach(tier -> {
            KernelSelection selection = KernelSelection.best(List.of(candidate(tier.set(), () -> withoutAdding(tier))));
            assertThat(selection.set()).isEqualTo(KernelSet.REFERENCE);
            assertThat(selection.passedOver())
                    .singleElement()
                    .asString()
                    .startsWith(tier.set() + ": its self-test failed: ")
                    .contains(": differs, element ");
            assertThat(selection.selfTests()).anyMatch(line -> line.contains("differs"));
        });
    }

    /** A set whose addition does nothing. */
    private static LeafKernels withoutAdding(MachineTier tier) {
        Arena arena = Arena.ofAuto();
        Assembler nothing = new Assembler();
        nothing.ret();
        MachineRows wrong = MachineRows.assemble(tier, arena).withAdd(MachineFunction.of("nothing", nothing, arena));
        return new MachineKernels(tier.set(), tier, wrong, PassedChecks.none());
    }

    @Test
    void everySetKnowsItsName() {
        assertThat(Kernels.create(KernelSet.REFERENCE).name()).isEqualTo("reference");
        assertThat(Kernels.create(KernelSet.VECTOR).name()).matches("vector \\((128|256|512) bits\\)");
        TestSets.machineTiers()
                .forEach(tier -> assertThat(Kernels.create(tier.set()).name())
                        .isEqualTo(tier.set().word()));
        for (KernelSet set : KernelSet.values()) {
            assertThat(KernelSet.named(set.word().toUpperCase(Locale.ROOT))).contains(set);
        }
        assertThat(KernelSet.named("magic")).isEmpty();
        assertThat(KernelSet.words())
                .isEqualTo("reference, vector, machine, machine:amx, machine:avx512, machine:avx2");
    }

    @Test
    void aTierNamesWhatTheCpuLacks() {
        CpuFeatures old = new CpuFeatures(true, true, false, true, false, false, "");
        assertThat(MachineTier.AVX512.missing(old)).containsExactly("AVX-512 VNNI");
        assertThat(MachineTier.AVX2.missing(old)).containsExactly("F16C");
        CpuFeatures all = new CpuFeatures(true, true, true, true, true, true, "");
        assertThat(MachineTier.AVX512.missing(all)).isEmpty();
        assertThat(MachineTier.AVX2.missing(all)).isEmpty();
    }

    @Test
    void aDifferenceIsReportedWithItsPlace() {
        SelfTest.Result differs = new SelfTest.Result("RMSNorm", false, "element 3 is 1.0 (expected: 2.0)");
        assertThat(differs).hasToString("RMSNorm: differs, element 3 is 1.0 (expected: 2.0)");
    }
}
