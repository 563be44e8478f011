package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import wok.tensor.DType;

/** Products that share one run of the team. */
class QueuedProductsTest {
    private static final int COLUMNS = 512;
    private static final int ROWS = 5;
    private static final List<DType> TYPES = List.of(DType.Q8_0, DType.Q6_K, DType.Q4_K, DType.F16);
    private static final List<Integer> OUTPUTS = List.of(200, 17, 131, 16);

    @Test
    void queuedProductsGiveTheSameBitsAsOneAfterTheOther() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 3)) {
            Activations x = TestRows.activations(arena, ROWS, COLUMNS, 7);
            for (int products = 1; products <= TYPES.size(); products++) {
                for (int i = 0; i < products; i++) {
                    compute.prepare(x, ROWS, weight(i, compute, arena).activationForm());
                }
                FloatRows[] together = new FloatRows[products];
                for (int i = 0; i < products; i++) {
                    together[i] = FloatRows.allocate(arena, ROWS, OUTPUTS.get(i));
                    compute.queue(weight(i, compute, arena), x, ROWS, together[i]);
                }
                compute.multiply();
                for (int i = 0; i < products; i++) {
                    FloatRows alone = FloatRows.allocate(arena, ROWS, OUTPUTS.get(i));
                    compute.matmul(weight(i, compute, arena), x, ROWS, alone);
                    assertThat(together[i].memory().mismatch(alone.memory())).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void queuedProductsMayHaveRowsOfTheirOwn() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 3)) {
            FloatRows[] together = new FloatRows[3];
            FloatRows[] alone = new FloatRows[3];
            for (int i = 0; i < 3; i++) {
                PackedMatrix w = weight(i, compute, arena);
                Activations x = TestRows.activations(arena, 1 + 2 * i, COLUMNS, 7 + i);
                compute.prepare(x, 1 + 2 * i, w.activationForm());
                together[i] = FloatRows.allocate(arena, 1 + 2 * i, w.rows());
                alone[i] = FloatRows.allocate(arena, 1 + 2 * i, w.rows());
                compute.matmul(w, x, 1 + 2 * i, alone[i]);
            }
            for (int i = 0; i < 3; i++) {
                PackedMatrix w = weight(i, compute, arena);
                Activations x = TestRows.activations(arena, 1 + 2 * i, COLUMNS, 7 + i);
                compute.prepare(x, 1 + 2 * i, w.activationForm());
                compute.queue(w, x, 1 + 2 * i, together[i]);
            }
            compute.multiply();
            for (int i = 0; i < 3; i++) {
                assertThat(together[i].memory().mismatch(alone[i].memory())).isEqualTo(-1);
            }
        }
    }

    private static PackedMatrix weight(int i, Compute compute, Arena arena) {
        return WeightPacker.pack(
                GoldenBlocks.tensor(TYPES.get(i), OUTPUTS.get(i), COLUMNS, arena),
                ActivationPrecision.Q8,
                arena,
                compute.team());
    }

    @Test
    void productsThatDoNotFitAreRefusedAndForgotten() {
        try (Arena arena = Arena.ofShared();
                Compute compute = Compute.create(KernelSet.REFERENCE, 1)) {
            Activations x = TestRows.activations(arena, ROWS, COLUMNS, 7);
            PackedMatrix w = weight(3, compute, arena);
            FloatRows y = FloatRows.allocate(arena, ROWS, w.rows());
            compute.queue(w, x, ROWS, y);
            assertThatThrownBy(() -> compute.queue(w, x, ROWS + 1, y)).hasMessageContaining("n: 6");
            compute.multiply();
            for (int i = 0; i < ProductTask.PRODUCTS_MAX; i++) {
                compute.queue(w, x, ROWS, y);
            }
            assertThatThrownBy(() -> compute.queue(w, x, ROWS, y)).isInstanceOf(IllegalStateException.class);
        }
    }
}
