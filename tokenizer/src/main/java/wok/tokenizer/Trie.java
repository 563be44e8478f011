package wok.tokenizer;

/**
 * Strings with a number each, looked up character by character (UTF-16 code units). Immutable; any thread may read it.
 */
final class Trie {
    static final int ROOT = 0;

    private final LongTable edges;
    private final int[] values;
    private final long[] firstCharacters;

    private Trie(LongTable edges, int[] values, long[] firstCharacters) {
        this.edges = edges;
        this.values = values;
        this.firstCharacters = firstCharacters;
    }

    boolean isEmpty() {
        return values.length == 1;
    }

    /** The node behind a character, or -1. */
    int child(int node, char c) {
        if (node == ROOT && (firstCharacters[c >> 6] & 1L << c) == 0) {
            return -1;
        }
        return edges.get((long) node << 16 | c);
    }

    /** The number of the string that ends at a node, or -1. */
    int value(int node) {
        return values[node];
    }

    /** Collects strings. One use, one thread. */
    static final class Builder {
        private final LongTable edges = new LongTable(64);
        private final IntList values = new IntList();
        private final long[] firstCharacters = new long[1 << 10];

        Builder() {
            values.add(-1);
        }

        /** The last number of a string counts. */
        void put(String string, int value) {
            int node = ROOT;
            firstCharacters[string.charAt(0) >> 6] |= 1L << string.charAt(0);
            for (int i = 0; i < string.length(); i++) {
                long key = (long) node << 16 | string.charAt(i);
                int child = edges.get(key);
                if (child < 0) {
                    child = values.size();
                    values.add(-1);
                    edges.put(key, child);
                }
                node = child;
            }
            values.set(node, value);
        }

        Trie build() {
            return new Trie(edges, values.toArray(), firstCharacters);
        }
    }
}
