package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class CpuFeaturesTest {
    /** What Linux found in the same CPU, less what it does not save. */
    private static List<String> flags() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(l -> l.startsWith("flags"))
                .findFirst()
                .orElseThrow();
        return List.of(line.substring(line.indexOf(':') + 1).strip().split(" ", -1));
    }

    @Test
    void agreesWithTheSystem() throws IOException {
        List<String> flags = flags();
        CpuFeatures cpu = CpuFeatures.read();
        assertThat(cpu.avx2()).isEqualTo(flags.contains("avx2"));
        assertThat(cpu.fma()).isEqualTo(flags.contains("fma"));
        assertThat(cpu.f16c()).isEqualTo(flags.contains("f16c"));
        assertThat(cpu.avx512()).isEqualTo(flags.containsAll(List.of("avx512f", "avx512bw", "avx512dq", "avx512vl")));
        assertThat(cpu.vnni()).isEqualTo(cpu.avx512() && flags.contains("avx512_vnni"));
        if (!flags.containsAll(List.of("amx_tile", "amx_int8"))) {
            assertThat(cpu.amx()).isFalse();
        }
    }

    @Test
    void answersTheSameAgain() {
        assertThat(CpuFeatures.read()).isEqualTo(CpuFeatures.read());
    }
}
