package wok.engine;

/**
 * A sequence's part in {@link StateSlots}: the slot it runs in, where its state is to be kept, and what it has kept of
 * its answer. One owner thread.
 */
final class HeldState {
    private static final int BLOCK = KvBlockPool.BLOCK_POSITIONS;
    /** Of one step: where a beginning was left, the end of the prompt, the end of what there is. */
    private static final int PENDING_MAX = 3;

    private int slot = StateSlots.NONE;
    private int startLength;
    private int branch;

    private final int[] pendingPositions = new int[PENDING_MAX];
    private final int[] pendingSlots = new int[PENDING_MAX];
    private int pending;

    private int rollingBlock = KvBlockPool.NONE;
    private long rollingNode;

    /** Where the sequence's state is, or {@link StateSlots#NONE}. */
    int slot() {
        return slot;
    }

    /**
     * The sequence begins to run, or to run again.
     *
     * @param held its slot
     * @param length its tokens
     * @param leaves the position behind which it leaves a beginning that others had too; 0 if there is none
     */
    void begin(int held, int length, int leaves) {
        slot = held;
        startLength = length;
        branch = leaves;
        rollingBlock = KvBlockPool.NONE;
    }

    /** The sequence runs no longer; the slot has to be released. */
    int end() {
        int held = slot;
        slot = StateSlots.NONE;
        return held;
    }

    /**
     * Whether the state behind so many positions is to be kept.
     *
     * @param length the sequence's tokens now
     */
    boolean wants(int position, int length) {
        return position % BLOCK == 0
                && (position == branch
                        || position == (startLength - 1) / BLOCK * BLOCK
                        || (isOfAnswer(position) && position == length / BLOCK * BLOCK));
    }

    /** Whether a position is behind what the sequence had when it began to run. */
    boolean isOfAnswer(int position) {
        return position > startLength;
    }

    /** The step that is being put together keeps the state behind a position in a slot. */
    void addPending(int position, int keptIn) {
        pendingPositions[pending] = position;
        pendingSlots[pending++] = keptIn;
    }

    boolean hasPending() {
        return pending > 0;
    }

    /** Takes out the slot that the state behind a position was kept in, or gives {@link StateSlots#NONE}. */
    int takePending(int position) {
        for (int i = 0; i < pending; i++) {
            if (pendingPositions[i] == position) {
                int keptIn = pendingSlots[i];
                pending--;
                pendingPositions[i] = pendingPositions[pending];
                pendingSlots[i] = pendingSlots[pending];
                return keptIn;
            }
        }
        return StateSlots.NONE;
    }

    /** Takes out any. */
    int takePending() {
        return pendingSlots[--pending];
    }

    /** The state behind a block of the answer was kept. */
    void rolled(int block, long node) {
        rollingBlock = block;
        rollingNode = node;
    }

    /** The block of the answer whose state was kept last, if it is still what it was; it is no longer remembered. */
    int takeRolled(KvBlockPool pool) {
        int block = rollingBlock;
        rollingBlock = KvBlockPool.NONE;
        return block != KvBlockPool.NONE && pool.node(block) == rollingNode ? block : KvBlockPool.NONE;
    }
}
