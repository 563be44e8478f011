package wok.hub;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipException;

/**
 * Reads a tar stream entry by entry (POSIX ustar; long names by pax headers or GNU's {@code L} entries; sizes in octal or
 * GNU's base 256).
 *
 * <p>A header is 512 bytes: name at 0 (100 bytes), size at 124 (12), type at 156 (1), "ustar" at 257, prefix at 345
 * (155). Content follows, padded to 512. Two empty headers end the archive. Source: POSIX.1-2017, pax.
 *
 * <p>One thread.
 */
final class TarReader implements AutoCloseable {
    private static final int BLOCK_BYTES = 512;
    private static final int LONG_NAME_BYTES_MAX = 1 << 16;
    /** So that a bomb of headers or of skipped content ends. */
    private static final long STREAM_BYTES_MAX = 2 * ArchiveEntry.ENTRY_BYTES_MAX;

    private final InputStream in;
    private final byte[] header = new byte[BLOCK_BYTES];
    private String path = "";
    private long bytes;
    private byte type;
    private long remaining;
    private long padding;
    private long streamed;

    TarReader(InputStream in) {
        this.in = in;
    }

    String path() {
        return path;
    }

    long bytes() {
        return bytes;
    }

    boolean isFile() {
        return type == '0' || type == 0;
    }

    /** Goes to the next entry; false at the end. */
    boolean next() throws IOException {
        String longName = "";
        while (true) {
            skip(remaining + padding);
            if (!readHeader()) {
                return false;
            }
            if (type == 'L') {
                longName = nameOf(metadata());
            } else if (type == 'x') {
                longName = paxPath(metadata(), longName);
            } else if (type == 'g') {
                metadata();
            } else {
                path = longName.isEmpty() ? path : longName;
                return true;
            }
        }
    }

    /** The entry's bytes, to be read before the next call of {@link #next}. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int at, int count) throws IOException {
                if (remaining == 0) {
                    return -1;
                }
                int got = in.read(target, at, (int) Math.min(count, remaining));
                if (got < 0) {
                    throw new EOFException("the archive ends inside " + path);
                }
                remaining -= got;
                return got;
            }
        };
    }

    private boolean readHeader() throws IOException {
        int got = in.readNBytes(header, 0, BLOCK_BYTES);
        if (got == 0 || isEmpty(got)) {
            return false;
        }
        if (got < BLOCK_BYTES || header[257] != 'u' || header[258] != 's' || header[259] != 't') {
            throw new ZipException("no tar header where one should be");
        }
        String name = nameOf(field(0, 100));
        String prefix = nameOf(field(345, 155));
        boolean posix = header[262] == 0;
        path = posix && !prefix.isEmpty() ? prefix + "/" + name : name;
        type = header[156];
        bytes = size();
        remaining = bytes;
        padding = Math.floorMod(-bytes, (long) BLOCK_BYTES);
        return true;
    }

    private boolean isEmpty(int got) {
        for (int i = 0; i < got; i++) {
            if (header[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private long size() throws IOException {
        long value = 0;
        if ((header[124] & 0x80) != 0) {
            for (int i = 125; i < 136; i++) {
                value = value << 8 | (header[i] & 0xff);
            }
        } else {
            String octal = nameOf(field(124, 12)).strip();
            if (!octal.matches("[0-7]{1,12}")) {
                throw new ZipException("a size that is no octal number");
            }
            value = Long.parseLong(octal, 8);
        }
        if (value < 0 || value > ArchiveEntry.ENTRY_BYTES_MAX) {
            throw new ZipException("an entry of " + value + " bytes");
        }
        return value;
    }

    private byte[] field(int at, int count) {
        return java.util.Arrays.copyOfRange(header, at, at + count);
    }

    private static String nameOf(byte[] field) {
        int end = 0;
        while (end < field.length && field[end] != 0) {
            end++;
        }
        return new String(field, 0, end, StandardCharsets.UTF_8);
    }

    private byte[] metadata() throws IOException {
        if (bytes > LONG_NAME_BYTES_MAX) {
            throw new ZipException("a header of " + bytes + " bytes");
        }
        byte[] content = in.readNBytes((int) bytes);
        remaining -= content.length;
        return content;
    }

    /** Pax records are {@code length key=value\n}. */
    private static String paxPath(byte[] records, String otherwise) {
        for (String line : new String(records, StandardCharsets.UTF_8).lines().toList()) {
            int at = line.indexOf(" path=");
            if (at > 0) {
                return line.substring(at + " path=".length());
            }
        }
        return otherwise;
    }

    private void skip(long count) throws IOException {
        streamed += count;
        if (streamed > STREAM_BYTES_MAX) {
            throw new ZipException("over " + STREAM_BYTES_MAX + " bytes");
        }
        in.skipNBytes(count);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
