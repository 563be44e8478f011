package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelSelectionTest {
    @Test
    void choosesTheVectorSetWhereItAgrees() {
        KernelSelection selection = Kernels.best();
        assertThat(selection.set()).isEqualTo(KernelSet.VECTOR);
        assertThat(selection.reason()).contains("agrees with the reference bit for bit");
        assertThat(selection.selfTests()).hasSizeGreaterThan(15).allMatch(line -> line.endsWith(": same bits"));
    }

    @Test
    void namesBothSets() {
        assertThat(Kernels.create(KernelSet.REFERENCE).name()).isEqualTo("reference");
        assertThat(Kernels.create(KernelSet.VECTOR).name()).matches("vector \\((128|256|512) bits\\)");
    }

    @Test
    void saysThatMachineCodeIsNotInThisBuild() {
        assertThatThrownBy(() -> Kernels.create(KernelSet.MACHINE))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("machine is not in this build");
    }

    @Test
    void aDifferenceIsReportedWithItsPlace() {
        SelfTest.Result differs = new SelfTest.Result("RMSNorm", false, "element 3 is 1.0 (expected: 2.0)");
        assertThat(differs).hasToString("RMSNorm: differs, element 3 is 1.0 (expected: 2.0)");
    }
}
