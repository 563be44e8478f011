package wok.formats;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** A zip archive of stored entries in the making, with what tests want to be wrong in it. */
final class ZipBytes {
    private record Entry(String name, int bytes, long sum, long at) {}

    private final LittleEndianBytes out = new LittleEndianBytes();
    private final List<Entry> entries = new ArrayList<>();
    private int method;
    private long sizeAddend;
    private String directoryName = "";
    private boolean zip64;

    ZipBytes method(int value) {
        method = value;
        return this;
    }

    /** What the first entry's size in the directory is too large by. */
    ZipBytes sizeAddend(long value) {
        sizeAddend = value;
        return this;
    }

    /** What all entries are called in the directory. */
    ZipBytes directoryName(String value) {
        directoryName = value;
        return this;
    }

    /** Sizes and offsets in extra fields of 64 bits. */
    ZipBytes zip64() {
        zip64 = true;
        return this;
    }

    ZipBytes entry(String name, byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(data);
        entries.add(new Entry(name, data.length, sum.getValue(), out.size()));
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        out.u32(0x04034b50)
                .fixed(2, 45)
                .fixed(2, 8)
                .fixed(2, method)
                .u32(0)
                .u32(0)
                .u32(0)
                .u32(0);
        out.fixed(2, utf8.length).fixed(2, 5).bytes(utf8).bytes(new byte[5]).bytes(data);
        return this;
    }

    byte[] bytes() {
        long directoryAt = out.size();
        for (Entry entry : entries) {
            directoryEntry(entry);
        }
        long bytes = out.size() - directoryAt;
        if (zip64) {
            long end64 = out.size();
            out.u32(0x06064b50).u64(44).fixed(2, 45).fixed(2, 45).u32(0).u32(0);
            out.u64(entries.size()).u64(entries.size()).u64(bytes).u64(directoryAt);
            out.u32(0x07064b50).u32(0).u64(end64).u32(1);
        }
        out.u32(0x06054b50).u32(0).fixed(2, entries.size()).fixed(2, entries.size());
        out.u32(zip64 ? 0xFFFFFFFFL : bytes)
                .u32(zip64 ? 0xFFFFFFFFL : directoryAt)
                .fixed(2, 0);
        return out.toByteArray();
    }

    private void directoryEntry(Entry entry) {
        String name = directoryName.isEmpty() ? entry.name() : directoryName;
        long size = entry.bytes() + (entry.at() == 0 ? sizeAddend : 0);
        out.u32(0x02014b50)
                .fixed(2, 45)
                .fixed(2, 45)
                .fixed(2, 8)
                .fixed(2, method)
                .u32(0)
                .u32(entry.sum());
        out.u32(zip64 ? 0xFFFFFFFFL : size).u32(zip64 ? 0xFFFFFFFFL : size);
        out.fixed(2, name.length())
                .fixed(2, zip64 ? 28 : 0)
                .fixed(2, 0)
                .fixed(2, 0)
                .fixed(2, 0)
                .u32(0);
        out.u32(zip64 ? 0xFFFFFFFFL : entry.at()).bytes(name.getBytes(StandardCharsets.US_ASCII));
        if (zip64) {
            out.fixed(2, 1).fixed(2, 24).u64(size).u64(size).u64(entry.at());
        }
    }
}
