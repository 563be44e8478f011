package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: two that pull the same model, and one that is killed while it does. */
@Timeout(60)
final class TwoProcessesTest {
    private static final String NAME = "hf:org/repo:Q8_0";
    private static final byte[] MODEL = ModelStoreTest.bytes(1_000_000, 1);

    @TempDir
    private Path home;

    /** What a process of this test runs. */
    static final class Puller {
        private Puller() {}

        public static void main(String[] arguments) {
            HubOptions options = HubOptions.of(Map.of("HF_ENDPOINT", arguments[0], "NO_PROXY", "*"))
                    .withHome(Path.of(arguments[1]));
            System.out.println("begins");
            Path path = ModelStore.open(options).resolve(NAME, new ProgressListener() {
                @Override
                public void progress(String what, long bytes, long total) {
                    System.out.println("progress " + bytes);
                }

                @Override
                public void phase(Phase phase, String what) {
                    System.out.println(phase + " " + what);
                }
            });
            System.out.println("path " + path);
        }
    }

    private Process start(FakeHub hub, Path output) throws IOException {
        String classPath = Stream.of(HubOptions.class, Puller.class, wok.formats.Json.class)
                .map(type -> Path.of(java.net.URI.create(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()))
                        .toString())
                .collect(java.util.stream.Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        classPath,
                        Puller.class.getName(),
                        hub.endpoint().toString(),
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    @Test
    void theSecondOfTwoProcessesWaitsAndUsesTheFirstOnesResult() throws Exception {
        try (FakeHub hub = new FakeHub().with("org/repo", "m-Q8_0.gguf", MODEL)) {
            hub.pauseMillisPerBlock = 4;
            Path outputs = Files.createDirectories(home.resolve("outputs"));
            List<Process> processes = List.of(start(hub, outputs.resolve("1")), start(hub, outputs.resolve("2")));
            for (Process process : processes) {
                assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            }
            String first = Files.readString(outputs.resolve("1"));
            String second = Files.readString(outputs.resolve("2"));
            assertThat(processes).as(first + second).allMatch(process -> process.exitValue() == 0);
            assertThat(first + second).contains("WAITING " + NAME + ": another process is pulling it");
            assertThat(hub.requests.stream().filter(r -> r.contains("/cdn/"))).hasSize(1);
            assertThat(Files.readAllBytes(store(hub).show(NAME).path())).isEqualTo(MODEL);
        }
    }

    @Test
    void aKilledPullLeavesNothingTrustedAndIsGoneOnWith() throws Exception {
        try (FakeHub hub = new FakeHub().with("org/repo", "m-Q8_0.gguf", MODEL)) {
            hub.pauseMillisPerBlock = 10;
            Path output = home.resolve("output");
            Process process = start(hub, output);
            while (partBytes() < 100_000) {
                assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                Thread.sleep(20);
            }
            process.destroyForcibly().waitFor();
            assertThat(store(hub).list()).isEmpty();
            assertThat(home.resolve("blobs")).isEmptyDirectory();
            hub.pauseMillisPerBlock = 0;
            hub.requests.clear();
            Path path = store(hub).resolve(NAME, ProgressListener.none());
            assertThat(Files.readAllBytes(path)).isEqualTo(MODEL);
            assertThat(hub.requests.getLast()).matches(".* bytes=[1-9]\\d{4,}-");
        }
    }

    private long partBytes() {
        return home.resolve("partial")
                .resolve(FakeHub.digest(MODEL) + ".part")
                .toFile()
                .length();
    }

    private ModelStore store(FakeHub hub) {
        return ModelStore.open(
                HubOptions.of(Map.of("HF_ENDPOINT", hub.endpoint().toString(), "NO_PROXY", "*"))
                        .withHome(home)
                        .withTimeout(Duration.ofSeconds(5)));
    }
}
