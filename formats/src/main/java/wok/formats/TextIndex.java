package wok.formats;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Finds a string of a {@link PackedTexts} by its bytes: a table of numbers over the file's own bytes, with open
 * addressing at half load. A vocabulary of 152 000 strings takes 2 MiB and some milliseconds so; a map of strings took 20
 * times as much of both. Files may be made to collide, so hashes begin with a number that they can't know. Immutable; any
 * thread.
 */
public final class TextIndex {
    private static final int MULTIPLIER = 0x01000193; // FNV-1a's
    private static final int COUNT_MAX = 1 << 28;

    private final PackedTexts texts;
    /** Numbers of strings, each plus one; 0 where there is none. */
    private final int[] slots;

    private final BitSet repeated = new BitSet();
    private final int seed = (int) ((System.nanoTime() * 0x9e3779b97f4a7c15L) >>> 32);

    /** Which of equal strings is found. */
    public enum Of {
        FIRST,
        LAST
    }

    /** An index of all strings that are not empty. */
    public TextIndex(PackedTexts texts, Of equals) {
        this.texts = texts;
        int capacity = Integer.highestOneBit(Math.clamp(texts.size(), 8, COUNT_MAX) * 2 - 1) << 1;
        slots = new int[capacity];
        for (int i = 0; i < texts.size(); i++) {
            put(i, equals);
        }
    }

    private void put(int index, Of equals) {
        int from = texts.start(index);
        int length = texts.length(index);
        if (length == 0) {
            return;
        }
        int slot = slot(texts.bytes(), from, length);
        if (slots[slot] == 0) {
            slots[slot] = index + 1;
        } else if (equals == Of.FIRST) {
            repeated.set(index);
        } else {
            repeated.set(slots[slot] - 1);
            slots[slot] = index + 1;
        }
    }

    /** The string's number, or -1. */
    public int find(byte[] text) {
        return find(text, text.length);
    }

    /** The number of the string that is the first {@code length} bytes, or -1. */
    public int find(byte[] text, int length) {
        return slots[slot(text, 0, length)] - 1;
    }

    /** Strings that are found by another one's number, being equal to it. */
    public BitSet repeated() {
        return (BitSet) repeated.clone();
    }

    /** Where the string is, or the free slot where it would be. */
    private int slot(byte[] text, int from, int length) {
        int mask = slots.length - 1;
        int slot = hash(text, from, length) & mask;
        while (slots[slot] != 0 && !isEqual(slots[slot] - 1, text, from, length)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean isEqual(int index, byte[] text, int from, int length) {
        int start = texts.start(index);
        return texts.length(index) == length
                && Arrays.equals(texts.bytes(), start, start + length, text, from, from + length);
    }

    private int hash(byte[] text, int from, int length) {
        int hash = seed;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ text[i]) * MULTIPLIER;
            hash ^= hash >>> 15;
        }
        return hash ^ (hash >>> 7);
    }
}
