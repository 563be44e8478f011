package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the guide to writing a kernel shows is what is compiled and run here. */
class AddScaledExampleTest {
    private static final Path GUIDE = Path.of("../docs/assembler.md");
    private static final Pattern SAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void equalsTheReferenceToTheBit() {
        CpuFeatures cpu = CpuFeatures.read();
        assertThat(cpu.avx2() && cpu.fma()).as("x86-64 without AVX2 and FMA").isTrue();
        Random random = new Random(4);
        try (Arena arena = Arena.ofConfined()) {
            MachineFunction addScaled = AddScaledExample.assemble(arena);
            for (int count = 0; count < 35; count++) {
                float[] x = floats(random, count);
                float[] y = floats(random, count);
                float factor = random.nextFloat() - 0.5f;
                MemorySegment xs = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
                MemorySegment ys = arena.allocateFrom(ValueLayout.JAVA_FLOAT, y);

                AddScaledExample.reference(x, y, factor);
                addScaled.call(xs.address(), ys.address(), count, Float.floatToRawIntBits(factor), 0, 0);

                assertThat(ys.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(y);
            }
        }
    }

    private static float[] floats(Random random, int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = random.nextFloat() - 0.5f;
        }
        return floats;
    }

    @Test
    void theGuideShowsThisKernelAndItsTest() throws IOException {
        List<String> samples = SAMPLE.matcher(Files.readString(GUIDE))
                .results()
                .map(match -> unindented(match.group(1)))
                .toList();
        String folder = "src/test/java/wok/assembler/";
        String sources = unindented(Files.readString(Path.of(folder + "AddScaledExample.java"))
                + Files.readString(Path.of(folder + "AddScaledExampleTest.java")));
        assertThat(samples).hasSize(3).allSatisfy(sample -> assertThat(sources).contains(sample));
    }

    /** Lines without their indentation, so that a sample may stand further left than its source. */
    private static String unindented(String source) {
        return source.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
