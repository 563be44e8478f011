package wok.kernels;

import java.lang.foreign.Arena;
import java.util.Random;

/**
 * Compares freshly assembled attention with the reference on a small case, bit for bit: a window over the border of two
 * splits, six rows together (unpacked keys) and one row alone (keys read directly), so that all functions run. It takes
 * some milliseconds. Any thread.
 */
final class AttentionCheck {
    private static final int ROWS = 6;
    private static final int WINDOW = 24;
    /** The last row's position. */
    private static final int LAST = AttentionTask.SPLIT_POSITIONS + 14;

    private AttentionCheck() {}

    /**
     * Runs the comparison.
     *
     * @throws KernelException if a bit differs
     */
    static void run(AttentionCode code) {
        AttentionShape shape = code.shape();
        AttentionSpec spec =
                new AttentionSpec(shape.grouped(), 1, shape.dims(), shape.scale(), WINDOW, shape.softcap());
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(1);
            KvLayer kv = keysAndValues(arena, shape, random);
            FloatRows q = random(arena, ROWS, shape.grouped() * shape.dims(), random);
            compare(code, kv, spec, q, ROWS, arena);
            compare(code, kv, spec, q, 1, arena);
        }
    }

    private static int[] blockTable() {
        int[] table = new int[LAST / KvLayer.BLOCK_POSITIONS + 1];
        for (int i = 0; i < table.length; i++) {
            table[i] = i % 3;
        }
        return table;
    }

    /** Three blocks, which all positions share. */
    private static KvLayer keysAndValues(Arena arena, AttentionShape shape, Random random) {
        KvLayer kv = KvLayer.allocate(arena, 3, 1, shape.dims(), shape.type());
        for (int place = 0; place < 3 * KvLayer.BLOCK_POSITIONS; place++) {
            FloatRows k = random(arena, 1, shape.dims(), random);
            FloatRows v = random(arena, 1, shape.dims(), random);
            kv.append(k, v, 0, place / KvLayer.BLOCK_POSITIONS, place % KvLayer.BLOCK_POSITIONS);
        }
        return kv;
    }

    private static FloatRows random(Arena arena, int rows, int columns, Random random) {
        FloatRows x = FloatRows.allocate(arena, rows, columns);
        for (int i = 0; i < rows * columns; i++) {
            x.set(i / columns, i % columns, random.nextFloat(-1, 1));
        }
        return x;
    }

    private static void compare(
            AttentionCode code, KvLayer kv, AttentionSpec spec, FloatRows q, int rows, Arena arena) {
        RowMap map = new RowMap(rows);
        int[] table = blockTable();
        for (int row = 0; row < rows; row++) {
            map.add(LAST - rows + 1 + row, table);
        }
        FloatRows out = FloatRows.allocate(arena, rows, q.columns());
        FloatRows expected = FloatRows.allocate(arena, rows, q.columns());
        AttentionTask task = new AttentionTask(new ReferenceKernels(), new Workspace[] {new Workspace()});
        task.set(q, kv, map, spec, out);
        new AttentionWorker().begin(task, code, 0, 0, rows).attend();
        task.set(q, kv, map, spec, expected);
        for (int i = 0; i < task.tasks(); i++) {
            task.run(i, 0);
        }
        long at = out.memory().mismatch(expected.memory());
        if (at >= 0) {
            throw new KernelException("kernels: machine attention of " + code.shape() + ", rows " + rows
                    + " differs from the reference at byte " + at
                    + " of its results (expected: the same bits); take --kernels vector");
        }
    }
}
