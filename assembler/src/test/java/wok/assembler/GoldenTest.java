package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The assembler against GNU as: the same bytes for every instruction, in every encoding. */
class GoldenTest {
    private static final List<Golden> GOLDENS = Golden.all();

    @Test
    void assemblesTheBytesOfGnuAs() {
        assertThat(GOLDENS).hasSizeGreaterThan(4000);
        assertThat(GOLDENS)
                .allSatisfy(golden -> assertThat(HexFormat.of().formatHex(IntelSyntax.bytes(golden.text())))
                        .isEqualTo(golden.hex()));
    }

    @Test
    void everyInstructionHasAGoldenInEveryEncodingAndWidth() {
        Set<String> found = new HashSet<>();
        for (Golden golden : GOLDENS) {
            VectorHead.of(golden.bytes()).ifPresent(head -> found.add(head.toString()));
        }
        Set<String> missing = new TreeSet<>();
        for (Instruction i : Instruction.values()) {
            for (VectorHead head : VectorHead.all(i)) {
                if (!found.contains(head.toString())) {
                    missing.add(i + " " + head);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyMnemonicHasAGolden() {
        Set<Method> called = new HashSet<>();
        GOLDENS.forEach(golden -> called.addAll(IntelSyntax.methods(golden.text())));
        List<Method> missing = Arrays.stream(new Class<?>[] {GeneralInstructions.class, VectorInstructions.class})
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !Set.of("align", "zero").contains(method.getName())) // of several instructions
                .filter(method -> !called.contains(method))
                .toList();
        assertThat(missing).isEmpty();
    }
}
