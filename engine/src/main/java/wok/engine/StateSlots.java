package wok.engine;

import java.util.Arrays;

/**
 * Who holds which slot of recurrent state: sequences that run, and states that were kept for prompts that begin alike.
 *
 * <p>Keys and values of a beginning serve every prompt that has it, cut where it ends. A recurrent layer's state is that
 * behind one position only, so of a beginning it must have been kept at the very block where the common part ends. Kept
 * are the states behind the last whole block of a prompt, which its next turn finds; behind the last whole block of an
 * answer so far, which its next turn finds if the template repeats the answer; and where a prompt left a beginning whose
 * keys and values others had computed, since a second one has shown then that it is common.
 *
 * <p>A kept state belongs to the registered block it is behind, and goes when that block is forgotten. There are so many
 * slots for them; when all are in use the one unused for longest goes. Slots of running sequences are apart: one for
 * each that may run, so that none ever waits for a state.
 *
 * <p>One owner thread. All memory is taken at creation.
 */
final class StateSlots {
    /** No slot. */
    static final int NONE = -1;

    private final LanguageModel model;
    private final int running;
    private final int[] freeRunning;
    private int freeRunningCount;
    private final int[] freeKept;
    private int freeKeptCount;
    private final int[] slotOfBlock;
    private final int[] blockOfSlot;
    /** The list of kept states, oldest first, through the sentinel at index {@code slots}. */
    private final int[] older;

    private final int[] newer;
    private final int end;
    private int keptCount;

    /**
     * @param sequences that may run at once
     * @param blocks of keys and values
     */
    StateSlots(LanguageModel model, int sequences, int blocks) {
        this.model = model;
        int slots = model.stateSlots();
        running = Math.min(sequences, slots);
        freeRunning = new int[running];
        for (int slot = running - 1; slot >= 0; slot--) {
            freeRunning[freeRunningCount++] = slot;
        }
        freeKept = new int[slots - running];
        for (int slot = slots - 1; slot >= running; slot--) {
            freeKept[freeKeptCount++] = slot;
        }
        slotOfBlock = new int[slots == 0 ? 0 : blocks];
        Arrays.fill(slotOfBlock, NONE);
        blockOfSlot = new int[slots];
        older = new int[slots + 1];
        newer = new int[slots + 1];
        end = slots;
        older[end] = end;
        newer[end] = end;
    }

    /** Whether the model has no state. */
    boolean none() {
        return running == 0;
    }

    /** Slots that running sequences hold. */
    int held() {
        return running - freeRunningCount;
    }

    /** States that prompts may find. */
    int kept() {
        return keptCount;
    }

    /** A slot for a sequence that begins to run; {@link #NONE} if the model has no state. */
    int take() {
        return none() ? NONE : freeRunning[--freeRunningCount];
    }

    void release(int slot) {
        freeRunning[freeRunningCount++] = slot;
    }

    /** A slot for a state to be kept: an unused one, else the one unused for longest, or {@link #NONE}. */
    int takeForKeeping() {
        if (freeKeptCount == 0 && keptCount > 0) {
            drop(blockOfSlot[newer[end]]);
        }
        return freeKeptCount == 0 ? NONE : freeKept[--freeKeptCount];
    }

    /** Takes back a slot of {@link #takeForKeeping} that nothing was kept in. */
    void giveBack(int slot) {
        freeKept[freeKeptCount++] = slot;
    }

    /** A slot of {@link #takeForKeeping} now has the state behind a registered block. */
    void attach(int block, int slot) {
        if (slotOfBlock[block] != NONE) {
            giveBack(slot); // the same tokens: the same state
            touch(slotOfBlock[block]);
            return;
        }
        slotOfBlock[block] = slot;
        blockOfSlot[slot] = block;
        linkAsNewest(slot);
    }

    /** Whether the state behind a block is kept, or none is needed. */
    boolean has(int block) {
        return none() || slotOfBlock[block] != NONE;
    }

    /** Gives a sequence that begins to run the state behind a block. */
    void restore(int block, int slot) {
        model.copyState(slotOfBlock[block], slot);
        touch(slotOfBlock[block]);
    }

    /** The state behind a block, if it was kept, is kept no longer. */
    void drop(int block) {
        if (none() || slotOfBlock[block] == NONE) {
            return;
        }
        int slot = slotOfBlock[block];
        slotOfBlock[block] = NONE;
        unlink(slot);
        giveBack(slot);
    }

    private void touch(int slot) {
        unlink(slot);
        linkAsNewest(slot);
    }

    private void linkAsNewest(int slot) {
        int newest = older[end];
        newer[newest] = slot;
        older[slot] = newest;
        newer[slot] = end;
        older[end] = slot;
        keptCount++;
    }

    private void unlink(int slot) {
        newer[older[slot]] = newer[slot];
        older[newer[slot]] = older[slot];
        keptCount--;
    }
}
