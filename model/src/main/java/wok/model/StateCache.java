package wok.model;

import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import wok.kernels.RecurrentShape;
import wok.kernels.RecurrentState;
import wok.kernels.StateRows;

/**
 * What the recurrent layers remember of sequences, beside the keys and values of the others: a slot holds the state of
 * one sequence behind its last position, in all layers. Unlike keys and values a state can't be cut back, so a later
 * sequence that begins alike needs a copy that was kept at that very position ({@link Batch#keepState}).
 *
 * <p>Each slot knows how many positions are in it. A row whose position doesn't follow is refused before anything is
 * computed, and a slot that a failed forward has left half done takes none but position 0: no stale state is ever read.
 *
 * <p>One owner thread at a time, that of the {@link KvCache} it belongs to.
 */
final class StateCache {
    private static final int UNKNOWN = -1;

    private final List<Optional<RecurrentState>> layers;
    private final int[] lengths;

    private StateCache(List<Optional<RecurrentState>> layers, int[] lengths) {
        this.layers = layers;
        this.lengths = lengths;
    }

    /** @param slots none if the model has no state */
    static StateCache allocate(SegmentAllocator allocator, ModelConfig config, int slots) {
        if (stateBytes(config) == 0) {
            return new StateCache(List.of(), new int[0]);
        }
        if (slots < 1) {
            throw new IllegalArgumentException(
                    "stateSlots: " + slots + " (expected: 1 or more for a model with recurrent layers)");
        }
        int[] lengths = new int[slots];
        Arrays.fill(lengths, UNKNOWN);
        return new StateCache(
                config.layers().stream()
                        .map(layer -> DeltaRuleConfig.shapeOf(layer.mixer())
                                .map(shape -> RecurrentState.allocate(allocator, slots, shape)))
                        .toList(),
                lengths);
    }

    /** Bytes of a slot in all layers; 0 for a model without state. */
    static long stateBytes(ModelConfig config) {
        return config.layers().stream()
                .flatMap(layer -> DeltaRuleConfig.shapeOf(layer.mixer()).stream())
                .mapToLong(RecurrentShape::stateBytes)
                .reduce(0, Math::addExact);
    }

    /** The slots of a recurrent layer. */
    RecurrentState layer(int index) {
        return layers.get(index).orElseThrow();
    }

    int slots() {
        return lengths.length;
    }

    /** Makes one slot equal to another. */
    void copySlot(int from, int to) {
        if (lengths.length == 0) {
            return;
        }
        requireKnown(from);
        Objects.checkIndex(to, lengths.length);
        for (Optional<RecurrentState> layer : layers) {
            layer.ifPresent(state -> state.copySlot(from, to));
        }
        lengths[to] = lengths[from];
    }

    private void requireKnown(int slot) {
        if (lengths[slot] == UNKNOWN) {
            throw new IllegalStateException("state slot " + slot + ": holds no state (expected: one)");
        }
    }

    /** Checks that the rows follow what is in their slots, and forgets it: {@link #complete} puts the new in place. */
    void begin(StateRows rows) {
        if (lengths.length == 0) {
            return;
        }
        for (int chain = 0; chain < rows.chains(); chain++) {
            int slot = Objects.checkIndex(rows.slot(chain), lengths.length);
            int position = rows.position(rows.firstRow(chain));
            if (position != 0 && position != lengths[slot]) {
                throw new IllegalArgumentException("position: " + position + " (expected: 0, or " + lengths[slot]
                        + ", what state slot " + slot + " is behind)");
            }
        }
        for (int chain = 0; chain < rows.chains(); chain++) {
            lengths[rows.slot(chain)] = UNKNOWN;
        }
        for (int row = 0; row < rows.rows(); row++) {
            if (rows.keptIn(row) >= 0) {
                lengths[rows.keptIn(row)] = UNKNOWN;
            }
        }
    }

    /** The forward that {@link #begin} began has computed all rows. */
    void complete(StateRows rows) {
        if (lengths.length == 0) {
            return;
        }
        for (int chain = 0; chain < rows.chains(); chain++) {
            lengths[rows.slot(chain)] = rows.position(rows.lastRow(chain)) + 1;
        }
        for (int row = 0; row < rows.rows(); row++) {
            if (rows.keptIn(row) >= 0) {
                lengths[rows.keptIn(row)] = rows.position(row) + 1;
            }
        }
    }
}
