package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackedFolderTest {
    private static final String SHA256 = "0123456789abcdef".repeat(4);

    @TempDir
    private Path home;

    @TempDir
    private Path elsewhere;

    private ModelStore store;

    @BeforeEach
    void aStore() throws IOException {
        store = ModelStore.open(HubOptions.of(Map.of()).withHome(home));
        for (String folder : List.of("blobs", "manifests", "models", "locks")) {
            Files.createDirectories(home.resolve(folder));
        }
    }

    /** A file of holes takes no room. */
    private static Path large(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(PackedFolder.BYTES_MIN);
        }
        return path;
    }

    private Path blob() throws IOException {
        return large(home.resolve("blobs").resolve("sha256-" + SHA256));
    }

    private StoredModel stored(String name) throws IOException {
        StoreFolder folder = new StoreFolder(home, DiskSpace.ofSystem());
        List<StoredFile> files = List.of(new StoredFile("m.gguf", PackedFolder.BYTES_MIN, SHA256));
        folder.write(new Manifest(name, "hf:org/repo", "mit", Instant.EPOCH, files));
        return store.show(name);
    }

    private PackedPlace place(Path model) {
        return store.packedPlace(model).orElseThrow();
    }

    @Test
    void aStoredModelsPackedWeightsGoWithItsLastName() throws IOException {
        Path blob = blob();
        stored("one:1b");
        stored("two:1b");
        PackedPlace place = place(blob);
        Files.createDirectories(place.file().resolveSibling(""));
        Files.write(place.file(), new byte[5000]);
        Files.write(place.file().resolveSibling(place.file().getFileName() + ".77.1.new"), new byte[3000]);
        assertThat(place.file()).startsWith(home).hasFileName("sha256-" + SHA256 + ".packed");
        assertThat(store.show("one:1b").packedBytes()).isEqualTo(8000);
        assertThat(store.packedBytes()).isEqualTo(8000);
        store.remove("one:1b");
        assertThat(place.file()).exists();
        store.remove("two:1b");
        assertThat(home.resolve("packed")).isEmptyDirectory();
    }

    @Test
    void everythingPackedCanBeRemovedWithoutTheModels() throws IOException {
        Path blob = blob();
        PackedPlace place = place(blob);
        stored("one:1b");
        Files.createDirectories(place.file().resolveSibling(""));
        Files.write(place.file(), new byte[5000]);
        store.removePacked();
        assertThat(store.packedBytes()).isZero();
        assertThat(store.show("one:1b").packedBytes()).isZero();
        assertThat(place(blob)).isEqualTo(place);
    }

    @Test
    void aModelElsewhereHasAPlaceAndLosesItWithItsFile() throws IOException {
        Path model = large(elsewhere.resolve("model.gguf"));
        PackedPlace place = place(model);
        assertThat(place.file()).startsWithRaw(home);
        Files.write(place.file(), new byte[5000]);
        assertThat(place(elsewhere.resolve(".").resolve("model.gguf"))).isEqualTo(place);
        Path link = Files.createSymbolicLink(elsewhere.resolve("link.gguf"), model);
        assertThat(place(link)).isEqualTo(place);
        Files.delete(model);
        place(large(elsewhere.resolve("another.gguf")));
        assertThat(place.file()).doesNotExist();
    }

    @Test
    void aChangedFileIsAnotherContentEvenWithItsOldSizeAndTime() throws IOException {
        Path model = large(elsewhere.resolve("model.gguf"));
        FileTime time = Files.getLastModifiedTime(model);
        PackedPlace before = place(model);
        try (FileChannel channel = FileChannel.open(model, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), 5_000_000);
        }
        Files.setLastModifiedTime(model, time);
        PackedPlace after = place(model);
        assertThat(after.file()).isEqualTo(before.file());
        assertThat(after.content()).isNotEqualTo(before.content());
    }

    @Test
    void everyPartOfASplitModelCounts() throws IOException {
        Path first = large(elsewhere.resolve("m-00001-of-00002.gguf"));
        Path second = large(elsewhere.resolve("m-00002-of-00002.gguf"));
        large(elsewhere.resolve("other.gguf"));
        PackedPlace before = place(first);
        Files.write(elsewhere.resolve("other.gguf"), new byte[] {1});
        assertThat(place(first)).isEqualTo(before);
        Files.write(second, new byte[] {1});
        assertThat(place(first).content()).isNotEqualTo(before.content());
    }

    @Test
    void aFolderIsItsWeightsAndItsConfiguration() throws IOException {
        large(elsewhere.resolve("model.safetensors"));
        Files.writeString(elsewhere.resolve("config.json"), "{}");
        PackedPlace before = place(elsewhere);
        Files.writeString(elsewhere.resolve("notes.txt"), "mine");
        assertThat(place(elsewhere)).isEqualTo(before);
        Files.writeString(elsewhere.resolve("config.json"), "{ }");
        assertThat(place(elsewhere).content()).isNotEqualTo(before.content());
    }

    @Test
    void smallModelsAbsentOnesAndUnwantedKeepingHaveNoPlace() throws IOException {
        Path small = Files.write(elsewhere.resolve("small.gguf"), new byte[1000]);
        assertThat(store.packedPlace(small)).isEmpty();
        assertThat(store.packedPlace(elsewhere.resolve("absent.gguf"))).isEmpty();
        assertThat(home.resolve("packed")).doesNotExist();
        HubOptions off = HubOptions.of(Map.of("WOK_PACKED", "off")).withHome(home);
        assertThat(ModelStore.open(off).packedPlace(blob())).isEmpty();
    }

    @Test
    void aStoreThatCannotBeMadeHasNoPlaceForModelsElsewhere() throws IOException {
        Path file = Files.writeString(elsewhere.resolve("in the way"), "");
        ModelStore none = ModelStore.open(HubOptions.of(Map.of()).withHome(file));
        assertThat(none.packedPlace(large(elsewhere.resolve("model.gguf")))).isEmpty();
    }
}
