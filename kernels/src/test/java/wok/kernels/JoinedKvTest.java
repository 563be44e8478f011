package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.tensor.DType;

/** Caches whose values are keys, and the products of single heads: what latent attention is made of. */
class JoinedKvTest {

    /** Heads, dimensions, positions, rows that attend. */
    @ParameterizedTest
    @CsvSource({"4, 48, 40, 40", "3, 36, 530, 3", "16, 80, 1100, 1", "5, 576, 33, 7", "2, 16, 600, 100"})
    void attendsLikeAnOrdinaryCacheThatHoldsEveryRowTwice(int heads, int dims, int positions, int rows) {
        try (Arena arena = Arena.ofShared();
                Compute reference = Compute.create(KernelSet.REFERENCE, 1)) {
            AttentionSpec spec = new AttentionSpec(heads, 1, dims, 0.11f, 0, 0);
            FloatRows q = TestRows.rows(arena, rows, heads * dims, 1);
            FloatRows kept = TestRows.rows(arena, positions, dims, 2);
            for (KvType type : KvType.values()) {
                int[] expected = attend(arena, reference, q, kept, spec, type, false);
                assertThat(attend(arena, reference, q, kept, spec, type, true)).isEqualTo(expected);
                TestSets.fast().forEach(set -> {
                    for (int threads : new int[] {1, 3}) {
                        try (Compute fast = Compute.of(set, threads)) {
                            assertThat(attend(arena, fast, q, kept, spec, type, true))
                                    .as("%s %s %d threads", set.name(), type, threads)
                                    .isEqualTo(expected);
                        }
                    }
                });
            }
        }
    }

    private static int[] attend(
            Arena arena,
            Compute compute,
            FloatRows q,
            FloatRows kept,
            AttentionSpec spec,
            KvType type,
            boolean joined) {
        int blocks = (kept.rows() + 15) / 16;
        KvLayer kv = joined
                ? KvLayer.allocateJoined(arena, blocks, spec.headDim(), type)
                : KvLayer.allocate(arena, blocks, 1, spec.headDim(), type);
        kv.memory().fill((byte) 0xFF);
        int[] table = IntStream.range(0, blocks).map(i -> blocks - 1 - i).toArray();
        compute.appendKv(kv, kept, kept, rows(table, 0, kept.rows()));
        FloatRows out = FloatRows.allocate(arena, q.rows(), q.columns());
        compute.attention(q, kv, rows(table, kept.rows() - q.rows(), kept.rows()), spec, out);
        return Bits.of(out, q.rows());
    }

    private static RowMap rows(int[] table, int from, int to) {
        RowMap map = new RowMap(to - from);
        for (int position = from; position < to; position++) {
            map.add(position, table);
        }
        return map;
    }

    @Test
    void takesHalfTheMemoryAndCopiesBlocks() {
        try (Arena arena = Arena.ofShared()) {
            KvLayer kv = KvLayer.allocateJoined(arena, 3, 576, KvType.F16);
            assertThat(kv.bytes()).isEqualTo(3L * 16 * 576 * 2);
            assertThat(KvLayer.joinedBlockBytes(576, KvType.F16)).isEqualTo(16L * 576 * 2);
            FloatRows row = TestRows.rows(arena, 1, 576, 4);
            kv.append(row, row, 0, 0, 5);
            kv.copyBlock(0, 2);
            assertThat(kv.value(2, 0, 5, 7)).isEqualTo(kv.value(0, 0, 5, 7));
            assertThat(kv.key(2, 0, 5, 7)).isEqualTo(kv.value(0, 0, 5, 7));
        }
    }

    @Test
    void productsOfHeadsAreThoseOfEachHeadAlone() {
        try (Arena arena = Arena.ofShared()) {
            TestSets.fast().forEach(set -> {
                for (DType type : List.of(DType.F32, DType.Q8_0)) {
                    try (Compute compute = Compute.of(set, 3)) {
                        requireProductsOfHeads(arena, compute, type, 5, 70);
                        requireProductsOfHeads(arena, compute, type, 40, 1);
                    }
                }
            });
        }
    }

    private static void requireProductsOfHeads(Arena arena, Compute compute, DType type, int heads, int n) {
        List<PackedMatrix> w = IntStream.range(0, heads)
                .mapToObj(head -> WeightPacker.pack(
                        GoldenBlocks.tensor(type, 48, 128, arena), ActivationPrecision.Q8, arena, compute.team()))
                .toList();
        FloatRows x = TestRows.rows(arena, n, heads * 130, 3);
        FloatRows y = FloatRows.allocate(arena, n, heads * 50);
        compute.multiplyHeads(w, x, new HeadColumns(130, 2, 128), n, y, new HeadColumns(50, 1, 48));
        Activations input = Activations.allocate(arena, n, 128);
        FloatRows alone = FloatRows.allocate(arena, n, 48);
        FloatRows part = FloatRows.allocate(arena, n, 48);
        for (int head = 0; head < heads; head++) {
            for (int row = 0; row < n; row++) {
                SharedRows.copyColumns(x, row, head * 130 + 2, input.f32(), row, 0, 128);
                SharedRows.copyColumns(y, row, head * 50 + 1, part, row, 0, 48);
            }
            compute.prepare(input, n, w.get(head).activationForm());
            compute.matmul(w.get(head), input, n, alone);
            assertThat(Bits.of(part, n)).isEqualTo(Bits.of(alone, n));
            assertThat(y.get(0, head * 50)).isZero();
        }
    }

    @Test
    void rejectsColumnsOutsideTheirHead() {
        assertThatThrownBy(() -> new HeadColumns(8, 4, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("within stride");
    }
}
