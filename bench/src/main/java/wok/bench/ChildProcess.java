package wok.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program to its end and watches its memory. One thread. */
final class ChildProcess {
    /** Seldom enough to take nothing from the program; its end is seen at once. */
    private static final long POLL_MILLIS = 50;

    private ChildProcess() {}

    /**
     * What came of a program.
     *
     * @param millis from its start to its end
     * @param peakBytes the greatest resident size of it or one of its children; 0 if unknown
     */
    record Ended(int code, String out, String err, double millis, long peakBytes) {
        private static final double MIB = 1 << 20;

        /** Empty where the system does not tell, or the program was too quick to be looked at. */
        Optional<Double> peakMib() {
            return peakBytes > 0 ? Optional.of(peakBytes / MIB) : Optional.empty();
        }

        /** The last line that says something, for error messages. */
        String lastWords() {
            return Stream.concat(out.lines(), err.lines())
                    .filter(line -> !line.isBlank())
                    .reduce("", (before, line) -> line);
        }
    }

    /** A program that must end well. */
    static Ended succeed(List<String> command, Map<String, String> environment, Duration limit) {
        Ended ended = run(command, environment, limit);
        if (ended.code() != 0) {
            throw new BenchException(
                    String.join(" ", command) + ": exit code " + ended.code() + ": " + ended.lastWords());
        }
        return ended;
    }

    static Ended run(List<String> command, Map<String, String> environment, Duration limit) {
        try {
            Path out = Files.createTempFile("wok-bench", ".out");
            Path err = Files.createTempFile("wok-bench", ".err");
            try {
                return run(command, environment, limit, out, err);
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new BenchException(command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException(command.getFirst() + ": interrupted", e);
        }
    }

    private static Ended run(List<String> command, Map<String, String> environment, Duration limit, Path out, Path err)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        long started = System.nanoTime();
        Process process = builder.start();
        long peak = 0;
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, peakBytes(process));
            if (System.nanoTime() - started > limit.toNanos()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new BenchException(String.join(" ", command) + ": not done after " + limit.toSeconds() + " s");
            }
        }
        double millis = (System.nanoTime() - started) / 1e6;
        return new Ended(process.exitValue(), text(out), text(err), millis, peak);
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static long peakBytes(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(handle -> peakBytes(handle.pid()))
                .max()
                .orElse(0);
    }

    private static long peakBytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // it has just ended
        }
    }
}
