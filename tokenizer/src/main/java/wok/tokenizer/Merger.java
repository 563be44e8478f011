package wok.tokenizer;

import java.util.Arrays;

/**
 * Merges the symbols of one word: again and again the pair of lowest rank, of equal ones the leftmost. One use, one
 * thread.
 *
 * <p>A short word is scanned for its best pair each time, which touches few cache lines and allocates nothing more. A
 * long one (a model without pre-tokenizer sees the whole text as one word) goes through a heap of (rank, place) in
 * n log n: a megabyte of one letter takes half a second, where scanning would take a day.
 */
final class Merger {
    private static final int SCANNED_MAX = 40;

    private final Merges merges;
    private final int[] symbols;
    private int count;

    /**
     * @param symbols the ids to start from; taken over
     */
    Merger(Merges merges, int[] symbols) {
        this.merges = merges;
        this.symbols = symbols;
        this.count = symbols.length;
    }

    /** The merged ids. */
    int[] merge() {
        if (count <= SCANNED_MAX) {
            mergeScanning();
        } else {
            new Heap().run();
        }
        return count == symbols.length ? symbols : Arrays.copyOf(symbols, count);
    }

    private void mergeScanning() {
        int[] found = new int[count];
        for (int i = 0; i + 1 < count; i++) {
            found[i] = merges.find(symbols[i], symbols[i + 1]);
        }
        while (count > 1) {
            int best = best(found);
            if (best < 0) {
                return;
            }
            symbols[best] = merges.result(found[best]);
            System.arraycopy(symbols, best + 2, symbols, best + 1, count - best - 2);
            System.arraycopy(found, best + 2, found, best + 1, count - best - 2);
            count--;
            if (best > 0) {
                found[best - 1] = merges.find(symbols[best - 1], symbols[best]);
            }
            found[best] = best + 1 < count ? merges.find(symbols[best], symbols[best + 1]) : -1;
        }
    }

    private int best(int[] found) {
        int best = -1;
        int bestRank = Integer.MAX_VALUE;
        for (int i = 0; i + 1 < count; i++) {
            if (found[i] >= 0 && merges.rank(found[i]) < bestRank) {
                bestRank = merges.rank(found[i]);
                best = i;
            }
        }
        return best;
    }

    /** The way for long words: a linked list of symbols and a heap of candidates, stale ones recognised by rank. */
    private final class Heap {
        private final int[] next = new int[count];
        private final int[] previous = new int[count];
        private long[] entries = new long[count];
        private int size;

        void run() {
            for (int i = 0; i < count; i++) {
                next[i] = i + 1;
                previous[i] = i - 1;
            }
            for (int i = 0; i + 1 < count; i++) {
                offer(i);
            }
            while (size > 0) {
                long entry = poll();
                mergeAt((int) entry, (int) (entry >>> 32));
            }
            compact();
        }

        private void mergeAt(int left, int rank) {
            int right = symbols[left] < 0 ? count : next[left];
            int merge = right == count ? -1 : merges.find(symbols[left], symbols[right]);
            if (merge < 0 || merges.rank(merge) != rank) {
                return; // the pair is gone since
            }
            symbols[left] = merges.result(merge);
            symbols[right] = -1;
            next[left] = next[right];
            if (next[right] < count) {
                previous[next[right]] = left;
            }
            offer(left);
            if (previous[left] >= 0) {
                offer(previous[left]);
            }
        }

        private void offer(int left) {
            int merge = next[left] < count ? merges.find(symbols[left], symbols[next[left]]) : -1;
            if (merge < 0) {
                return;
            }
            if (size == entries.length) {
                entries = Arrays.copyOf(entries, Math.multiplyExact(size, 2));
            }
            long entry = (long) merges.rank(merge) << 32 | left;
            int at = size++;
            while (at > 0 && entries[(at - 1) >> 1] > entry) {
                entries[at] = entries[(at - 1) >> 1];
                at = (at - 1) >> 1;
            }
            entries[at] = entry;
        }

        private long poll() {
            long top = entries[0];
            long last = entries[--size];
            int at = 0;
            while (2 * at + 1 < size) {
                int child = 2 * at + 1;
                if (child + 1 < size && entries[child + 1] < entries[child]) {
                    child++;
                }
                if (entries[child] >= last) {
                    break;
                }
                entries[at] = entries[child];
                at = child;
            }
            entries[at] = last;
            return top;
        }

        private void compact() {
            int kept = 0;
            for (int i = 0; i < count; i = next[i]) {
                symbols[kept++] = symbols[i];
            }
            count = kept;
        }
    }
}
