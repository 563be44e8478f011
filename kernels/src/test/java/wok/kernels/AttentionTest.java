package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionTest {
    /** One sequence: its keys, values and queries, and its blocks in a shuffled order within a dirty pool. */
    private static final class Sequence {
        private final FloatRows q;
        private final FloatRows k;
        private final FloatRows v;
        private final int[] blocks;
        private final AttentionSpec spec;

        Sequence(Arena arena, AttentionSpec spec, int length, long seed) {
            this.spec = spec;
            q = TestRows.rows(arena, length, spec.heads() * spec.headDim(), seed);
            k = TestRows.rows(arena, length, spec.kvHeads() * spec.headDim(), seed + 1);
            v = TestRows.rows(arena, length, spec.kvHeads() * spec.headDim(), seed + 2);
            blocks = new int[(length + 15) / 16];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = blocks.length - i;
            }
        }

        int length() {
            return q.rows();
        }

        /** Keys and values of all positions, in a pool that held NaN before. */
        KvLayer filled(Arena arena, Compute compute, KvType type) {
            KvLayer kv = KvLayer.allocate(arena, blocks.length + 1, spec.kvHeads(), spec.headDim(), type);
            kv.memory().fill((byte) 0xFF);
            compute.appendKv(kv, k, v, map(0, length()));
            return kv;
        }

        RowMap map(int from, int to) {
            RowMap map = new RowMap(to - from);
            for (int position = from; position < to; position++) {
                map.add(position, blocks);
            }
            return map;
        }

        /** The bits of outputs at positions from … to - 1, computed in one go. */
        int[] attend(Arena arena, Compute compute, KvLayer kv, int from, int to) {
            int columns = q.columns();
            FloatRows some = FloatRows.allocate(arena, to - from, columns);
            for (int row = 0; row < to - from; row++) {
                some.setRow(row, q.row(from + row), 0);
            }
            FloatRows out = FloatRows.allocate(arena, to - from, columns);
            compute.attention(some, kv, map(from, to), spec, out);
            return Bits.of(out, to - from);
        }
    }

    static List<Arguments> cases() {
        List<Arguments> all = new ArrayList<>();
        for (KvType type : KvType.values()) {
            all.add(Arguments.of(type, new AttentionSpec(3, 1, 64, 0.125f, 0, 0), 40));
            all.add(Arguments.of(type, new AttentionSpec(4, 2, 80, 0.11f, 7, 20), 50));
            all.add(Arguments.of(type, new AttentionSpec(2, 2, 33, 0.17f, 16, 0), 37));
            all.add(Arguments.of(type, new AttentionSpec(2, 1, 16, 0.25f, 0, 0), 1050));
            all.add(Arguments.of(type, new AttentionSpec(2, 1, 16, 0.25f, 520, 5), 1050));
            all.add(Arguments.of(type, new AttentionSpec(8, 1, 128, 0.09f, 0, 0), 100));
            all.add(Arguments.of(type, new AttentionSpec(10, 1, 96, 0.1f, 0, 0), 70));
            all.add(Arguments.of(type, new AttentionSpec(5, 1, 256, 0.06f, 33, 0), 70));
            all.add(Arguments.of(type, new AttentionSpec(7, 7, 32, 0.2f, 1, 0), 20));
            all.add(Arguments.of(type, new AttentionSpec(3, 1, 7, 0.4f, 0, 3), 530));
            all.add(Arguments.of(type, new AttentionSpec(2, 1, 1, -1f, 0, 0), 18));
        }
        return all;
    }

    /** A prompt's end, whose rows share keys, and its last row alone, which reads them differently. */
    @ParameterizedTest
    @MethodSource("cases")
    void bothSetsGiveTheSameBits(KvType type, AttentionSpec spec, int length) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 2)) {
            Sequence sequence = new Sequence(arena, spec, length, 77);
            KvLayer expected = sequence.filled(arena, reference, type);
            int from = Math.max(0, length - 60);
            int[] rows = sequence.attend(arena, reference, expected, from, length);
            int[] last = java.util.Arrays.copyOfRange(rows, rows.length - sequence.q.columns(), rows.length);
            TestSets.fast().forEach(set -> {
                try (Compute fast = Compute.of(set, 3)) {
                    KvLayer kv = sequence.filled(arena, fast, type);
                    assertThat(kv.memory().mismatch(expected.memory()))
                            .as(set.name())
                            .isEqualTo(-1);
                    assertThat(sequence.attend(arena, fast, kv, from, length))
                            .as(set.name())
                            .isEqualTo(rows);
                    assertThat(sequence.attend(arena, fast, kv, length - 1, length))
                            .as(set.name())
                            .isEqualTo(last);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void chunksBatchesAndThreadsDoNotChangeABit(KvType type, AttentionSpec spec, int length) {
        TestSets.fast().forEach(set -> {
            try (Arena arena = Arena.ofShared();
                    Compute one = Compute.of(set, 1);
                    Compute three = Compute.of(set, 3)) {
                Sequence sequence = new Sequence(arena, spec, length, 5);
                KvLayer kv = sequence.filled(arena, one, type);
                int from = Math.max(0, length - 33);
                int[] whole = sequence.attend(arena, three, kv, from, length);
                int columns = sequence.q.columns();
                for (int position = from; position < length; position++) {
                    int[] expected = java.util.Arrays.copyOfRange(
                            whole, (position - from) * columns, (position - from + 1) * columns);
                    assertThat(sequence.attend(arena, one, kv, position, position + 1))
                            .isEqualTo(expected);
                }
            }
        });
    }

    /** A tile whose rows begin in different splits, rows out of order, and infinite and not-a-number keys. */
    @ParameterizedTest
    @EnumSource(KvType.class)
    void windowsOverTheEdgeOfASplitAndOddNumbersGiveTheSameBits(KvType type) {
        AttentionSpec spec = new AttentionSpec(2, 1, 48, 0.2f, 30, 0);
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1)) {
            Sequence sequence = new Sequence(arena, spec, 600, 9);
            sequence.k.set(520, 3, Float.NaN);
            sequence.v.set(530, 5, Float.POSITIVE_INFINITY);
            sequence.k.set(580, 2, Float.NEGATIVE_INFINITY);
            KvLayer kv = sequence.filled(arena, reference, type);
            RowMap map = new RowMap(60);
            for (int row = 0; row < 60; row++) {
                map.add(row % 2 == 0 ? 599 - row : 500 + row, sequence.blocks);
            }
            FloatRows expected = FloatRows.allocate(arena, 60, 96);
            reference.attention(sequence.q.reshaped(60, 96), kv, map, spec, expected);
            TestSets.fast().forEach(set -> {
                try (Compute fast = Compute.of(set, 1)) {
                    FloatRows out = FloatRows.allocate(arena, 60, 96);
                    fast.attention(sequence.q.reshaped(60, 96), kv, map, spec, out);
                    assertThat(Bits.of(out, 60)).as(set.name()).isEqualTo(Bits.of(expected, 60));
                }
            });
        }
    }

    @Test
    void rowsOfSeveralSequencesDoNotSeeEachOther() {
        TestSets.fast().forEach(AttentionTest::rowsOfSeveralSequencesDoNotSeeEachOther);
    }

    private static void rowsOfSeveralSequencesDoNotSeeEachOther(Kernels set) {
        AttentionSpec spec = new AttentionSpec(2, 1, 32, 0.2f, 0, 0);
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.of(set, 2)) {
            Sequence a = new Sequence(arena, spec, 20, 1);
            KvLayer kv = a.filled(arena, compute, KvType.F16);
            int[] alone = a.attend(arena, compute, kv, 18, 20);
            int[] other = {a.blocks[1]};
            RowMap map = new RowMap(3);
            map.add(18, a.blocks);
            map.add(2, other);
            map.add(19, a.blocks);
            FloatRows q = FloatRows.allocate(arena, 3, 64);
            q.setRow(0, a.q.row(18), 0);
            q.setRow(1, a.q.row(3), 0);
            q.setRow(2, a.q.row(19), 0);
            FloatRows out = FloatRows.allocate(arena, 3, 64);
            compute.attention(q, kv, map, spec, out);
            assertThat(Bits.of(out.row(0))).isEqualTo(java.util.Arrays.copyOf(alone, 64));
            assertThat(Bits.of(out.row(2))).isEqualTo(java.util.Arrays.copyOfRange(alone, 64, 128));
        }
    }

    /**
     * Against softmax(q k) v in double, with the keys and values as they are stored. Scores are some units in size, so
     * their rounding and that of exp stay below 1e-5 of the weights; 1e-4 of the greatest value is a wide margin.
     */
    @ParameterizedTest
    @EnumSource(KvType.class)
    void referenceIsNearTheExactOne(KvType type) {
        AttentionSpec spec = new AttentionSpec(2, 1, 16, 0.25f, 530, 8);
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            Sequence sequence = new Sequence(arena, spec, 700, 3);
            for (int row = 0; row < 700; row++) {
                tame(sequence.q, row);
                tame(sequence.k, row);
                tame(sequence.v, row);
            }
            KvLayer kv = sequence.filled(arena, compute, type);
            int[] bits = sequence.attend(arena, compute, kv, 699, 700);
            for (int i = 0; i < 32; i++) {
                double exact = exact(sequence, kv, 699, i / 16, i % 16);
                assertThat((double) Float.intBitsToFloat(bits[i])).isCloseTo(exact, Offset.offset(4e-4));
            }
        }
    }

    private static void tame(FloatRows rows, int row) {
        for (int c = 0; c < rows.columns(); c++) {
            rows.set(row, c, Math.clamp(rows.get(row, c), -4f, 4f));
        }
    }

    private static double exact(Sequence sequence, KvLayer kv, int position, int head, int dim) {
        AttentionSpec spec = sequence.spec;
        double weights = 0;
        double sum = 0;
        for (int p = position - spec.window() + 1; p <= position; p++) {
            int block = sequence.blocks[p / 16];
            double score = 0;
            for (int d = 0; d < spec.headDim(); d++) {
                score += (double) sequence.q.get(position, head * spec.headDim() + d) * kv.key(block, 0, p % 16, d);
            }
            double capped = spec.softcap() * Math.tanh(score * spec.scale() / spec.softcap());
            weights += Math.exp(capped);
            sum += Math.exp(capped) * kv.value(block, 0, p % 16, dim);
        }
        return sum / weights;
    }

    @Test
    void storesKeysAndValuesAsTheirTypeRoundsThem() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            FloatRows x = TestRows.rows(arena, 1, 80, 6);
            RowMap map = new RowMap(1);
            map.add(5, new int[] {1});
            for (KvType type : KvType.values()) {
                KvLayer kv = KvLayer.allocate(arena, 3, 2, 40, type);
                compute.appendKv(kv, x, x, map);
                kv.copyBlock(1, 2);
                for (int i = 0; i < 80; i++) {
                    float expected = stored(x, i, type);
                    assertThat(kv.key(1, i / 40, 5, i % 40)).isEqualTo(expected);
                    assertThat(kv.value(2, i / 40, 5, i % 40)).isEqualTo(expected);
                }
            }
        }
    }

    private static float stored(FloatRows x, int i, KvType type) {
        float value = x.get(0, i);
        return switch (type) {
            case F32 -> value;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            case Q8 -> {
                int from = i / 40 * 40 + i % 40 / 32 * 32;
                float greatest = 0;
                for (int j = from; j < Math.min(from + 32, i / 40 * 40 + 40); j++) {
                    greatest = Math.max(greatest, Math.abs(x.get(0, j)));
                }
                float scale = greatest / 127;
                yield scale * (int) Math.rint(value * (1 / scale));
            }
        };
    }

    @Test
    void countsTheBytesOfABlock() {
        assertThat(KvLayer.blockBytes(3, 64, KvType.F16)).isEqualTo(2L * 3 * 16 * 64 * 2);
        assertThat(KvLayer.blockBytes(3, 64, KvType.F32)).isEqualTo(2L * 3 * 16 * 64 * 4);
        assertThat(KvLayer.blockBytes(3, 64, KvType.Q8)).isEqualTo(2L * 3 * (16 * 64 + 4 * 16 * 2));
    }

    @Test
    void rejectsWhatDoesNotFitTogether() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.VECTOR, 1)) {
            KvLayer kv = KvLayer.allocate(arena, 2, 1, 16, KvType.F16);
            RowMap map = new RowMap(1);
            assertThatThrownBy(() -> map.add(16, new int[] {0})).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> map.add(-1, new int[] {0})).hasMessageContaining("position: -1");
            map.add(3, new int[] {2});
            assertThatThrownBy(() -> map.add(3, new int[] {0})).hasMessageContaining("room for one more");
            FloatRows x = FloatRows.allocate(arena, 1, 16);
            assertThatThrownBy(() -> compute.appendKv(kv, x, x, map)).isInstanceOf(IndexOutOfBoundsException.class);
            AttentionSpec other = new AttentionSpec(1, 1, 32, 1, 0, 0);
            assertThatThrownBy(() -> compute.attention(x, kv, map, other, x))
                    .hasMessageContaining("kv.headDim: 16 (expected: 32)");
            assertThatThrownBy(() -> new AttentionSpec(3, 2, 8, 1, 0, 0)).hasMessageContaining("heads: 3");
        }
    }
}
