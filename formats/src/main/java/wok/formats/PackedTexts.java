package wok.formats;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An array of strings as the file's bytes with the place where each ends; a string is decoded (by {@link LenientUtf8})
 * when asked for, and {@link TextIndex} finds one by its bytes. Immutable; any thread.
 */
public final class PackedTexts extends AbstractList<String> implements RandomAccess {
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

    /**
     * Any list of strings in this form; one that has it is taken as it is.
     *
     * @throws IllegalArgumentException if a string has a surrogate that stands for no byte, see {@link LenientUtf8}
     */
    public static PackedTexts of(List<String> texts) {
        if (texts instanceof PackedTexts packed) {
            return packed;
        }
        List<byte[]> encoded = texts.stream().map(LenientUtf8::encode).toList();
        int[] ends = new int[encoded.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end = Math.addExact(end, Long.BYTES + encoded.get(i).length);
            ends[i] = end;
        }
        byte[] bytes = new byte[end];
        for (int i = 0; i < ends.length; i++) {
            byte[] text = encoded.get(i);
            System.arraycopy(text, 0, bytes, ends[i] - text.length, text.length);
        }
        return new PackedTexts(bytes, ends);
    }

    @Override
    public String get(int index) {
        return LenientUtf8.decode(bytes, start(index), length(index));
    }

    @Override
    public int size() {
        return ends.length;
    }

    /** The bytes of a string. */
    public int length(int index) {
        return ends[index] - start(index);
    }

    /** Copies a string's bytes to {@code into} from {@code at} on, and gives the place behind them. */
    public int copy(int index, byte[] into, int at) {
        int length = length(index);
        System.arraycopy(bytes, start(index), into, at, length);
        return at + length;
    }

    /** A string's place in {@link #bytes}. */
    int start(int index) {
        Objects.checkIndex(index, ends.length);
        return (index == 0 ? 0 : ends[index - 1]) + Long.BYTES;
    }

    /** All strings' bytes; not to be written. */
    byte[] bytes() {
        return bytes;
    }
}
