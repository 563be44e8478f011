package wok.formats;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Bytes in the making, in GGUF's encoding. One thread. */
final class LittleEndianBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    LittleEndianBytes u32(long value) {
        return fixed(4, value);
    }

    LittleEndianBytes u64(long value) {
        return fixed(8, value);
    }

    LittleEndianBytes text(String text) {
        byte[] bytes = LenientUtf8.encode(text);
        u64(bytes.length);
        return bytes(bytes);
    }

    LittleEndianBytes bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** The lowest {@code count} bytes of {@code value}. */
    LittleEndianBytes fixed(int count, long value) {
        byte[] eight = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        out.write(eight, 0, count);
        return this;
    }

    int size() {
        return out.size();
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}
