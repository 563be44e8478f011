package wok.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The store's folder {@code packed/}: weights as the kernels read them, kept by whoever loads a model. All of it may be
 * deleted at any time; it is only ever a copy.
 *
 * <p>A model of the store has a file of its blob's or folder's name, which goes with the model. A model that lies
 * elsewhere has a file named after its path, and a small {@code .source} beside it that holds the path, so that the file
 * goes when its model has gone.
 *
 * <p>Which bytes a file was made of is not found out by reading them all, which would cost as much as packing them: for
 * each of the model's files the content holds size, inode, time of the last change to the bytes and, where there is one,
 * to the inode, which no program can set back, and a digest of {@value #SAMPLES} samples. Any thread.
 */
final class PackedFolder {
    /** Smaller models are packed in no time. */
    static final long BYTES_MIN = 16L << 20;

    private static final String ENDING = ".packed";
    private static final String SOURCE = ".source";
    private static final int SAMPLES = 16;
    private static final int SAMPLE_BYTES = 4096;
    private static final int FILES_MAX = 10_000;
    private static final List<String> MODEL_FILES = List.of(".safetensors", ".gguf", ".json");
    private static final Pattern PART = Pattern.compile("(.*)-\\d{5}-of-\\d{5}\\.gguf");

    private final Path home;

    PackedFolder(Path home) {
        this.home = home.toAbsolutePath().normalize();
    }

    private Path folder() {
        return home.resolve("packed");
    }

    /**
     * The place of the model that is opened as {@code model}; empty when it is small, when its files can't be looked
     * at, which whoever opens it will find out, and when nothing can be written here.
     */
    Optional<PackedPlace> place(Path model) {
        try {
            Path real = model.toRealPath();
            List<Path> files = files(real);
            if (bytes(files) < BYTES_MIN) {
                return Optional.empty();
            }
            Optional<String> stored = storedName(real);
            if (stored.isEmpty()) {
                noteSource(real);
            }
            return Optional.of(new PackedPlace(file(stored.orElseGet(() -> outsideName(real))), content(files)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A blob's name, or that of a folder of links. */
    private Optional<String> storedName(Path real) throws IOException {
        Path store = Files.exists(home) ? home.toRealPath() : home;
        if (!real.startsWith(store)) {
            return Optional.empty();
        }
        Path inside = store.relativize(real);
        boolean isModel = inside.getNameCount() >= 2 && (inside.startsWith("blobs") || inside.startsWith("models"));
        return isModel ? Optional.of(inside.getName(1).toString()) : Optional.empty();
    }

    private static String outsideName(Path real) {
        return "path-" + StoreFolder.fileName(real.toString());
    }

    private Path file(String name) {
        return folder().resolve(name + ENDING);
    }

    private static long bytes(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static String content(List<Path> files) throws IOException {
        MessageDigest digest = Sha256.start();
        for (Path file : files) {
            digest.update(stamp(file).getBytes(StandardCharsets.UTF_8));
            sample(file, digest);
        }
        return Sha256.finish(digest);
    }

    /** The model's files: the file and the other parts of a split model, or what a folder holds. */
    private static List<Path> files(Path real) throws IOException {
        if (Files.isDirectory(real)) {
            return regularFiles(real, name -> MODEL_FILES.stream().anyMatch(name::endsWith));
        }
        Matcher part = PART.matcher(real.getFileName().toString());
        return part.matches()
                ? regularFiles(real.resolveSibling(""), name -> name.startsWith(part.group(1)))
                : List.of(real);
    }

    private static List<Path> regularFiles(Path folder, Predicate<String> isMeant) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isRegularFile)
                    .filter(file -> isMeant.test(file.getFileName().toString()))
                    .sorted()
                    .limit(FILES_MAX)
                    .toList();
        }
    }

    private static String stamp(Path file) throws IOException {
        boolean isUnix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
        String attributes = isUnix ? "unix:size,ino,lastModifiedTime,ctime" : "size,lastModifiedTime";
        return file.getFileName() + " " + new java.util.TreeMap<>(Files.readAttributes(file, attributes)) + "\n";
    }

    private static void sample(Path file, MessageDigest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long last = Math.max(0, channel.size() - SAMPLE_BYTES);
            ByteBuffer bytes = ByteBuffer.allocate(SAMPLE_BYTES);
            for (int i = 0; i < SAMPLES; i++) {
                bytes.clear();
                channel.read(bytes, last / (SAMPLES - 1) * i);
                digest.update(bytes.flip());
            }
        }
    }

    private void noteSource(Path real) throws IOException {
        Path note = folder().resolve(outsideName(real) + SOURCE);
        if (!Files.exists(note)) {
            Files.createDirectories(folder());
            removeOfAbsentModels();
            Files.writeString(note, real.toString());
        }
    }

    /** What was kept of models outside the store that are gone. */
    private void removeOfAbsentModels() throws IOException {
        for (Path note : entries("*" + SOURCE)) {
            if (!Files.exists(Path.of(Files.readString(note)))) {
                String name = note.getFileName().toString();
                remove(name.substring(0, name.length() - SOURCE.length()));
            }
        }
    }

    /** Removes what is kept of this blob, folder or outside model, half-written files too. */
    void remove(String name) throws IOException {
        for (Path file : entries(name + ".*")) {
            Files.deleteIfExists(file);
        }
    }

    /** Removes all that is kept. */
    void removeAll() throws IOException {
        for (Path file : entries("*")) {
            Files.deleteIfExists(file);
        }
    }

    /** What all packed weights take. */
    long bytes() {
        return bytesOf("*");
    }

    /** What the packed weights of this blob or folder take. */
    long bytes(String name) {
        return bytesOf(name + ".*");
    }

    private long bytesOf(String pattern) {
        try {
            return bytes(entries(pattern));
        } catch (IOException removedMeanwhile) {
            return 0;
        }
    }

    private List<Path> entries(String pattern) throws IOException {
        if (!Files.isDirectory(folder())) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(), pattern)) {
            files.forEach(found::add);
        }
        return found;
    }
}
