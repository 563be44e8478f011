package wok.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The store on disk:
 *
 * <pre>
 * blobs/sha256-…          whole, verified files; the name is the content
 * manifests/….json        one for each model's name: what it consists of ({@link Manifest})
 * models/…/               folders of links to blobs, for models of several files; the name is the list's digest
 * partial/….part          downloads on their way, resumable; partial/….work/ archives being unpacked
 * packed/…               what was computed from models, to be deleted at will ({@link PackedFolder})
 * locks/                  empty files that processes lock ({@link StoreLock})
 * </pre>
 *
 * <p>Order makes it safe against being killed: a file is verified and forced to disk before it is renamed to its blob, a
 * folder of links is renamed to its place when it is whole, and a manifest is renamed to its place after everything it
 * lists. Whatever is cut off in between is either an unfinished file under {@code partial/} or a blob that nobody lists.
 *
 * <p>Any thread; what must not happen at the same time is for {@link StoreLock} to keep apart.
 */
final class StoreFolder {
    private static final int NAME_CHARACTERS_MAX = 60;
    /** With less than this free, any failed write is the disk's fullness. */
    private static final long NEARLY_FULL_BYTES = 1 << 20;

    private final Path home;
    private final DiskSpace space;

    StoreFolder(Path home, DiskSpace space) {
        this.home = home;
        this.space = space;
    }

    Path home() {
        return home;
    }

    Path blob(String sha256) {
        return home.resolve("blobs").resolve("sha256-" + sha256);
    }

    Path manifest(String name) {
        return home.resolve("manifests").resolve(fileName(name) + ".json");
    }

    Path part(String key) {
        return home.resolve("partial").resolve(key + ".part");
    }

    Path work(String name) {
        return home.resolve("partial").resolve(fileName(name) + ".work");
    }

    Path lock(String key) {
        return home.resolve("locks").resolve(key + ".lock");
    }

    PackedFolder packed() {
        return new PackedFolder(home);
    }

    /** What the packed weights of a model take. */
    long packedBytes(Manifest manifest) {
        boolean isOneFile = manifest.files().size() == 1;
        Path model = isOneFile ? opened(manifest) : linkFolder(manifest);
        return packed().bytes(model.getFileName().toString());
    }

    /** Readable beginning, unique end, and no letters that some file system refuses or folds. */
    static String fileName(String name) {
        String readable = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
        String start = readable.substring(0, Math.min(NAME_CHARACTERS_MAX, readable.length()));
        return start + "-" + Sha256.of(name).substring(0, 16);
    }

    /** Whether a path of a manifest or of a repository stays inside its folder on every system. */
    static boolean isInside(String path) {
        if (path.isEmpty() || path.indexOf('\\') >= 0 || path.indexOf(':') >= 0) {
            return false;
        }
        for (String step : path.split("/", -1)) {
            if (step.isEmpty() || step.equals(".") || step.equals("..")) {
                return false;
            }
        }
        return path.chars().noneMatch(Character::isISOControl);
    }

    /** A store that was never used may be absent; anything else that stands in its place is an error. */
    void requireFolder() {
        if (Files.exists(home) && !Files.isDirectory(home)) {
            throw new HubException("store " + home + ": a file (expected: a folder; WOK_HOME names another)");
        }
    }

    /** Makes the folders. */
    void prepare() {
        requireFolder();
        try {
            for (String folder : List.of("blobs", "manifests", "models", "partial", "locks")) {
                Files.createDirectories(home.resolve(folder));
            }
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    /**
     * Why a file of the store could not be written to its end. Refusals to open it are one thing; a disk, a quota or a
     * limit on file sizes that ends in the middle of writing is the other, and only then is it room that is missing.
     *
     * @param needed bytes that were still to come; -1 when unknown
     * @param kept what became of what was written, and what to do next
     */
    HubException writeFailed(String file, long needed, String kept, IOException e) {
        long usable = usableBytes();
        if (e instanceof FileSystemException && usable > NEARLY_FULL_BYTES) {
            return notWritable(e);
        }
        String more = needed > 0 ? Printable.bytes(needed) + " more needed, " : "";
        return new HubException(
                file + ": could not be written: " + Printable.reason(e) + ": " + more + Printable.bytes(usable)
                        + " free at " + home
                        + " (expected: room for it on the disk, and no quota or limit on file sizes"
                        + " below it); " + kept,
                e);
    }

    HubException notWritable(IOException e) {
        return new HubException(
                "store " + home + ": not writable: " + Printable.reason(e)
                        + " (expected: a folder that can be written; WOK_HOME names another)",
                e);
    }

    /**
     * Makes sure that so many more bytes fit.
     *
     * @throws HubException saying how many are needed and how many there are
     */
    void requireSpace(long bytes) {
        long usable = usableBytes();
        if (bytes > usable) {
            throw new HubException("store " + home + ": " + Printable.bytes(bytes) + " needed, "
                    + Printable.bytes(usable) + " free (expected: free some, or set WOK_HOME to a larger disk)");
        }
    }

    long usableBytes() {
        try {
            return space.usableBytes(home);
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    /**
     * The manifest of this name.
     *
     * @throws HubException if there is one and it can't be read
     */
    Optional<Manifest> read(String name) {
        requireFolder();
        Path path = manifest(name);
        try {
            return Optional.of(Manifest.parse(path, Files.readAllBytes(path)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new HubException("manifest " + path + ": " + Printable.reason(e), e);
        }
    }

    /** All files that are manifests by their names. */
    List<Path> manifests() {
        requireFolder();
        List<Path> found = new ArrayList<>();
        Path folder = home.resolve("manifests");
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
            files.forEach(found::add);
        } catch (IOException e) {
            throw new HubException("store " + home + ": " + Printable.reason(e), e);
        }
        found.sort(null);
        return found;
    }

    /** Writes a manifest so that it is either the old one or the new one, whenever the machine stops. */
    void write(Manifest manifest) throws IOException {
        Path target = manifest(manifest.name());
        Path next = target.resolveSibling(target.getFileName() + ".new");
        try {
            Files.writeString(
                    next,
                    manifest.toJson() + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            moveIntoPlace(next, target);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /** Renames and makes the renaming last. */
    static void moveIntoPlace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(to.toAbsolutePath().getParent());
    }

    private static void forceFolder(@org.jspecify.annotations.Nullable Path folder) throws IOException {
        boolean foldersCanBeOpened = java.io.File.separatorChar == '/';
        if (folder != null && foldersCanBeOpened) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /**
     * Whether a blob is there and its bytes are those of its name: read and hashed, at disk speed. A pull asks this of
     * what it need not fetch, and so repairs what has changed on the disk since.
     *
     * @param bytes its size, if known; negative otherwise
     */
    boolean isIntact(String sha256, long bytes) throws IOException {
        Path blob = blob(sha256);
        return Files.isRegularFile(blob)
                && (bytes < 0 || Files.size(blob) == bytes)
                && Sha256.of(blob).equals(sha256);
    }

    /** Whether every file that it lists is there with its size. */
    boolean isWhole(Manifest manifest) {
        for (StoredFile file : manifest.files()) {
            try {
                if (Files.size(blob(file.sha256())) != file.bytes()) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return Files.exists(opened(manifest));
    }

    /** What a reader of models opens: the only file, the first of a split GGUF, or the folder. */
    Path opened(Manifest manifest) {
        List<StoredFile> files = manifest.files();
        if (files.size() == 1) {
            return blob(files.getFirst().sha256());
        }
        Path folder = linkFolder(manifest);
        boolean isSplitGguf = files.stream().allMatch(file -> file.path().endsWith(".gguf"));
        return isSplitGguf ? folder.resolve(files.getFirst().path()) : folder;
    }

    private Path linkFolder(Manifest manifest) {
        StringBuilder list = new StringBuilder();
        for (StoredFile file : manifest.files()) {
            list.append(file.sha256()).append(' ').append(file.path()).append('\n');
        }
        return home.resolve("models").resolve(Sha256.of(list.toString()));
    }

    /** Makes the folder of links of a model of several files. */
    void link(Manifest manifest) throws IOException {
        Path folder = linkFolder(manifest);
        if (manifest.files().size() == 1 || isLinked(manifest, folder)) {
            return;
        }
        Path next = folder.resolveSibling(folder.getFileName() + ".new");
        deleteTree(next);
        for (StoredFile file : manifest.files()) {
            Path link = next.resolve(file.path());
            Files.createDirectories(link.resolve(".."));
            linkOrCopy(link, blob(file.sha256()));
        }
        deleteTree(folder);
        Files.move(next, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A blob that was repaired is another file than the one that the links of before lead to. */
    private boolean isLinked(Manifest manifest, Path folder) throws IOException {
        for (StoredFile file : manifest.files()) {
            Path link = folder.resolve(file.path());
            if (!Files.exists(link) || !Files.isSameFile(link, blob(file.sha256()))) {
                return false;
            }
        }
        return true;
    }

    private static void linkOrCopy(Path link, Path blob) throws IOException {
        try {
            Files.createLink(link, blob);
        } catch (UnsupportedOperationException | IOException refusedByFileSystem) {
            Files.copy(blob, link, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Deletes those files of a removed model that none of the others has. */
    void sweep(Manifest removed, List<Manifest> others) throws IOException {
        Set<String> kept = new HashSet<>();
        Set<Path> keptFolders = new HashSet<>();
        for (Manifest other : others) {
            other.files().forEach(file -> kept.add(file.sha256()));
            keptFolders.add(linkFolder(other));
        }
        for (StoredFile file : removed.files()) {
            if (!kept.contains(file.sha256())) {
                Files.deleteIfExists(blob(file.sha256()));
                packed().remove(blob(file.sha256()).getFileName().toString());
            }
        }
        if (!keptFolders.contains(linkFolder(removed))) {
            deleteTree(linkFolder(removed));
            packed().remove(linkFolder(removed).getFileName().toString());
        }
    }

    /** Deletes a folder and what is in it; links are deleted, not followed. */
    static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var walk = Files.walk(folder)) {
            for (Path path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
