package wok.kernels;

import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Attention over chosen positions: some rows at a time, each row's positions are copied one behind the other into blocks
 * of its own, and ordinary attention runs over those. So the i-th chosen position is in every respect position i: that is
 * the whole arithmetic, and every kernel set has it already. Copying 2048 rows of 576 half-precision numbers takes some
 * tenth of the time that 128 heads need to attend to them.
 *
 * <p>One object per {@link Compute}; memory is allocated at the first use and when a larger shape comes. One thread calls,
 * the team copies.
 */
final class ChosenAttention {
    /** Rows that are copied at once: enough for a team, few enough for the caches. */
    private static final int ROWS_MAX = 8;

    private static final int BLOCK = KvLayer.BLOCK_POSITIONS;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Scratch(KvLayer kv, int[][] tables, FloatRows q, FloatRows out) {
        static Scratch of(KvLayer like, int most, int columns) {
            int blocks = (most + BLOCK - 1) / BLOCK;
            int[][] tables = new int[ROWS_MAX][blocks];
            for (int row = 0; row < ROWS_MAX; row++) {
                int first = row * blocks;
                Arrays.setAll(tables[row], i -> first + i);
            }
            Arena arena = Arena.ofAuto();
            return new Scratch(
                    KvLayer.allocateJoined(arena, ROWS_MAX * blocks, like.headDim(), like.type()),
                    tables,
                    FloatRows.allocate(arena, ROWS_MAX, columns),
                    FloatRows.allocate(arena, ROWS_MAX, columns));
        }

        boolean serves(KvLayer like, int most, int columns) {
            return kv.headDim() == like.headDim()
                    && kv.type() == like.type()
                    && tables[0].length * BLOCK >= most
                    && q.columns() == columns;
        }
    }

    private final ThreadTeam team;
    private final RowMap map = new RowMap(ROWS_MAX);
    private Scratch scratch;

    ChosenAttention(ThreadTeam team) {
        this.team = team;
        scratch = new Scratch(
                KvLayer.allocateJoined(Arena.ofAuto(), 1, 1, KvType.F32),
                new int[1][0],
                FloatRows.allocate(Arena.ofAuto(), 0, 1),
                FloatRows.allocate(Arena.ofAuto(), 0, 1));
    }

    /** As {@link Compute#attentionToChosen}. */
    void run(
            Compute compute,
            FloatRows q,
            KvLayer kv,
            RowMap rows,
            ChosenPositions chosen,
            AttentionSpec spec,
            FloatRows out) {
        if (!scratch.serves(kv, chosen.most(), q.columns())) {
            scratch = Scratch.of(kv, chosen.most(), q.columns());
        }
        for (int first = 0; first < rows.rows(); first += ROWS_MAX) {
            int from = first;
            int count = Math.min(ROWS_MAX, rows.rows() - first);
            team.run(count, (row, worker) -> gather(q, kv, rows.blockTable(from + row), chosen, from + row, row));
            map.clear();
            for (int row = 0; row < count; row++) {
                map.add(chosen.count(first + row) - 1, scratch.tables()[row]);
            }
            compute.attention(scratch.q(), scratch.kv(), map, spec, scratch.out());
            for (int row = 0; row < count; row++) {
                SharedRows.copyColumns(scratch.out(), row, 0, out, first + row, 0, out.columns());
            }
        }
    }

    private void gather(FloatRows q, KvLayer kv, int[] blockTable, ChosenPositions chosen, int row, int to) {
        SharedRows.copyColumns(q, row, 0, scratch.q(), to, 0, q.columns());
        int[] table = scratch.tables()[to];
        for (int i = 0; i < chosen.count(row); i++) {
            int position = chosen.position(row, i);
            scratch.kv().copyPosition(kv, blockTable[position / BLOCK], position % BLOCK, table[i / BLOCK], i % BLOCK);
        }
    }
}
