package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The choice of positions, and attention to the chosen ones. */
class PositionIndexTest {
    private static final IndexSpec SPEC = new IndexSpec(3, 20, 0.3f);

    /** Positions, and how many are chosen. */
    @ParameterizedTest
    @CsvSource({"1, 4", "4, 4", "5, 4", "70, 16", "600, 513"})
    void choosesTheBestScoresAndOfEqualOnesTheFirst(int positions, int most) {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 3)) {
            Rows rows = Rows.of(arena, compute, positions);
            ChosenPositions chosen = rows.choose(compute, most);
            for (int row = 0; row < positions; row++) {
                int own = row;
                float[] scores = rows.scores(row);
                List<Integer> best =
                        new ArrayList<>(IntStream.rangeClosed(0, own).boxed().toList());
                best.sort(
                        (a, b) -> scores[a] != scores[b] ? Float.compare(scores[b], scores[a]) : Integer.compare(a, b));
                List<Integer> expected = best.stream().limit(most).sorted().toList();
                assertThat(IntStream.range(0, chosen.count(own))
                                .mapToObj(i -> chosen.position(own, i))
                                .toList())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void attentionToAllPositionsIsOrdinaryAttention() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 2)) {
            int positions = 40;
            AttentionSpec spec = new AttentionSpec(3, 1, 48, 0.2f, 0, 0);
            FloatRows q = TestRows.rows(arena, positions, 3 * 48, 1);
            FloatRows kept = TestRows.rows(arena, positions, 48, 2);
            for (KvType type : KvType.values()) {
                KvLayer kv = KvLayer.allocateJoined(arena, 3, 48, type);
                RowMap map = Rows.map(positions);
                compute.appendKv(kv, kept, kept, map);
                FloatRows expected = FloatRows.allocate(arena, positions, 3 * 48);
                FloatRows out = FloatRows.allocate(arena, positions, 3 * 48);
                compute.attention(q, kv, map, spec, expected);
                compute.attentionToChosen(q, kv, map, all(positions), spec, out);
                assertThat(Bits.of(out, positions)).isEqualTo(Bits.of(expected, positions));
            }
        }
    }

    @Test
    void rejectsAnIndexWithoutHeads() {
        assertThatThrownBy(() -> new IndexSpec(0, 4, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ChosenPositions all(int positions) {
        ChosenPositions chosen = new ChosenPositions(positions, positions);
        for (int row = 0; row < positions; row++) {
            for (int p = 0; p <= row; p++) {
                chosen.set(row, p, p);
            }
            chosen.setCount(row, row + 1);
        }
        return chosen;
    }

    private record Rows(FloatRows q, FloatRows weights, KvLayer keys, RowMap map) {
        static Rows of(Arena arena, Compute compute, int positions) {
            FloatRows q = TestRows.rows(arena, positions, SPEC.heads() * SPEC.dims(), 1);
            FloatRows weights = TestRows.rows(arena, positions, SPEC.heads(), 2);
            FloatRows k = TestRows.rows(arena, positions, SPEC.dims(), 3);
            for (int row = 7; row < positions; row += 7) {
                k.setRow(row, k.row(row - 7), 0);
            }
            KvLayer keys = KvLayer.allocateJoined(arena, (positions + 15) / 16, SPEC.dims(), KvType.F32);
            compute.appendKv(keys, k, k, map(positions));
            return new Rows(q, weights, keys, map(positions));
        }

        static RowMap map(int positions) {
            int blocks = (positions + 15) / 16;
            int[] table = IntStream.range(0, blocks).map(i -> blocks - 1 - i).toArray();
            RowMap map = new RowMap(positions);
            IntStream.range(0, positions).forEach(position -> map.add(position, table));
            return map;
        }

        ChosenPositions choose(Compute compute, int most) {
            ChosenPositions chosen = new ChosenPositions(map.rows(), most);
            compute.choosePositions(q, weights, keys, map, SPEC, chosen);
            return chosen;
        }

        /** By the formula. */
        float[] scores(int row) {
            float[] scores = new float[row + 1];
            for (int p = 0; p <= row; p++) {
                int block = map.blockTable(row)[p / 16];
                for (int head = 0; head < SPEC.heads(); head++) {
                    float dot = 0;
                    for (int d = 0; d < SPEC.dims(); d++) {
                        dot = Math.fma(q.get(row, head * SPEC.dims() + d), keys.key(block, 0, p % 16, d), dot);
                    }
                    scores[p] = Math.fma(weights.get(row, head), Math.max(dot * SPEC.scale(), 0), scores[p]);
                }
                scores[p] += 0f;
            }
            return scores;
        }
    }
}
