package wok.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** What this process uses, as far as the system tells. Any thread. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** The greatest resident size so far, where the system has /proc (mapped model files count). */
    static OptionalLong residentPeakBytes() {
        Path status = Path.of("/proc/self/status");
        try {
            for (String line : Files.exists(status) ? Files.readAllLines(status) : java.util.List.<String>of()) {
                if (line.startsWith("VmHWM:")) {
                    return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) << 10);
                }
            }
        } catch (IOException e) {
            return OptionalLong.empty(); // the figure is a courtesy
        }
        return OptionalLong.empty();
    }

    /** How long ago the process began. */
    static long uptimeMillis() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()).toMillis())
                .orElse(0L);
    }
}
