package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The entries of a zip archive (PKWARE's APPNOTE 6.3, with zip64) as views of the mapped file: what java.util.zip would
 * copy. Entries must be stored, not compressed, which is how PyTorch writes them, and so nothing here can grow.
 *
 * <p>The file may be hostile. The directory at the end is what counts; each entry's local header must be where it says
 * and bear the same name, its bytes must lie before the directory, and no two entries may share any. Sums (CRC-32) are
 * compared where {@link #checked} is asked for: on what is parsed, and not on weights, which would all have to be read.
 * One thread reads it; its entries any.
 */
final class StoredZip {
    /** Storages of the largest checkpoints: some thousands in a file. */
    static final int ENTRIES_MAX = 1 << 20;

    private static final int END_BYTES = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_BYTES = 56;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR_BYTES = 20;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int DIRECTORY_BYTES = 46;
    private static final int DIRECTORY_SIGNATURE = 0x02014b50;
    private static final int LOCAL_BYTES = 30;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int COMMENT_MAX = 0xFFFF;
    private static final int EXTRA_ZIP64 = 1;
    private static final long IN_ZIP64 = 0xFFFFFFFFL;
    private static final int ENCRYPTED = 1;

    private record Entry(MemorySegment bytes, long at, int sum) {}

    /** Where the directory is, and how many entries it has. */
    private record Directory(long at, long bytes, long entries) {}

    private final String path;
    private final MemorySegment file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final TensorSpans spans;

    private StoredZip(String path, MemorySegment file) {
        this.path = path;
        this.file = file;
        spans = new TensorSpans(path);
    }

    /**
     * @param path what errors call the file
     * @throws MalformedModelException for anything the class comment does not allow
     */
    static StoredZip read(String path, MemorySegment file) {
        StoredZip zip = new StoredZip(path, file);
        zip.readDirectory(zip.directory());
        zip.spans.requireDisjoint(0);
        return zip;
    }

    Set<String> names() {
        return entries.keySet();
    }

    /** An entry's bytes, in the file. */
    Optional<MemorySegment> entry(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::bytes);
    }

    /** Where an entry's bytes start in the file; 0 for one that is not there. */
    long offset(String name) {
        Entry entry = entries.get(name);
        return entry == null ? 0 : entry.at();
    }

    /**
     * As {@link #entry}, read through once.
     *
     * @throws MalformedModelException if its sum is another than the directory's
     */
    Optional<MemorySegment> checked(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.bytes().byteSize() > Integer.MAX_VALUE) {
            throw failure(entry.at(), name, entry.bytes().byteSize() + " bytes", "less than 2^31");
        }
        CRC32 sum = new CRC32();
        sum.update(entry.bytes().asByteBuffer());
        if ((int) sum.getValue() != entry.sum()) {
            throw failure(entry.at(), name, "a CRC-32 of " + Long.toHexString(sum.getValue()), hex(entry.sum()));
        }
        return Optional.of(entry.bytes());
    }

    private static String hex(int number) {
        return Integer.toHexString(number);
    }

    private Directory directory() {
        long end = end();
        long entries = u16(end + 10);
        long bytes = u32(end + 12);
        long at = u32(end + 16);
        if ((entries == 0xFFFF || bytes == IN_ZIP64 || at == IN_ZIP64)
                && end >= LOCATOR_BYTES
                && i32(end - LOCATOR_BYTES) == LOCATOR_SIGNATURE) {
            long end64 = u64(end - LOCATOR_BYTES + 8);
            requireRange(end - LOCATOR_BYTES, "zip64 end of directory", end64, END64_BYTES);
            requireSignature(end64, END64_SIGNATURE, "zip64 end of directory");
            entries = u64(end64 + 32);
            bytes = u64(end64 + 40);
            at = u64(end64 + 48);
        }
        requireRange(end, "directory", at, bytes);
        if (at + bytes > end) {
            throw failure(end, "directory", "an end at " + (at + bytes), "one before this record");
        }
        if (entries < 0 || entries > Math.min(ENTRIES_MAX, bytes / DIRECTORY_BYTES)) {
            throw failure(
                    end, "entries", Long.toUnsignedString(entries), ENTRIES_MAX + " at most, within the directory");
        }
        return new Directory(at, bytes, entries);
    }

    /** Where the last record starts, which a comment may follow. */
    private long end() {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - COMMENT_MAX); at--) {
            if (i32(at) == END_SIGNATURE && at + END_BYTES + u16(at + 20) == file.byteSize()) {
                return at;
            }
        }
        throw failure(
                0, "zip", FileSignature.describe(file) + " without a directory at its end", "a whole zip archive");
    }

    private void readDirectory(Directory directory) {
        long at = directory.at();
        long end = at + directory.bytes();
        for (long i = 0; i < directory.entries(); i++) {
            if (end - at < DIRECTORY_BYTES) {
                throw failure(at, "directory", "its end", directory.entries() + " entries");
            }
            requireSignature(at, DIRECTORY_SIGNATURE, "directory entry");
            int nameBytes = u16(at + 28);
            int extraBytes = u16(at + 30);
            long next = at + DIRECTORY_BYTES + nameBytes + extraBytes + u16(at + 32);
            if (next > end) {
                throw failure(at, "directory entry", "an end at " + next, "one within the directory");
            }
            readEntry(
                    at, name(at + DIRECTORY_BYTES, nameBytes), at + DIRECTORY_BYTES + nameBytes, extraBytes, directory);
            at = next;
        }
    }

    private void readEntry(long at, String name, long extraAt, int extraBytes, Directory directory) {
        if ((u16(at + 8) & ENCRYPTED) != 0 || u16(at + 10) != 0) {
            throw failure(at, "entry " + name, "compressed or encrypted", "one that is stored as it is");
        }
        long[] sizes = {u32(at + 24), u32(at + 20), u32(at + 42)};
        readZip64(sizes, extraAt, extraAt + extraBytes);
        long bytes = sizes[0];
        long localAt = sizes[2];
        if (bytes != sizes[1]) {
            throw failure(at, "entry " + name, bytes + " bytes stored as " + sizes[1], "the same");
        }
        requireRange(at, "entry " + name, localAt, LOCAL_BYTES);
        requireSignature(localAt, LOCAL_SIGNATURE, "entry " + name);
        int nameBytes = u16(localAt + 26);
        long dataAt = localAt + LOCAL_BYTES + nameBytes + u16(localAt + 28);
        if (bytes < 0 || dataAt > directory.at() || bytes > directory.at() - dataAt) {
            throw failure(
                    at,
                    "entry " + name,
                    bytes + " bytes at " + dataAt,
                    "bytes before the directory (is the file cut off?)");
        }
        if (!name(localAt + LOCAL_BYTES, nameBytes).equals(name)) {
            throw failure(localAt, "entry " + name, "another name", "the one in the directory");
        }
        spans.add(name, dataAt, bytes);
        if (entries.put(name, new Entry(file.asSlice(dataAt, bytes), dataAt, i32(at + 16))) != null) {
            throw failure(at, "entry " + name, "a second one", "each name once");
        }
    }

    /** Replaces those of (size, stored size, offset) that stand in the zip64 extra field. */
    private void readZip64(long[] sizes, long from, long end) {
        for (long at = from; at + 4 <= end; at += 4 + u16(at + 2)) {
            if (u16(at) == EXTRA_ZIP64) {
                long value = at + 4;
                for (int i = 0; i < sizes.length; i++) {
                    if (sizes[i] == IN_ZIP64 && value + 8 <= Math.min(end, at + 4 + u16(at + 2))) {
                        sizes[i] = u64(value);
                        value += 8;
                    }
                }
                return;
            }
        }
    }

    private String name(long at, int bytes) {
        return new String(file.asSlice(at, bytes).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private void requireRange(long offset, String field, long at, long bytes) {
        if (at < 0 || bytes < 0 || at > file.byteSize() || bytes > file.byteSize() - at) {
            throw failure(offset, field, bytes + " bytes at " + at, "bytes within the file of " + file.byteSize());
        }
    }

    private void requireSignature(long at, int signature, String field) {
        if (i32(at) != signature) {
            throw failure(at, field, "bytes " + hex(i32(at)), "the signature " + hex(signature));
        }
    }

    private int u16(long at) {
        return file.get(GgufValueType.LE_SHORT, at) & 0xFFFF;
    }

    private int i32(long at) {
        return file.get(GgufValueType.LE_INT, at);
    }

    private long u32(long at) {
        return i32(at) & 0xFFFFFFFFL;
    }

    private long u64(long at) {
        return file.get(GgufValueType.LE_LONG, at);
    }

    private MalformedModelException failure(long at, String field, String found, String expected) {
        return new MalformedModelException(path, at, field, found, expected);
    }
}
