package wok.tokenizer;

import java.util.Arrays;

/**
 * Longs (not negative) to ints (not negative), open addressing at half load. One thread writes; afterwards any thread
 * may read.
 */
final class LongTable {
    private long[] keys;
    private int[] values;
    private int size;

    LongTable(int expected) {
        int capacity = Integer.highestOneBit(Math.clamp(expected, 8, 1 << 28) * 2 - 1) << 1;
        this.keys = new long[capacity];
        this.values = new int[capacity];
        Arrays.fill(keys, -1);
    }

    /** The value, or -1. */
    int get(long key) {
        int slot = slot(key);
        return keys[slot] == key ? values[slot] : -1;
    }

    /** Sets the value, whatever it was. */
    void put(long key, int value) {
        if (2 * (size + 1) > keys.length) {
            grow();
        }
        int slot = slot(key);
        if (keys[slot] != key) {
            keys[slot] = key;
            size++;
        }
        values[slot] = value;
    }

    /** Where the key is, or the free slot where it would be. */
    private int slot(long key) {
        int mask = keys.length - 1;
        int slot = (int) ((key * 0x9e3779b97f4a7c15L) >>> 32) & mask;
        while (keys[slot] >= 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[Math.multiplyExact(oldKeys.length, 2)];
        values = new int[keys.length];
        Arrays.fill(keys, -1);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] >= 0) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
