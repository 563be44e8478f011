package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class RegisterFileTest {
    @Test
    void handsOutRegistersFromTheLowest() {
        RegisterFile registers = RegisterFile.zmm();
        assertThat(registers.take("a")).isEqualTo(Vec.zmm(0));
        assertThat(registers.take("b", 2)).containsExactly(Vec.zmm(1), Vec.zmm(2));
        assertThat(registers.free()).isEqualTo(29);
    }

    @Test
    void refusesMoreRegistersThanThereAreAndNamesWhoHasThem() {
        RegisterFile registers = RegisterFile.ymm();
        registers.take("sum", 15);
        registers.take("scale");
        assertThatIllegalStateException()
                .isThrownBy(() -> registers.take("more"))
                .withMessageStartingWith(
                        "registers: none left for more (expected: at most 16 at once, taken: sum0, sum1")
                .withMessageEndingWith("sum14, scale)");
    }

    @Test
    void handsOutAgainWhatWasGivenBack() {
        RegisterFile registers = RegisterFile.ymm();
        Vec[] four = registers.take("four", 4);
        registers.release(four[1], four[2]);
        assertThat(registers.free()).isEqualTo(14);
        assertThat(registers.take("next")).isEqualTo(Vec.ymm(1));
        assertThat(registers.take("after", 2)).containsExactly(Vec.ymm(2), Vec.ymm(4));
    }

    @Test
    void refusesARegisterThatIsGivenBackTwice() {
        RegisterFile registers = RegisterFile.ymm();
        Vec first = registers.take("first");
        registers.take("second");
        registers.release(first);
        assertThatIllegalStateException()
                .isThrownBy(() -> registers.release(first))
                .withMessage("registers: ymm0 is free (expected: one of [1])");
    }
}
