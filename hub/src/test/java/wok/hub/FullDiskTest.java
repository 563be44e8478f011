package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes that fail half-way, for real: the operating system's limit on the size of a file ends them in a process of its
 * own, as a full disk or a quota would. To the program it is the same: a write that takes less than all, then an error.
 */
@Timeout(60)
final class FullDiskTest {
    private static final String OTHER = "hf:org/repo:small.gguf";
    private static final String NAME = "hf:org/repo:Q8_0";
    private static final byte[] SMALL = ModelStoreTest.bytes(1000, 2);
    private static final byte[] MODEL = ModelStoreTest.bytes(1_000_000, 1);
    /** 409,600 bytes: less than the model. */
    private static final int BLOCKS = 800;

    @TempDir
    private Path home;

    @TempDir
    private Path clients;

    private static FakeHub hub() throws IOException {
        return new FakeHub().with("org/repo", "small.gguf", SMALL).with("org/repo", "m-Q8_0.gguf", MODEL);
    }

    private ModelStore store(FakeHub hub) {
        return ModelStore.open(
                HubOptions.of(Map.of("HF_ENDPOINT", hub.endpoint().toString(), "NO_PROXY", "*"))
                        .withHome(home));
    }

    private List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve(folder))) {
            return files.toList();
        }
    }

    @Test
    void aDownloadThatFindsNoRoomIsKeptAndGoneOnWith() throws Exception {
        try (FakeHub hub = hub()) {
            store(hub).pull(OTHER, ProgressListener.none());
            PullProcess.Ended full = PullProcess.of(hub.endpoint(), home, NAME)
                    .withFileBlocksMax(BLOCKS)
                    .run();
            assertThat(full.status()).as(full.output()).isEqualTo(1);
            assertThat(full.error())
                    .startsWith("error: model " + NAME + ": m-Q8_0.gguf: could not be written: ")
                    .contains("590.4 kB more needed, ")
                    .contains(" free at " + home)
                    .endsWith("; what came is kept: make room and pull again to go on");
            assertThat(store(hub).list()).extracting(StoredModel::name).containsExactly(OTHER);
            assertThat(files("blobs")).hasSize(1);
            hub.requests.clear();
            PullProcess.Ended after = PullProcess.of(hub.endpoint(), home, NAME).run();
            assertThat(after.status()).as(after.output()).isZero();
            assertThat(hub.requests.getLast()).endsWith("bytes=409600-");
            assertThat(Files.readAllBytes(store(hub).show(NAME).path())).isEqualTo(MODEL);
            assertThat(Files.readAllBytes(store(hub).show(OTHER).path())).isEqualTo(SMALL);
            assertThat(files("partial")).isEmpty();
        }
    }

    @Test
    void aManifestThatFindsNoRoomLeavesTheModelUnknownAndTheOthersAsTheyWere() throws Exception {
        String path = "long/".repeat(90) + "tiny.gguf";
        String name = "hf:org/repo:" + path;
        byte[] tiny = ModelStoreTest.bytes(100, 3);
        try (FakeHub hub = hub().with("org/repo", path, tiny)) {
            store(hub).pull(OTHER, ProgressListener.none());
            PullProcess.Ended full = PullProcess.of(hub.endpoint(), home, name)
                    .withFileBlocksMax(1)
                    .run();
            assertThat(full.status()).as(full.output()).isEqualTo(1);
            assertThat(full.error())
                    .contains(": manifest of " + name + ": could not be written: ")
                    .endsWith("; the model's files are kept: make room and pull again")
                    .doesNotContain("\n");
            assertThat(store(hub).problems()).isEmpty();
            assertThat(store(hub).list()).extracting(StoredModel::name).containsExactly(OTHER);
            assertThat(files("manifests")).hasSize(1);
            assertThat(Files.readAllBytes(store(hub).resolve(name, ProgressListener.none())))
                    .isEqualTo(tiny);
        }
    }

    @Test
    void anExtractionThatFindsNoRoomIsRemovedAndBeginsAnew() throws Exception {
        String name = "pip:m==1.0.0!m.gguf";
        byte[] model = new byte[1_000_000];
        try (FakeHub hub = hub()) {
            store(hub).pull(OTHER, ProgressListener.none());
            PullProcess pull = PullProcess.of(hub.endpoint(), home, name).withPip(clients, model);
            PullProcess.Ended full = pull.withFileBlocksMax(BLOCKS).run();
            assertThat(full.status()).as(full.output()).isEqualTo(1);
            assertThat(full.error())
                    .startsWith("error: model " + name + ": m.gguf: could not be written: ")
                    .contains(" free at " + home)
                    .endsWith("; what was unpacked is removed: make room and pull again");
            assertThat(files("partial")).isEmpty();
            assertThat(files("blobs")).hasSize(1);
            assertThat(store(hub).list()).extracting(StoredModel::name).containsExactly(OTHER);
            PullProcess.Ended after = pull.run();
            assertThat(after.status()).as(after.output()).isZero();
            assertThat(Files.readAllBytes(store(hub).show(name).path())).isEqualTo(model);
        }
    }
}
