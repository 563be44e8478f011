package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One worker's machine-code attention: some rows of one sequence, all query heads of one key/value head.
 *
 * <p>How it works. Split by split (512 positions): scores of all queries, softmax query by query, then the values,
 * into one record a query; records of later splits are combined with the first's. There are two ways:
 *
 * <ul>
 *   <li>One row and half-precision keys, which is decoding: each block is read once, from memory, and converted in the
 *       multiplying code itself ({@link KeyStreamCode}, {@link ValueStreamCode}).
 *   <li>Several rows, which is a prompt, or other types: four blocks at a time are unpacked into a panel of floats, and
 *       up to some fifty queries pass over it ({@link AttentionProductCode}).
 * </ul>
 *
 * <p>A joined layer has its rows as values lie, with lanes of dimensions. To turn them for every panel would cost as much
 * as the products of sixteen queries with them; so queries are turned instead, once, into panels of 64 of them, and
 * positions pass over those: the same products, factors exchanged. What comes out is turned back, 64 numbers a query and
 * panel.
 *
 * <p>What a query does not see takes no part. Scores are computed for whole blocks, and softmax throws away those that
 * are not visible. Values are weighed over exactly the visible positions: of a panel first those that all rows see, for
 * all queries at once, then row by row the rest (the ragged edge of a prompt's triangle, at most a panel's width).
 *
 * <p>Scratch memory, kept from call to call: addresses of up to 32 blocks, queries, panel, scores and two records a
 * query, laid out as {@link AttentionShape} says. One thread at a time.
 */
final class AttentionWorker {
    private static final int BLOCK = AttentionShape.BLOCK;
    private static final int SPLIT = AttentionTask.SPLIT_POSITIONS;
    private static final int PANEL_BLOCKS = AttentionShape.PANEL_BLOCKS;
    /** Listed behind the blocks, to be fetched into the cache. */
    private static final int FETCHED = 10;

    private static final int LIST_BYTES = Long.BYTES * (AttentionShape.SPLIT_BLOCKS + FETCHED) / 64 * 64 + 64;
    private static final int CACHE_LINE = 64;

    private MemorySegment scratch = MemorySegment.NULL;
    private AttentionTask task;
    private AttentionCode code;
    private AttentionShape shape;
    private int kvHead;
    private int from;
    private int rows;
    private int queries;
    private int first;
    private int last;
    private long list;
    private long queryRows;
    private long queryPanels;
    private long turned;
    private long panel;
    private long scores;
    private long kept;
    private long added;

    @SuppressWarnings("NullAway.Init") // begin fills every field before anything reads one
    AttentionWorker() {}

    /** Takes rows {@code firstRow} to {@code endRow - 1}, which share a block table. */
    AttentionWorker begin(AttentionTask operands, AttentionCode functions, int head, int firstRow, int endRow) {
        task = operands;
        code = functions;
        shape = functions.shape();
        kvHead = head;
        from = firstRow;
        rows = endRow - firstRow;
        queries = rows * shape.grouped();
        first = Integer.MAX_VALUE;
        last = 0;
        for (int row = 0; row < rows; row++) {
            first = Math.min(first, firstVisible(row));
            last = Math.max(last, lastVisible(row));
        }
        return this;
    }

    /** All splits, and the results. */
    void attend() {
        takeScratch();
        boolean started = false;
        for (int split = first / SPLIT; split <= last / SPLIT; split++) {
            fill(split, started ? added : kept);
            for (int row = 0; started && row < rows; row++) {
                join(row, split);
            }
            started = true;
        }
        for (int row = 0; row < rows; row++) {
            writeResult(row, record(kept, row));
        }
    }

    /** One split of all, its records at an address. */
    void split(int split, long records) {
        takeScratch();
        fill(split, records);
    }

    /** The results of rows whose splits are all there: records [split][query], from {@code firstSplit} on. */
    void combine(int firstSplit, long records) {
        for (int row = 0; row < rows; row++) {
            int split = firstVisible(row) / SPLIT;
            long whole = record(records + recordsBytes(split - firstSplit), row);
            while (++split <= lastVisible(row) / SPLIT) {
                combine(whole, record(records + recordsBytes(split - firstSplit), row));
            }
            writeResult(row, whole);
        }
    }

    private void takeScratch() {
        long rowBytes = lines((long) queries * shape.queryBytes());
        long scoreBytes = (long) queries * AttentionShape.SCORE_ROW_BYTES;
        long panelsBytes = shape.joined() ? (long) queryPanels() * queryPanelBytes() : 0;
        long turnedBytes = shape.joined() ? (long) AttentionShape.PANEL_POSITIONS * AttentionShape.SCORE_ROW_BYTES : 0;
        long bytes = LIST_BYTES
                + rowBytes
                + shape.panelBytes()
                + scoreBytes
                + 2 * recordsBytes(1)
                + panelsBytes
                + turnedBytes;
        if (scratch.byteSize() < bytes) {
            scratch = Arena.ofAuto().allocate(bytes, CACHE_LINE);
        }
        list = scratch.address();
        queryRows = list + LIST_BYTES;
        panel = queryRows + rowBytes;
        scores = panel + shape.panelBytes();
        kept = scores + scoreBytes;
        added = kept + recordsBytes(1);
        queryPanels = added + recordsBytes(1);
        turned = queryPanels + panelsBytes;
        if (shape.joined()) {
            turnQueries();
        } else {
            takeQueries();
        }
    }

    /** Panels of queries, of {@link AttentionShape#PANEL_POSITIONS} each. */
    private int queryPanels() {
        return (queries + AttentionShape.PANEL_POSITIONS - 1) / AttentionShape.PANEL_POSITIONS;
    }

    private int queryPanelBytes() {
        return shape.dims() * AttentionShape.PANEL_ROW_BYTES;
    }

    /** Queries as panels: [dims][64 queries]. */
    private void turnQueries() {
        MemorySegment q = task.q().memory();
        long base = scratch.address();
        for (int query = 0; query < queries; query++) {
            long source = task.q().offset(from + query / shape.grouped(), query % shape.grouped() * shape.dims());
            long to = queryPanels
                    - base
                    + (long) query / AttentionShape.PANEL_POSITIONS * queryPanelBytes()
                    + 4L * (query % AttentionShape.PANEL_POSITIONS);
            for (int d = 0; d < shape.dims(); d++) {
                scratch.set(
                        JAVA_FLOAT, to + (long) d * AttentionShape.PANEL_ROW_BYTES, q.get(JAVA_FLOAT, source + 4L * d));
            }
        }
    }

    private static long lines(long bytes) {
        return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    }

    /** A row's heads of one group lie side by side already; several rows are brought together. */
    private void takeQueries() {
        FloatRows q = task.q();
        int column = kvHead * shape.grouped() * shape.dims();
        if (rows == 1) {
            queryRows = MachineKernels.address(q.memory(), q.offset(from, column), (long) queries * shape.queryBytes());
            return;
        }
        long bytes = (long) shape.grouped() * shape.queryBytes();
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(q.memory(), q.offset(from + row, column), scratch, LIST_BYTES + row * bytes, bytes);
        }
    }

    private int firstVisible(int row) {
        return task.map().firstVisible(from + row, task.spec());
    }

    private int lastVisible(int row) {
        return task.map().lastVisible(from + row, task.spec());
    }

    private long recordsBytes(int splits) {
        return (long) splits * queries * shape.recordBytes();
    }

    private long record(long records, int row) {
        return records + (long) row * shape.grouped() * shape.recordBytes();
    }

    private long scores(int row, int column) {
        return scores + (long) row * shape.grouped() * AttentionShape.SCORE_ROW_BYTES + 4L * column;
    }

    /** Fills the records of all rows that see something of a split. */
    private void fill(int split, long records) {
        int start = split * SPLIT;
        int firstBlock = Math.max(first, start) / BLOCK;
        int blocks = Math.min(last, start + SPLIT - 1) / BLOCK - firstBlock + 1;
        listBlocks(firstBlock, blocks);
        if (rows == 1 && code.streams().isPresent()) {
            stream(code.streams().get(), start, firstBlock, blocks, records);
        } else {
            passOverPanels(start, firstBlock, blocks, records);
        }
    }

    private void passOverPanels(int start, int firstBlock, int blocks, long records) {
        for (int block = 0; block < blocks; block += PANEL_BLOCKS) {
            scorePanel(block, Math.min(PANEL_BLOCKS, blocks - block), (firstBlock + block) * BLOCK - start);
        }
        for (int row = 0; row < rows; row++) {
            softmax(row, start, record(records, row));
        }
        for (int block = 0; block < blocks; block += PANEL_BLOCKS) {
            weighPanel(start, block, Math.min(PANEL_BLOCKS, blocks - block), (firstBlock + block) * BLOCK, records);
        }
    }

    /** Addresses of the blocks' keys, and behind them of the first blocks' values, which are wanted after all keys. */
    private void listBlocks(int firstBlock, int blocks) {
        KvLayer kv = task.kv();
        int[] table = task.map().blockTable(from);
        long base = MachineKernels.address(kv.memory(), 0, kv.bytes());
        for (int i = 0; i < blocks; i++) {
            scratch.set(JAVA_LONG, (long) Long.BYTES * i, base + kv.keys(table[firstBlock + i], kvHead));
        }
        for (int i = 0; i < FETCHED; i++) {
            long block = scratch.get(JAVA_LONG, (long) Long.BYTES * Math.min(i, blocks - 1));
            scratch.set(JAVA_LONG, (long) Long.BYTES * (blocks + i), block + shape.valuesOffset());
        }
    }

    private long listed(int block) {
        return list + (long) Long.BYTES * block;
    }

    /**
     * The one row's queries straight over the blocks, all or so many at a time. If the passes do not come out even the
     * last begins earlier, and computes some queries again.
     */
    private void stream(AttentionCode.Streams streams, int start, int firstBlock, int blocks, long records) {
        int visible = Math.max(first, start);
        int count = Math.min(last, start + SPLIT - 1) - visible + 1;
        int pass = shape.streamedQueries();
        for (int next = 0; next < queries; next += pass) {
            int query = Math.min(next, queries - pass);
            long q = queryRows + (long) query * shape.queryBytes();
            long row = scores + (long) query * AttentionShape.SCORE_ROW_BYTES;
            long record = records + (long) query * shape.recordBytes();
            streams.scores().call(q, list, blocks, row + 4L * (firstBlock * BLOCK - start), 0, 0);
            softmax(row, start, visible, visible + count - 1, record, pass);
            long exponentials = row + 4L * (visible - start);
            long values = record + AttentionShape.RECORD_VALUES;
            streams.values().call(exponentials, list, visible % BLOCK, count, values, 0);
        }
    }

    private void scorePanel(int block, int blocks, int column) {
        if (shape.joined()) {
            scoreTurnedQueries(block, blocks, column);
            return;
        }
        code.keyPanel().call(listed(block), panel, blocks, 0, 0, 0);
        code.scores().call(queryRows, panel, scores(0, column), shape.dims(), queries, blocks);
    }

    private void scoreTurnedQueries(int block, int blocks, int column) {
        int positions = blocks * BLOCK;
        code.valuePanel().call(listed(block), panel, blocks, 0, 0, 0);
        for (int p = 0; p < queryPanels(); p++) {
            int firstQuery = p * AttentionShape.PANEL_POSITIONS;
            int many = Math.min(AttentionShape.PANEL_POSITIONS, queries - firstQuery);
            long b = queryPanels + (long) p * queryPanelBytes();
            code.scores().call(panel, b, turned, shape.dims(), positions, (many + BLOCK - 1) / BLOCK);
            turnScores(firstQuery, many, positions, column);
        }
    }

    /** From [positions][queries] to [queries][positions]. */
    private void turnScores(int firstQuery, int many, int positions, int column) {
        long base = scratch.address();
        for (int query = 0; query < many; query++) {
            long to = scores - base + (long) (firstQuery + query) * AttentionShape.SCORE_ROW_BYTES + 4L * column;
            long at = turned - base + 4L * query;
            for (int position = 0; position < positions; position++) {
                float score = scratch.get(JAVA_FLOAT, at + (long) position * AttentionShape.SCORE_ROW_BYTES);
                scratch.set(JAVA_FLOAT, to + 4L * position, score);
            }
        }
    }

    private void softmax(int row, int start, long record) {
        int a = Math.max(start, firstVisible(row));
        int b = Math.min(start + SPLIT - 1, lastVisible(row));
        if (a <= b) {
            softmax(scores(row, 0), start, a, b, record, shape.grouped());
        }
    }

    /** Queries that see positions a to b. */
    private void softmax(long row, int start, int a, int b, long record, int many) {
        long column = 4L * (a / BLOCK * BLOCK - start);
        int blocks = b / BLOCK - a / BLOCK + 1;
        code.softmax().call(row + column, blocks, a % BLOCK, BLOCK - 1 - b % BLOCK, record, many);
    }

    /** Values of positions from {@code at} on: those that all rows see in one go, then row by row what is left. */
    private void weighPanel(int start, int block, int blocks, int at, long records) {
        code.valuePanel().call(listed(block), panel, blocks, 0, 0, 0);
        int end = at + blocks * BLOCK;
        int shared = sharedEnd(at, end);
        if (shared > at) {
            weigh(scores(0, at - start), panel, records, shared - at, queries);
        }
        for (int row = 0; shared < end && row < rows; row++) {
            int a = Math.max(shared, firstVisible(row));
            int b = Math.min(end - 1, lastVisible(row));
            if (a <= b) {
                long values = panel + (long) (a - at) * shape.valuePanelRowBytes();
                weigh(scores(row, a - start), values, record(records, row), b - a + 1, shape.grouped());
            }
        }
    }

    /** The end of the positions from {@code at} on that every row sees; {@code at} if there are none. */
    private int sharedEnd(int at, int end) {
        int shared = end;
        for (int row = 0; row < rows; row++) {
            shared = firstVisible(row) > at ? at : Math.min(shared, Math.max(at, lastVisible(row) + 1));
        }
        return shared;
    }

    private void weigh(long exponentials, long values, long records, int positions, int many) {
        code.values()
                .call(
                        exponentials,
                        values,
                        records + AttentionShape.RECORD_VALUES,
                        positions,
                        many,
                        shape.paddedDims() / 16);
    }

    /** Adds a row's record of a later split to the one that is kept, or keeps its first one. */
    private void join(int row, int split) {
        if (split == firstVisible(row) / SPLIT) {
            long bytes = (long) shape.grouped() * shape.recordBytes();
            long base = scratch.address();
            MemorySegment.copy(scratch, record(added, row) - base, scratch, record(kept, row) - base, bytes);
        } else if (split > firstVisible(row) / SPLIT && split <= lastVisible(row) / SPLIT) {
            combine(record(kept, row), record(added, row));
        }
    }

    private void combine(long record, long later) {
        code.combine().call(record, later, shape.grouped(), 0, 0, 0);
    }

    /** Puts the heads' sinks into the sums of one row's records: the few numbers are not worth machine code. */
    @SuppressWarnings("restricted") // a record is an address, as machine code takes it
    private void addSinks(long record) {
        for (int query = 0; query < shape.grouped(); query++) {
            MemorySegment one = MemorySegment.ofAddress(record + (long) query * shape.recordBytes())
                    .reinterpret(AttentionShape.RECORD_VALUES);
            float total = one.get(JAVA_FLOAT, AttentionShape.RECORD_TOTAL);
            float greatest = one.get(JAVA_FLOAT, 0);
            float whole = task.withSink(total, greatest, kvHead * shape.grouped() + query);
            one.set(JAVA_FLOAT, AttentionShape.RECORD_TOTAL, whole);
        }
    }

    private void writeResult(int row, long record) {
        if (task.hasSinks()) {
            addSinks(record);
        }
        FloatRows out = task.out();
        long at = out.offset(from + row, kvHead * shape.grouped() * shape.dims());
        long bytes = (long) shape.grouped() * shape.queryBytes();
        code.result().call(record, MachineKernels.address(out.memory(), at, bytes), shape.grouped(), 0, 0, 0);
    }
}
