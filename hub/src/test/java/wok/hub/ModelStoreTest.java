package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store against a server on the loopback interface. */
final class ModelStoreTest {
    private static final String NAME = "hf:org/repo-GGUF:Q8_0";
    private static final byte[] MODEL = bytes(300_000, 1);

    @TempDir
    private Path home;

    private FakeHub hub;
    private HubOptions options;

    @BeforeEach
    void startServer() throws IOException {
        hub = new FakeHub()
                .with("org/repo-GGUF", "README.md", bytes(10, 2))
                .with("org/repo-GGUF", "repo-Q4_K_M.gguf", bytes(1000, 3))
                .with("org/repo-GGUF", "repo-Q8_0.gguf", MODEL);
        options = HubOptions.of(Map.of("HF_ENDPOINT", hub.endpoint().toString(), "NO_PROXY", "*"))
                .withHome(home)
                .withTimeout(Duration.ofSeconds(5))
                .withAttempts(3, Duration.ofMillis(5));
    }

    @AfterEach
    void stopServer() {
        hub.close();
    }

    static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private ModelStore store() {
        return ModelStore.open(options);
    }

    @Test
    void pullsTheChosenQuantisationAndKnowsItAfterwards() throws IOException {
        Path path = store().resolve(NAME, ProgressListener.none());
        assertThat(Files.readAllBytes(path)).isEqualTo(MODEL);
        StoredModel shown = store().show(NAME);
        assertThat(shown.source()).isEqualTo("hf:org/repo-GGUF@" + FakeHub.COMMIT + ":Q8_0");
        assertThat(shown.licence()).isEqualTo("apache-2.0");
        assertThat(shown.bytes()).isEqualTo(MODEL.length);
        hub.requests.clear();
        assertThat(store().resolve(NAME, ProgressListener.none())).isEqualTo(path);
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void sendsTheTokenToItsOwnHostOnly() {
        options = options.withToken(Optional.of("secret-token"));
        store().resolve(NAME, ProgressListener.none());
        assertThat(hub.requests).anyMatch(r -> r.contains("/api/models") && r.contains("Bearer secret-token"));
        assertThat(hub.requests.stream().filter(r -> r.contains("/cdn/")))
                .isNotEmpty()
                .allMatch(r -> r.contains(" null"));
        assertThat(options.toString()).doesNotContain("secret");
    }

    @Test
    void goesOnAfterBrokenConnections() throws IOException {
        hub.breaks.set(2);
        hub.breakAfterBytes = 100_000;
        Path path = store().resolve(NAME, ProgressListener.none());
        assertThat(Files.readAllBytes(path)).isEqualTo(MODEL);
        // A connection that is reset may lose a little of what was sent last.
        assertThat(hub.requests.getLast()).matches(".* bytes=(1\\d{5}|200000)-").doesNotEndWith("bytes=100000-");
    }

    @Test
    void goesOnInALaterPullWhereAnEarlierOneGaveUp() throws IOException {
        hub.breaks.set(3);
        hub.breakAfterBytes = 50_000;
        assertThatThrownBy(() -> store().resolve(NAME, ProgressListener.none()))
                .hasMessageContaining("the connection broke 3 times")
                .hasMessageContaining("pull again to go on");
        assertThat(store().list()).isEmpty();
        Path path = store().resolve(NAME, ProgressListener.none());
        assertThat(Files.readAllBytes(path)).isEqualTo(MODEL);
        assertThat(hub.requests.getLast()).matches(".* bytes=1[0-5]\\d{4}-");
    }

    @Test
    void beginsAnewWhenTheFileChangedMeanwhile() throws IOException {
        hub.breaks.set(3);
        hub.breakAfterBytes = 50_000;
        assertThatThrownBy(() -> store().resolve(NAME, ProgressListener.none())).isInstanceOf(HubException.class);
        hub.etag = "\"two\"";
        assertThat(Files.readAllBytes(store().resolve(NAME, ProgressListener.none())))
                .isEqualTo(MODEL);
    }

    @Test
    void worksWithAServerThatKnowsNoRanges() throws IOException {
        hub.ranges = false;
        hub.breaks.set(1);
        hub.breakAfterBytes = 50_000;
        assertThat(Files.readAllBytes(store().resolve(NAME, ProgressListener.none())))
                .isEqualTo(MODEL);
    }

    @Test
    void asksForTheDigestWhenTheListHasNone() throws IOException {
        hub.listsDigests = false;
        assertThat(Files.readAllBytes(store().resolve(NAME, ProgressListener.none())))
                .isEqualTo(MODEL);
        assertThat(hub.requests).anyMatch(r -> r.startsWith("HEAD"));
    }

    @Test
    void refusesAWrongHashAndKeepsNothingOfIt() throws IOException {
        hub.wrongContent = true;
        assertThatThrownBy(() -> store().resolve(NAME, ProgressListener.none()))
                .hasMessageContaining("SHA-256 of the download")
                .hasMessageContaining(FakeHub.digest(MODEL));
        assertThat(files("blobs")).isEmpty();
        assertThat(files("partial")).isEmpty();
    }

    @Test
    void replacesADamagedPartOfAnEarlierPull() throws IOException {
        Files.createDirectories(home.resolve("partial"));
        Files.write(home.resolve("partial").resolve(FakeHub.digest(MODEL) + ".part"), bytes(1000, 9));
        assertThat(Files.readAllBytes(store().resolve(NAME, ProgressListener.none())))
                .isEqualTo(MODEL);
    }

    @Test
    void triesAgainWhenTheServerIsUnavailable() {
        hub.unavailable.set(2);
        assertThat(store().resolve(NAME, ProgressListener.none())).exists();
        hub.unavailable.set(3);
        assertThatThrownBy(() -> store().pull("hf:org/repo-GGUF:Q4_K_M", ProgressListener.none()))
                .hasMessageContaining("answered 503");
    }

    @Test
    void endsAConnectionThatStalls() throws IOException {
        options = options.withTimeout(Duration.ofMillis(200)).withAttempts(2, Duration.ofMillis(5));
        hub.pauseMillisPerBlock = 2000;
        assertThatThrownBy(() -> store().resolve(NAME, ProgressListener.none()))
                .hasMessageContaining("the connection broke 2 times");
    }

    @Test
    void saysWhatARefusalMeans() {
        record Case(int status, String code, String meaning) {}
        for (Case c : List.of(
                new Case(403, "GatedRepo", "accept the model's terms"),
                new Case(401, "RepoNotFound", "no such repository"),
                new Case(401, "", "HF_TOKEN"),
                new Case(404, "RevisionNotFound", "no such revision"),
                new Case(404, "", "not found"))) {
            hub.refusal = c.status;
            hub.refusalCode = c.code;
            assertThatThrownBy(() -> store().pull(NAME, ProgressListener.none()))
                    .hasMessageContaining(c.meaning)
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void listsWhatThereIsWhenAQuantisationIsMissing() {
        assertThatThrownBy(() -> store().pull("hf:org/repo-GGUF:Q3_K_S", ProgressListener.none()))
                .hasMessageContaining("no Q3_K_S in it (there is: repo-Q4_K_M, repo-Q8_0)");
        assertThatThrownBy(() -> store().pull("hf:org/other", ProgressListener.none()))
                .hasMessageContaining("no such repository");
    }

    @Test
    void keepsASafetensorsFolderTogether() throws IOException {
        hub.with("org/folder", "config.json", bytes(20, 4))
                .with("org/folder", "model.safetensors", bytes(5000, 5))
                .with("org/folder", "tokenizer.json", bytes(30, 6))
                .with("org/folder", "pytorch_model.bin", bytes(40, 7));
        Path folder = store().resolve("hf:org/folder", ProgressListener.none());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("config.json", "model.safetensors", "tokenizer.json");
        }
    }

    @Test
    void opensASplitGgufByItsFirstPart() {
        hub.with("org/split", "big-Q8_0-00001-of-00002.gguf", bytes(50, 4))
                .with("org/split", "big-Q8_0-00002-of-00002.gguf", bytes(50, 5));
        Path path = store().resolve("hf:org/split", ProgressListener.none());
        assertThat(path.getFileName()).hasToString("big-Q8_0-00001-of-00002.gguf");
        assertThat(path.resolveSibling("big-Q8_0-00002-of-00002.gguf")).exists();
    }

    @Test
    void refusesARepositoryWhosePathsLeaveTheFolder() {
        hub.with("org/evil", "../../evil.gguf", bytes(50, 4));
        assertThatThrownBy(() -> store().pull("hf:org/evil", ProgressListener.none()))
                .hasMessageContaining("../../evil.gguf");
        assertThat(home.resolve("../../evil.gguf")).doesNotExist();
    }

    @Test
    void removesOnlyWhatNoOtherModelHas() throws IOException {
        store().pull(NAME, ProgressListener.none());
        store().copy(NAME, "mine");
        store().pull("hf:org/repo-GGUF:Q4_K_M", ProgressListener.none());
        store().remove(NAME);
        assertThat(Files.readAllBytes(store().resolve("mine", ProgressListener.none())))
                .isEqualTo(MODEL);
        store().remove("mine");
        assertThat(files("blobs")).hasSize(1);
        assertThat(store().list()).extracting(StoredModel::name).containsExactly("hf:org/repo-GGUF:Q4_K_M");
        assertThatThrownBy(() -> store().remove("mine")).hasMessageContaining("not in the store");
    }

    @Test
    void fetchesNothingWhenOffline() {
        options = options.withOffline(true);
        assertThatThrownBy(() -> store().resolve(NAME, ProgressListener.none()))
                .hasMessageContaining("not in the store, and offline");
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void reportsACorruptManifestInOneLineAndPullsOverIt() throws IOException {
        store().pull(NAME, ProgressListener.none());
        Path manifest = files("manifests").getFirst();
        Files.writeString(manifest, "{\"version\":1,\"name\":");
        assertThat(store().list()).isEmpty();
        assertThat(store().problems())
                .singleElement()
                .asString()
                .contains("manifest")
                .doesNotContain("\n");
        assertThatThrownBy(() -> store().resolve(NAME, ProgressListener.none()))
                .hasMessageContaining("pull the model again")
                .hasMessageNotContaining("\n");
        assertThat(store().pull(NAME, ProgressListener.none()).path()).exists();
        assertThat(store().problems()).isEmpty();
    }

    @Test
    void pullsAgainWhenAFileIsMissing() throws IOException {
        Path path = store().resolve(NAME, ProgressListener.none());
        Files.delete(path);
        assertThat(store().list()).isEmpty();
        assertThat(store().problems()).singleElement().asString().contains("files are missing");
        assertThat(store().resolve(NAME, ProgressListener.none())).exists();
    }

    @Test
    void noticesAFileOfAnotherSizeAndPullsItAgain() throws IOException {
        Path path = store().resolve(NAME, ProgressListener.none());
        Files.write(path, new byte[] {1}, StandardOpenOption.APPEND);
        assertThat(store().list()).isEmpty();
        assertThatThrownBy(() -> store().show(NAME))
                .hasMessageContaining("have changed")
                .hasMessageContaining("pull it again")
                .hasMessageNotContaining("\n");
        assertThat(Files.readAllBytes(store().resolve(NAME, ProgressListener.none())))
                .isEqualTo(MODEL);
    }

    @Test
    void findsAndRepairsAFileOfTheSameSizeWhenItIsPulledAgain() throws IOException {
        hub.with("org/split", "m-Q8_0-00001-of-00002.gguf", bytes(500, 5))
                .with("org/split", "m-Q8_0-00002-of-00002.gguf", bytes(600, 6));
        String split = "hf:org/split:Q8_0";
        for (String name : List.of(NAME, split)) {
            Path path = store().resolve(name, ProgressListener.none());
            byte[] right = Files.readAllBytes(path);
            byte[] wrong = right.clone();
            wrong[100] ^= 1;
            Files.write(path, wrong);
            store().pull(name, ProgressListener.none());
            assertThat(Files.readAllBytes(store().show(name).path())).isEqualTo(right);
        }
        hub.requests.clear();
        store().pull(NAME, ProgressListener.none());
        assertThat(hub.requests).noneMatch(request -> request.contains("/cdn/"));
    }

    @Test
    void saysInOneLineThatTheStoreIsAFile() throws IOException {
        options = options.withHome(Files.writeString(home.resolve("file"), "mine"));
        List<ThrowingCallable> calls = List.of(
                () -> store().pull(NAME, ProgressListener.none()),
                () -> store().resolve(NAME, ProgressListener.none()),
                () -> store().list(),
                () -> store().problems(),
                () -> store().show(NAME),
                () -> store().remove(NAME),
                () -> store().copy(NAME, "mine"));
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOf(HubException.class)
                    .hasMessage(
                            "store " + home.resolve("file") + ": a file (expected: a folder; WOK_HOME names another)");
        }
        assertThat(home.resolve("file")).hasContent("mine");
    }

    /** Who may write everywhere (root) is not stopped by a folder's permissions; then the pull must work. */
    @Test
    void readsAStoreThatIsReadOnlyAndSaysSoWhenItMustWrite() throws IOException {
        Path stored = store().resolve(NAME, ProgressListener.none());
        List<Path> folders = Stream.concat(Stream.of(home), files("").stream()).toList();
        folders.forEach(folder -> folder.toFile().setWritable(false));
        try {
            assertThat(store().resolve(NAME, ProgressListener.none())).isEqualTo(stored);
            String other = "hf:org/repo-GGUF:Q4_K_M";
            if (Files.isWritable(home)) {
                assertThat(store().resolve(other, ProgressListener.none())).hasSize(1000);
            } else {
                assertThatThrownBy(() -> store().pull(other, ProgressListener.none()))
                        .hasMessageContaining("not writable")
                        .hasMessageContaining("WOK_HOME")
                        .hasMessageNotContaining("\n");
            }
        } finally {
            folders.forEach(folder -> folder.toFile().setWritable(true));
        }
    }

    /** Below /proc nobody can make a folder, root neither; elsewhere an ordinary user can't make one at the root. */
    @Test
    void saysThatTheStoreCanNotBeMade() {
        options = options.withHome(Path.of("/proc/wok-store"));
        assertThatThrownBy(() -> store().pull(NAME, ProgressListener.none()))
                .hasMessageContaining("store " + options.home() + ": not writable")
                .hasMessageContaining("WOK_HOME")
                .hasMessageNotContaining("\n");
    }

    @Test
    void saysHowMuchRoomIsMissing() {
        ModelStore small = new ModelStore(options, folder -> 1000, Clock.systemUTC());
        assertThatThrownBy(() -> small.pull(NAME, ProgressListener.none()))
                .hasMessageContaining("300.0 kB needed, 1.0 kB free")
                .hasMessageContaining("WOK_HOME");
    }

    @Test
    void saysThatTheStoreCanNotBeWritten() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "");
        options = options.withHome(file.resolve("inside"));
        assertThatThrownBy(() -> store().pull(NAME, ProgressListener.none()))
                .hasMessageContaining("not writable")
                .hasMessageNotContaining("\n");
    }

    @Test
    void removesNothingDuringAPull() throws IOException {
        store().pull(NAME, ProgressListener.none());
        StoreFolder folder = new StoreFolder(home, DiskSpace.ofSystem());
        try (StoreLock _ = StoreLock.againstRemoval(folder);
                StoreLock _ = StoreLock.againstRemoval(folder)) {
            assertThatThrownBy(() -> store().remove(NAME)).hasMessageContaining("try again when it is done");
        }
        store().remove(NAME);
        assertThat(files("blobs")).isEmpty();
    }

    @Test
    void listsEachSourceWithItsReason() {
        Catalogue catalogue = Catalogue.parse("test", """
                {"models":[{"name":"tiny:1m","family":"Tiny","parameters":"1M","licence":"MIT","default":true,
                "sources":[{"name":"hf:org/none","quantisation":"Q8_0"},
                {"name":"hf:org/repo-GGUF:Q2_K","quantisation":"Q2_K"}]}]}
                """.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        options = options.withCatalogue(catalogue);
        assertThatThrownBy(() -> store().resolve("tiny", ProgressListener.none()))
                .hasMessageContaining("model tiny:1m: none of its sources works: hf:org/none: ")
                .hasMessageContaining("; hf:org/repo-GGUF:Q2_K: ")
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void takesTheNextSourceWhenOneFails() {
        Catalogue catalogue = Catalogue.parse("test", """
                {"models":[{"name":"tiny:1m","family":"Tiny","parameters":"1M","licence":"MIT",
                "sources":[{"name":"hf:org/none","quantisation":"Q8_0"},
                {"name":"hf:org/repo-GGUF:Q8_0","quantisation":"Q8_0"}]}]}
                """.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        options = options.withCatalogue(catalogue);
        List<String> failures = new ArrayList<>();
        StoredModel model = store().pull("tiny:1m", new ProgressListener() {
            @Override
            public void progress(String what, long bytes, long total) {
                assertThat(bytes).isLessThanOrEqualTo(total);
            }

            @Override
            public void phase(Phase phase, String what) {
                if (phase == Phase.SOURCE_FAILED) {
                    failures.add(what);
                }
            }
        });
        assertThat(failures).hasSize(1);
        assertThat(model.source()).startsWith("hf:org/repo-GGUF@");
        assertThat(model.licence()).isEqualTo("MIT");
    }

    @Test
    void resolvesPathsAsTheyAre() throws IOException {
        Path file = Files.writeString(home.resolve("own.gguf"), "x");
        assertThat(store().resolve(file.toString(), ProgressListener.none())).isEqualTo(file);
        assertThatThrownBy(() -> store().resolve("org/repo", ProgressListener.none()))
                .hasMessageContaining("did you mean hf:org/repo?");
        assertThatThrownBy(() -> store().resolve("smolm2", ProgressListener.none()))
                .hasMessageContaining("did you mean smollm2:135m");
    }

    private List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve(folder))) {
            return files.toList();
        }
    }
}
