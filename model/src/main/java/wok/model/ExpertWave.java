package wok.model;

import java.util.List;
import wok.kernels.Activations;
import wok.kernels.FloatRows;

/**
 * The experts that are computed together, each in a slot of buffers of its own: up to {@value #SMALL_SLOTS} with few rows
 * and one with any number.
 *
 * <p>Filled and read by the thread that computes a batch; allocated once.
 */
final class ExpertWave {
    /** As many experts as most models choose for a row, twice; all their products are one run of the team. */
    static final int SMALL_SLOTS = 16;

    /** Rows up to which a product is bound by reading its weights, so that a few of them are worth sharing out as one. */
    static final int SMALL_ROWS = 8;

    /**
     * Where one expert computes.
     *
     * @param input its rows, unless they are those of the batch: rows x hidden
     * @param output theirs
     */
    record Slot(Activations input, FloatRows output, Workspace.FeedForwardBuffers inner) {}

    private final List<Slot> small;
    private final Slot large;
    private final int[] experts = new int[SMALL_SLOTS + 1];
    private final Slot[] slots = new Slot[SMALL_SLOTS + 1];
    private int smallTaken;
    private boolean isLargeTaken;
    private int size;

    ExpertWave(List<Slot> small, Slot large) {
        this.small = List.copyOf(small);
        this.large = large;
    }

    /** Takes an expert with so many rows, if there is a slot for it; always when the wave is empty. */
    boolean offer(int expert, int rows) {
        boolean fits = rows <= SMALL_ROWS && smallTaken < small.size();
        if (!fits && isLargeTaken) {
            return false;
        }
        experts[size] = expert;
        slots[size++] = fits ? small.get(smallTaken++) : large;
        isLargeTaken |= !fits;
        return true;
    }

    void clear() {
        smallTaken = 0;
        isLargeTaken = false;
        size = 0;
    }

    int size() {
        return size;
    }

    int expert(int index) {
        return experts[index];
    }

    Slot slot(int index) {
        return slots[index];
    }
}
