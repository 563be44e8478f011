package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import wok.assembler.MachineFunction;

/**
 * Compares freshly assembled attention with the reference, bit for bit, before it is used.
 *
 * <p>The reference takes part in a small case only, since it runs cold, at start-up, where it makes some ten
 * multiply-adds a microsecond: ten positions around the border of two splits, at least six queries in several rows,
 * then one row alone. That leaves out the wide paths of the code, for many blocks or other numbers of queries; they are
 * compared with the narrow ones that the reference has confirmed. All in all some ten milliseconds. One thread.
 */
final class AttentionCheck {
    private static final int WINDOW = 10;
    /** The last row's position. */
    private static final int LAST = AttentionTask.SPLIT_POSITIONS + 4;

    private static final int TILE_QUERIES = 6;
    private static final int BLOCKS = 2;
    /** All powers of two up to eight blocks at once. */
    private static final int STREAMED_BLOCKS = 15;
    /** Addresses behind a list that are fetched but not used; see {@link KeyStreamCode}. */
    private static final int FETCHED = 8;

    private final AttentionCode code;
    private final AttentionShape shape;
    private final Arena arena;
    private final Random random = new Random(1);
    private final KvLayer kv;

    private AttentionCheck(AttentionCode code, Arena arena) {
        this.code = code;
        this.arena = arena;
        shape = code.shape();
        kv = shape.joined()
                ? KvLayer.allocateJoined(arena, BLOCKS, shape.dims(), shape.type())
                : KvLayer.allocate(arena, BLOCKS, 1, shape.dims(), shape.type());
        for (int place = 0; place < BLOCKS * KvLayer.BLOCK_POSITIONS; place++) {
            FloatRows k = random(1, shape.dims());
            FloatRows v = random(1, shape.dims());
            kv.append(k, v, 0, place / KvLayer.BLOCK_POSITIONS, place % KvLayer.BLOCK_POSITIONS);
        }
    }

    /**
     * Runs the comparison.
     *
     * @throws KernelException if a bit differs
     */
    static void run(AttentionCode code) {
        try (Arena arena = Arena.ofConfined()) {
            AttentionCheck check = new AttentionCheck(code, arena);
            check.compareWithReference(Math.max(
                    2, (TILE_QUERIES + code.shape().grouped()) / code.shape().grouped()));
            check.compareWithReference(1);
            check.compareTiles(code.scores(), AttentionShape.SCORE_ROW_BYTES, AttentionShape.PANEL_BLOCKS);
            check.compareTiles(
                    code.values(), code.shape().recordBytes(), code.shape().paddedDims() / 16);
            code.streams().ifPresent(check::compareStreams);
        }
    }

    private FloatRows random(int rows, int columns) {
        FloatRows x = FloatRows.allocate(arena, rows, columns);
        for (int i = 0; i < rows * columns; i++) {
            x.set(i / columns, i % columns, random.nextFloat(-1, 1));
        }
        return x;
    }

    private void compareWithReference(int rows) {
        AttentionSpec spec =
                new AttentionSpec(shape.grouped(), 1, shape.dims(), shape.scale(), WINDOW, shape.softcap());
        int[] table = new int[LAST / KvLayer.BLOCK_POSITIONS + 1];
        table[table.length - 1] = 1;
        RowMap map = new RowMap(rows);
        for (int row = 0; row < rows; row++) {
            map.add(LAST - rows + 1 + row, table);
        }
        FloatRows q = random(rows, shape.grouped() * shape.dims());
        FloatRows out = FloatRows.allocate(arena, rows, q.columns());
        FloatRows expected = FloatRows.allocate(arena, rows, q.columns());
        Workspace workspace = new Workspace();
        AttentionTask task = new AttentionTask(new ReferenceKernels(), new Workspace[] {workspace});
        task.set(q, kv, map, spec, expected);
        for (int i = 0; i < task.tasks(); i++) {
            task.run(i, 0);
        }
        task.set(q, kv, map, spec, out);
        workspace.attentionWorker().begin(task, code, 0, 0, rows).attend();
        require(out.memory().mismatch(expected.memory()) < 0, rows + " rows");
    }

    /** One to six queries over all columns at once, against six over sixteen columns at a time; chains of two. */
    private void compareTiles(MachineFunction product, int rowBytes, int sixteens) {
        FloatRows a = random(TILE_QUERIES, AttentionShape.SCORE_ROW_BYTES / 4 + shape.dims());
        FloatRows b = random(2, AttentionShape.PANEL_POSITIONS + shape.paddedDims());
        MemorySegment narrow = zeros((long) TILE_QUERIES * rowBytes);
        for (long column = 0; column < 64L * sixteens; column += 64) {
            long to = narrow.address() + column;
            product.call(a.memory().address(), b.memory().address() + column, to, 2, TILE_QUERIES, 1);
        }
        for (int queries = 1; queries <= TILE_QUERIES; queries++) {
            MemorySegment wide = zeros((long) TILE_QUERIES * rowBytes);
            product.call(a.memory().address(), b.memory().address(), wide.address(), 2, queries, sixteens);
            requireSameRows(wide, narrow, queries, rowBytes, product.name() + ", " + queries + " queries");
        }
    }

    private MemorySegment zeros(long bytes) {
        return arena.allocate(bytes, FloatRows.ALIGNMENT);
    }

    private void requireSameRows(MemorySegment wide, MemorySegment narrow, int rows, long rowBytes, String what) {
        boolean same = wide.asSlice(0, rows * rowBytes).mismatch(narrow.asSlice(0, rows * rowBytes)) < 0;
        require(same, what);
    }

    /** Many blocks in one call against one block after the other. */
    private void compareStreams(AttentionCode.Streams streams) {
        int queries = shape.streamedQueries();
        FloatRows q = random(queries, shape.dims());
        MemorySegment list = zeros((long) Long.BYTES * (STREAMED_BLOCKS + FETCHED));
        for (int i = 0; i < STREAMED_BLOCKS + FETCHED; i++) {
            list.setAtIndex(JAVA_LONG, i, kv.memory().address() + kv.keys(i % BLOCKS, 0));
        }
        MemorySegment scores = zeros((long) queries * AttentionShape.SCORE_ROW_BYTES);
        MemorySegment scoresByOne = zeros((long) queries * AttentionShape.SCORE_ROW_BYTES);
        MemorySegment values = zeros((long) queries * shape.recordBytes());
        MemorySegment valuesByOne = zeros((long) queries * shape.recordBytes());
        int positions = STREAMED_BLOCKS * KvLayer.BLOCK_POSITIONS;
        streams.scores().call(q.memory().address(), list.address(), STREAMED_BLOCKS, scores.address(), 0, 0);
        streams.values().call(scores.address(), list.address(), 0, positions, values.address(), 0);
        for (int i = 0; i < STREAMED_BLOCKS; i++) {
            long at = list.address() + (long) Long.BYTES * i;
            long to = scoresByOne.address() + 4L * i * KvLayer.BLOCK_POSITIONS;
            streams.scores().call(q.memory().address(), at, 1, to, 0, 0);
            streams.values().call(to, at, 0, KvLayer.BLOCK_POSITIONS, valuesByOne.address(), 0);
        }
        requireSameRows(
                scores,
                scoresByOne,
                queries,
                AttentionShape.SCORE_ROW_BYTES,
                streams.scores().name());
        requireSameRows(
                values,
                valuesByOne,
                queries,
                shape.recordBytes(),
                streams.values().name());
    }

    private void require(boolean same, String what) {
        if (!same) {
            throw new KernelException("kernels: machine attention differs from the reference, " + what + " of " + shape
                    + " (expected: the same bits); take --kernels vector and report this");
        }
    }
}
