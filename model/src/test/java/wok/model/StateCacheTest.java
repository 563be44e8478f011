package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import wok.formats.ModelSource;
import wok.kernels.KvType;

/** Which rows a state slot takes, and what happens to it. */
class StateCacheTest {
    private static final int[] BLOCKS = {0, 1};

    private Transformer transformer;
    private KvCache kv;
    private Batch batch;

    @BeforeEach
    void open() {
        transformer = Transformer.open(
                ModelSource.open(Golden.find("olmo_hybrid").orElseThrow()),
                ModelOptions.defaults().withThreads(1));
        kv = transformer.allocateKv(2, 3, KvType.F16);
        batch = transformer.newBatch(20, 20);
    }

    @AfterEach
    void close() {
        batch.close();
        kv.close();
        transformer.close();
    }

    private void forward(int from, int count, int slot) {
        batch.clear();
        for (int position = from; position < from + count; position++) {
            batch.add(7 * position % 320, position, BLOCKS, slot, false);
        }
        transformer.forward(batch, kv);
    }

    @Test
    void tellsWhatAStateTakes() {
        // Three layers: three inputs of 144 channels, and three heads of 12 x 24.
        assertThat(transformer.stateBytes()).isEqualTo(3 * 4 * (3 * 144 + 3 * 12 * 24));
        assertThat(kv.stateSlots()).isEqualTo(3);
    }

    @Test
    void rejectsARowThatDoesNotFollowTheState() {
        forward(0, 5, 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> forward(6, 1, 1))
                .withMessage("position: 6 (expected: 0, or 5, what state slot 1 is behind)");
        forward(5, 1, 1);
        forward(0, 2, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> forward(3, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> forward(6, 1, 1));
        forward(2, 1, 1);
    }

    @Test
    void rejectsSlotsThatAreNotThere() {
        assertThat(kv.stateSlots()).isEqualTo(3);
        org.assertj.core.api.Assertions.assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> forward(0, 1, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transformer.allocateKv(2, 0, KvType.F16))
                .withMessageStartingWith("stateSlots: 0");
    }

    @Test
    void copiesOnlyStatesThatAreThere() {
        assertThatIllegalStateException()
                .isThrownBy(() -> kv.copyState(2, 0))
                .withMessage("state slot 2: holds no state (expected: one)");
        forward(0, 4, 1);
        kv.copyState(1, 0);
        forward(4, 1, 0);
    }

    @Test
    void aFailedForwardLeavesNoState() {
        forward(0, 4, 1);
        batch.clear();
        batch.add(1, 4, new int[] {99}, 1, false);
        batch.keepState(2);

        org.assertj.core.api.Assertions.assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> transformer.forward(batch, kv));
        assertThatIllegalArgumentException().isThrownBy(() -> forward(4, 1, 1));
        assertThatIllegalStateException().isThrownBy(() -> kv.copyState(2, 0));
        forward(0, 1, 1);
    }
}
