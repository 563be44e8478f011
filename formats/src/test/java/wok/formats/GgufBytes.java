package wok.formats;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import wok.tensor.DType;

/** A GGUF file in memory, field by field, so that a test can make any one of them wrong. */
final class GgufBytes {
    private final LittleEndianBytes header = new LittleEndianBytes();

    /** Magic "GGUF", version 3 and the two counts. */
    static GgufBytes of(long tensors, long entries) {
        return of(0x4655_4747, 3, tensors, entries);
    }

    static GgufBytes of(int magic, int version, long tensors, long entries) {
        GgufBytes bytes = new GgufBytes();
        bytes.header.u32(magic).u32(version).u64(tensors).u64(entries);
        return bytes;
    }

    GgufBytes key(String key, long type) {
        header.text(key).u32(type);
        return this;
    }

    GgufBytes u32(long value) {
        header.u32(value);
        return this;
    }

    GgufBytes u64(long value) {
        header.u64(value);
        return this;
    }

    GgufBytes text(String value) {
        header.text(value);
        return this;
    }

    GgufBytes bytes(int... values) {
        for (int value : values) {
            header.fixed(1, value);
        }
        return this;
    }

    /** A tensor's entry; dimensions innermost first, as in the file. */
    GgufBytes tensor(String name, long type, long offset, long... dimensions) {
        header.text(name).u32(dimensions.length);
        for (long dimension : dimensions) {
            header.u64(dimension);
        }
        header.u32(type).u64(offset);
        return this;
    }

    GgufBytes floats(String name, long offset, long... dimensions) {
        return tensor(name, DType.F32.ggufId(), offset, dimensions);
    }

    /** The file: the header, padding to 32, and {@code dataBytes} bytes of data. */
    byte[] withData(int dataBytes) {
        return Arrays.copyOf(header.toByteArray(), (header.size() + 31) / 32 * 32 + dataBytes);
    }

    byte[] headerAlone() {
        return header.toByteArray();
    }

    static GgufReader.Part read(byte[] file) {
        return GgufReader.read("m.gguf", MemorySegment.ofArray(file));
    }
}
