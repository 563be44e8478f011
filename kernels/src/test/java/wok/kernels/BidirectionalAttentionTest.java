package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention of encoders: every row sees its whole sequence, or a window as far ahead as back. */
class BidirectionalAttentionTest {
    /** Two sequences in one batch, the second behind the first. */
    private record Batch(FloatRows q, FloatRows k, FloatRows v, RowMap map, int blocks) {
        static Batch of(Arena arena, AttentionSpec spec, int first, int second) {
            int rows = first + second;
            RowMap map = new RowMap(rows);
            int[] table = new int[(first + 15) / 16];
            java.util.Arrays.setAll(table, i -> i);
            int[] other = new int[(second + 15) / 16];
            java.util.Arrays.setAll(other, i -> table.length + i);
            for (int p = 0; p < first; p++) {
                map.add(p, first - 1, table);
            }
            for (int p = 0; p < second; p++) {
                map.add(p, second - 1, other);
            }
            int kvColumns = spec.kvHeads() * spec.headDim();
            return new Batch(
                    TestRows.rows(arena, rows, spec.heads() * spec.headDim(), 1),
                    TestRows.rows(arena, rows, kvColumns, 2),
                    TestRows.rows(arena, rows, kvColumns, 3),
                    map,
                    table.length + other.length);
        }

        FloatRows attend(Arena arena, Compute compute, AttentionSpec spec, KvType type) {
            KvLayer kv = KvLayer.allocate(arena, blocks, spec.kvHeads(), spec.headDim(), type);
            kv.memory().fill((byte) 0xFF);
            compute.appendKv(kv, k, v, map);
            FloatRows out = FloatRows.allocate(arena, q.rows(), q.columns());
            compute.attention(q, kv, map, spec, out);
            return out;
        }
    }

    static List<Arguments> cases() {
        return List.of(
                Arguments.of(new AttentionSpec(3, 3, 32, 0.17f, 0, 0), 40),
                Arguments.of(new AttentionSpec(4, 2, 64, 0.125f, 0, 0), 17),
                Arguments.of(new AttentionSpec(2, 2, 33, 0.17f, 9, 0), 70),
                Arguments.of(new AttentionSpec(2, 1, 16, 0.25f, 65, 5), 600),
                Arguments.of(new AttentionSpec(1, 1, 16, 0.25f, 0, 0), 530),
                Arguments.of(new AttentionSpec(2, 2, 8, 0.3f, 1, 0), 20),
                Arguments.of(new AttentionSpec(2, 2, 24, 0.3f, 0, 0), 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void allSetsAndThreadsGiveTheSameBits(AttentionSpec spec, int length) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1)) {
            for (KvType type : List.of(KvType.F32, KvType.F16)) {
                Batch batch = Batch.of(arena, spec, length, 21);
                int[] expected = Bits.of(batch.attend(arena, reference, spec, type), length + 21);
                TestSets.fast().forEach(set -> {
                    for (int threads : new int[] {1, 3}) {
                        try (Compute fast = Compute.of(set, threads)) {
                            assertThat(Bits.of(batch.attend(arena, fast, spec, type), length + 21))
                                    .as("%s %s %d threads", set.name(), type, threads)
                                    .isEqualTo(expected);
                        }
                    }
                });
            }
        }
    }

    /** Against softmax in double; a row of the second sequence too, which must see nothing of the first. */
    @ParameterizedTest
    @MethodSource("cases")
    void referenceIsNearTheExactOne(AttentionSpec spec, int length) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1)) {
            Batch batch = Batch.of(arena, spec, length, 21);
            tame(batch.q());
            tame(batch.k());
            tame(batch.v());
            FloatRows out = batch.attend(arena, reference, spec, KvType.F32);
            for (int position : new int[] {0, length / 2, length - 1}) {
                assertThat((double) out.get(position, 5))
                        .isCloseTo(exact(batch, spec, 0, length, position), Offset.offset(1e-4));
            }
            for (int position : new int[] {0, 10, 20}) {
                assertThat((double) out.get(length + position, 5))
                        .isCloseTo(exact(batch, spec, length, 21, position), Offset.offset(1e-4));
            }
        }
    }

    private static void tame(FloatRows rows) {
        for (int r = 0; r < rows.rows(); r++) {
            for (int c = 0; c < rows.columns(); c++) {
                rows.set(r, c, Math.clamp(rows.get(r, c), -3f, 3f));
            }
        }
    }

    /** Dimension 5 of head 0 for a sequence whose rows begin at {@code from}. */
    private static double exact(Batch batch, AttentionSpec spec, int from, int length, int position) {
        double weights = 0;
        double sum = 0;
        for (int p = 0; p < length; p++) {
            if (spec.window() > 0 && Math.abs(p - position) >= spec.window()) {
                continue;
            }
            double score = 0;
            for (int d = 0; d < spec.headDim(); d++) {
                score += (double) batch.q().get(from + position, d) * batch.k().get(from + p, d);
            }
            score *= spec.scale();
            double e = Math.exp(spec.softcap() == 0 ? score : spec.softcap() * Math.tanh(score / spec.softcap()));
            weights += e;
            sum += e * batch.v().get(from + p, 5);
        }
        return sum / weights;
    }

    @Test
    void rejectsALastPositionBeforeTheRowOrBeyondItsBlocks() {
        RowMap map = new RowMap(2);
        assertThatThrownBy(() -> map.add(3, 2, new int[] {0}))
                .hasMessageContaining("last: 2 (expected: position, 3, or more)");
        assertThatThrownBy(() -> map.add(3, 16, new int[] {0})).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
