package wok.kernels;

import java.util.Arrays;

/**
 * The runs of neighbouring rows of a batch that share a block table, cut where a run grows longer than is good for
 * caches or leaves threads without work, and the splits that each of them sees. Filled again for each attention without
 * allocation; written by its owner while no task runs.
 */
final class AttentionRuns {
    /** Queries that share the loads of keys and values: beyond some fifty, unpacking keys costs a twentieth of all. */
    private static final int QUERIES_MAX = 48;

    /** Units of work that there should be for each thread. */
    private static final int UNITS_PER_THREAD = 4;

    private int count;
    private int[] starts = new int[17];
    private int[] firstSplits = new int[17];
    private int[] splitsBefore = new int[17];
    private long[] rowSplitsBefore = new long[17];

    /** Finds the runs of all rows. */
    void find(RowMap map, AttentionSpec spec, int threads) {
        int rowsMax = rowsMax(map.rows(), spec, threads);
        count = 0;
        for (int from = 0; from < map.rows(); ) {
            int to = end(map, from, rowsMax);
            add(map, spec, from, to);
            from = to;
        }
        starts[count] = map.rows();
    }

    private static int rowsMax(int rows, AttentionSpec spec, int threads) {
        int forCaches = Math.max(1, QUERIES_MAX / spec.groupedHeads());
        int forThreads =
                threads == 1 ? rows : (int) ((long) rows * spec.kvHeads() / (UNITS_PER_THREAD * (long) threads));
        return Math.min(forCaches, Math.max(1, forThreads));
    }

    @SuppressWarnings("ReferenceEquality") // the same array means the same sequence; equal ones only share less
    private static int end(RowMap map, int from, int rowsMax) {
        int to = from + 1;
        while (to < map.rows() && to - from < rowsMax && map.blockTable(to) == map.blockTable(from)) {
            to++;
        }
        return to;
    }

    private void add(RowMap map, AttentionSpec spec, int from, int to) {
        int first = Integer.MAX_VALUE;
        int last = 0;
        for (int row = from; row < to; row++) {
            first = Math.min(first, map.firstVisible(row, spec));
            last = Math.max(last, map.lastVisible(row, spec));
        }
        int firstSplit = first / AttentionTask.SPLIT_POSITIONS;
        int splits = last / AttentionTask.SPLIT_POSITIONS - firstSplit + 1;
        if (count + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            firstSplits = Arrays.copyOf(firstSplits, starts.length);
            splitsBefore = Arrays.copyOf(splitsBefore, starts.length);
            rowSplitsBefore = Arrays.copyOf(rowSplitsBefore, starts.length);
        }
        starts[count] = from;
        firstSplits[count] = firstSplit;
        splitsBefore[count + 1] = splitsBefore[count] + splits;
        rowSplitsBefore[count + 1] = rowSplitsBefore[count] + (long) splits * (to - from);
        count++;
    }

    /** How many runs there are. */
    int count() {
        return count;
    }

    int start(int run) {
        return starts[run];
    }

    int end(int run) {
        return starts[run + 1];
    }

    /** The first split that some row of a run sees. */
    int firstSplit(int run) {
        return firstSplits[run];
    }

    int splits(int run) {
        return splitsBefore[run + 1] - splitsBefore[run];
    }

    /** Splits of all runs. */
    int splits() {
        return splitsBefore[count];
    }

    /** Splits of the runs before one. */
    int splitsBefore(int run) {
        return splitsBefore[run];
    }

    /** The sum of rows times splits of the runs before one. */
    long rowSplitsBefore(int run) {
        return rowSplitsBefore[run];
    }

    /** The run that has the split of that number among those of all runs. */
    int ofSplit(int number) {
        int run = 0;
        while (splitsBefore[run + 1] <= number) {
            run++;
        }
        return run;
    }
}
