package wok.model;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;

/**
 * Which rows of the forward under way use which adapters, and the memory that their updates are computed in. Projections
 * look here when they have multiplied ({@link Linear}).
 *
 * <p>Rows of one mix are brought together, go through A and B as a small batch, and are added to their outputs, one
 * adapter of the mix after the other. Products compute each row by itself, so it makes no difference to a bit which
 * other rows use the adapter.
 *
 * <p>Belongs to the thread of {@link Transformer#forward}.
 */
final class AdaptedRows {
    /** @param columns length of a row; {@code kind} keeps two buffers of the same length apart */
    private record BufferKey(Kind kind, int columns) {}

    private enum Kind {
        INPUT,
        INNER,
        OUTPUT
    }

    private final Arena arena;
    private final Map<BufferKey, Activations> buffers = new HashMap<>();
    private final List<AdapterMix> mixes = new ArrayList<>();
    private final List<int[]> rowsOfMix = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private float[] factors = {};

    /** The arena owns the buffers. */
    AdaptedRows(Arena arena) {
        this.arena = arena;
    }

    /** Takes the rows of a batch. */
    void begin(Batch batch) {
        clear();
        for (int row = 0; batch.hasAdapters() && row < batch.rows(); row++) {
            add(batch.adapters(row), row, batch.rowsMax());
        }
    }

    /** Only the rows that want logits go on, in their order. */
    void keepRowsThatAsk(Batch batch) {
        clear();
        for (int i = 0; batch.hasAdapters() && i < batch.logitsRows(); i++) {
            add(batch.adapters(batch.logitsRow(i)), i, batch.rowsMax());
        }
    }

    private void clear() {
        mixes.clear();
        rowsOfMix.clear();
        counts.clear();
    }

    private void add(AdapterMix mix, int row, int rowsMax) {
        if (mix.isNone()) {
            return;
        }
        int index = mixes.indexOf(mix);
        if (index < 0) {
            index = mixes.size();
            mixes.add(mix);
            rowsOfMix.add(new int[rowsMax]);
            counts.add(0);
        }
        int count = counts.get(index);
        rowsOfMix.get(index)[count] = row;
        counts.set(index, count + 1);
    }

    /** Adds to {@code y} what the adapters of its rows make of {@code x}. */
    void update(Linear linear, Compute compute, FloatRows x, FloatRows y) {
        for (int mix = 0; mix < mixes.size(); mix++) {
            for (AdapterMix.Part part : mixes.get(mix).parts()) {
                Optional<LowRankUpdate> update = part.adapter().update(linear);
                if (update.isPresent()) {
                    add(update.get(), part.factor(), compute, rowsOfMix.get(mix), counts.get(mix), x, y);
                }
            }
        }
    }

    private void add(
            LowRankUpdate update, float factor, Compute compute, int[] rows, int count, FloatRows x, FloatRows y) {
        Activations input = buffer(Kind.INPUT, x.columns(), rows.length);
        Activations inner = buffer(Kind.INNER, update.a().rows(), rows.length);
        FloatRows output = buffer(Kind.OUTPUT, y.columns(), rows.length).f32();
        compute.gatherRows(x, rows, 0, count, input.f32());
        compute.prepare(input, count, update.a().activationForm());
        compute.matmul(update.a(), input, count, inner.f32());
        compute.prepare(inner, count, update.b().activationForm());
        compute.matmul(update.b(), inner, count, output);
        if (factors.length < count) {
            factors = new float[rows.length];
        }
        Arrays.fill(factors, 0, count, factor * update.scale());
        compute.scatterAddRows(output, count, rows, factors, 0, y);
    }

    private Activations buffer(Kind kind, int columns, int rows) {
        BufferKey key = new BufferKey(kind, columns);
        Activations present = buffers.get(key);
        if (present == null || present.rowsMax() < rows) {
            present = Activations.allocate(arena, rows, columns);
            buffers.put(key, present);
        }
        return present;
    }
}
