package wok.formats;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An array of strings as the file's bytes with the place where each ends; a string is decoded (by {@link LenientUtf8})
 * when asked for. Immutable; any thread.
 */
final class PackedTexts extends AbstractList<String> implements RandomAccess {
    private final byte[] bytes;
    private final int[] ends;

    /**
     * @param bytes the array's bytes in the file: before each string its length in 8 bytes
     * @param ends the index behind the last byte of each string
     */
    PackedTexts(byte[] bytes, int[] ends) {
        this.bytes = bytes;
        this.ends = ends;
    }

    @Override
    public String get(int index) {
        Objects.checkIndex(index, ends.length);
        int start = (index == 0 ? 0 : ends[index - 1]) + Long.BYTES;
        return LenientUtf8.decode(bytes, start, ends[index] - start);
    }

    @Override
    public int size() {
        return ends.length;
    }
}
