package wok.engine;

import java.util.Arrays;

/**
 * The tokens that may still be chosen, most likely first, sorted only as far as somebody looks.
 *
 * <p>A vocabulary has up to 260 000 tokens and the samplers usually want its best few dozen. A full sort of 150 000
 * costs about ten times what the rest of sampling does; a heap costs log n per step and jumps through memory. This is
 * incremental quicksort (Paredes and Navarro, "Optimal incremental sorting", 2006): the stack of a quicksort that is
 * interrupted after its leftmost part. Looking at the first m tokens costs about 2n + m log m steps.
 *
 * <p>A candidate is one long: the logit's bits turned so that greater logits are smaller numbers, then the token id.
 * Comparing longs is thus comparing (logit descending, id ascending), no two are equal, and the order is the same
 * whatever the pivots were. Negative infinity is no candidate. One owner thread; nothing is allocated after creation.
 */
final class Candidates {
    private static final int SMALL = 24;
    private static final int STACK = 128;

    private final long[] keys;
    /** The range [sorted, ends[depth - 1]) holds the best of what is not sorted yet, and so on down the stack. */
    private final int[] ends = new int[STACK];

    private int depth;
    private int sorted;
    private int size;
    private int pivotSeed;

    Candidates(int sizeMax) {
        keys = new long[sizeMax];
    }

    /** Starts with no candidates; {@link #add} and then {@link #ready}. */
    void clear() {
        size = 0;
    }

    void add(int id, float logit) {
        if (logit != Float.NEGATIVE_INFINITY) {
            keys[size++] = key(id, logit);
        }
    }

    /** All were added. */
    void ready() {
        depth = 0;
        ends[depth++] = size;
        sorted = 0;
        pivotSeed = 0x2545F491;
    }

    /** All tokens of a vocabulary, logits[id] for ids below {@code count}, whose logit is {@code least} or more. */
    void load(float[] logits, int count, float least) {
        clear();
        for (int id = 0; id < count; id++) {
            if (logits[id] >= least) {
                add(id, logits[id]);
            }
        }
        ready();
    }

    /** All tokens of a vocabulary. */
    void load(float[] logits, int count) {
        load(logits, count, Float.NEGATIVE_INFINITY);
    }

    int size() {
        return size;
    }

    /** Keeps the best {@code count}, or all if there are no more; what is kept is sorted. */
    void keep(int count) {
        if (count >= size) {
            return;
        }
        if (count > 0) {
            sortUpTo(count - 1);
        }
        size = count;
        sorted = count;
        depth = 0;
    }

    /** The id of the candidate of this rank; 0 is the best. */
    int id(int rank) {
        sortUpTo(rank);
        return (int) keys[rank];
    }

    float logit(int rank) {
        sortUpTo(rank);
        return logitOf(keys[rank]);
    }

    /** The id of a candidate by its place in memory, in no useful order, without sorting. */
    int unsortedId(int index) {
        return (int) keys[index];
    }

    float unsortedLogit(int index) {
        return logitOf(keys[index]);
    }

    private static long key(int id, float logit) {
        int bits = Float.floatToRawIntBits(logit + 0.0f); // -0 becomes +0: they are equal, so the id decides
        int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ~ascending << 32) | id;
    }

    private static float logitOf(long key) {
        int ascending = ~(int) (key >>> 32);
        return Float.intBitsToFloat(ascending ^ ((ascending >> 31) & Integer.MAX_VALUE));
    }

    private void sortUpTo(int rank) {
        while (sorted <= rank) {
            sortNextRange();
        }
    }

    private void sortNextRange() {
        int end = ends[depth - 1];
        while (end - sorted > SMALL && depth < STACK) {
            end = partition(sorted, end);
            ends[depth++] = end;
        }
        Arrays.sort(keys, sorted, end);
        sorted = end;
        depth--;
    }

    /** Hoare's partition of [from, to); all before the returned place (strictly inside) are less than all after. */
    private int partition(int from, int to) {
        long pivot = pivot(from, to);
        int left = from - 1;
        int right = to;
        while (true) {
            do {
                left++;
            } while (keys[left] < pivot);
            do {
                right--;
            } while (keys[right] > pivot);
            if (left >= right) {
                return right + 1 == to ? right : right + 1;
            }
            long swapped = keys[left];
            keys[left] = keys[right];
            keys[right] = swapped;
        }
    }

    /** The median of three keys at places that no order of logits can aim at. */
    private long pivot(int from, int to) {
        long a = keys[from + next(to - from)];
        long b = keys[from + next(to - from)];
        long c = keys[from + next(to - from)];
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    private int next(int bound) {
        pivotSeed ^= pivotSeed << 13;
        pivotSeed ^= pivotSeed >>> 17;
        pivotSeed ^= pivotSeed << 5;
        return Integer.remainderUnsigned(pivotSeed, bound);
    }
}
