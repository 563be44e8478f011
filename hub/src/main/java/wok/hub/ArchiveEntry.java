package wok.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * One named file inside a package's archive, streamed: nothing else is unpacked, so nothing can land outside. Wheels and
 * jars are zip files; npm's packages are gzipped tar files, whose first folder ({@code package/}) does not count.
 *
 * <p>An archive may claim one size and unpack to another, or to terabytes. What comes out must have the declared size,
 * and the declared size must be at most {@link #ENTRY_BYTES_MAX} and fit the disk, before a byte is written.
 *
 * <p>One thread.
 */
final class ArchiveEntry {
    /** Larger than any model that fits one package, smaller than a bomb that fills a disk array. */
    static final long ENTRY_BYTES_MAX = 1L << 40;

    /** Takes the entry's bytes. */
    @FunctionalInterface
    interface Sink {
        void accept(byte[] buffer, int count) throws IOException;
    }

    /** Told the declared size before the first byte; throws if it is not welcome. */
    @FunctionalInterface
    interface SizeCheck {
        void check(long bytes);
    }

    private ArchiveEntry() {}

    /**
     * Streams an entry.
     *
     * @throws HubException if the archive has no such file or is not what it claims to be
     */
    static void stream(Path archive, String entry, SizeCheck check, Sink sink) throws IOException {
        String name = String.valueOf(archive.getFileName()).toLowerCase(Locale.ROOT);
        try {
            if (name.endsWith(".tgz") || name.endsWith(".tar.gz")) {
                tar(archive, entry, check, sink);
            } else {
                zip(archive, entry, check, sink);
            }
        } catch (ZipException | java.io.EOFException e) {
            throw new HubException(name + ": a damaged archive: " + Printable.reason(e), e);
        }
    }

    private static void zip(Path archive, String entry, SizeCheck check, Sink sink) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            ZipEntry found = zip.getEntry(entry);
            if (found == null || found.isDirectory()) {
                throw absent(archive, entry);
            }
            try (InputStream in = zip.getInputStream(found)) {
                copy(archive, entry, in, checked(archive, found.getSize(), check), sink);
            }
        }
    }

    private static void tar(Path archive, String entry, SizeCheck check, Sink sink) throws IOException {
        try (InputStream file = Files.newInputStream(archive);
                TarReader tar = new TarReader(new GZIPInputStream(file, 1 << 16))) {
            while (tar.next()) {
                String path = tar.path();
                String inPackage = path.substring(path.indexOf('/') + 1);
                if (inPackage.equals(entry)) {
                    if (!tar.isFile()) {
                        throw new HubException(archive.getFileName() + ": " + entry + ": a link (expected: a file)");
                    }
                    copy(archive, entry, tar.content(), checked(archive, tar.bytes(), check), sink);
                    return;
                }
            }
        }
        throw absent(archive, entry);
    }

    private static long checked(Path archive, long bytes, SizeCheck check) {
        if (bytes < 0 || bytes > ENTRY_BYTES_MAX) {
            throw new HubException(
                    archive.getFileName() + ": declares " + bytes + " bytes (expected: 0 to " + ENTRY_BYTES_MAX + ")");
        }
        check.check(bytes);
        return bytes;
    }

    private static void copy(Path archive, String entry, InputStream in, long declared, Sink sink) throws IOException {
        byte[] buffer = new byte[1 << 18];
        long copied = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            copied += count;
            if (copied > declared) {
                break;
            }
            sink.accept(buffer, count);
        }
        if (copied != declared) {
            throw new HubException(archive.getFileName() + ": " + entry + ": unpacks to "
                    + (copied > declared ? "more" : "less") + " than the " + declared + " bytes declared");
        }
    }

    private static HubException absent(Path archive, String entry) {
        return new HubException(archive.getFileName() + ": no file " + entry + " in it");
    }
}
