package wok.engine;

import java.util.Arrays;
import java.util.function.IntConsumer;
import wok.model.KvCache;

/**
 * Who holds which block of key/value memory, and which blocks hold a known beginning of text.
 *
 * <p>A block has room for the keys and values of 16 positions. A sequence holds a list of them; blocks that are full and
 * belong to the same beginning are held by several sequences at once (reference counts). When the last holder lets go
 * of a registered block it isn't emptied: it waits in the order of its last use, and a later prompt with the same
 * beginning finds it; when no empty block is left the one unused for longest is taken.
 *
 * <p>What a block means depends on all tokens before it, so a block is found by (the block before it, its own 16
 * tokens): a chain. Each registration gets a number that is never used again, and the number of the block before stands
 * for all that came before. Tokens are compared, not hashes: no two texts that happen to collide, or that somebody made
 * collide, ever share memory. Partly filled blocks are not shared: at most 15 positions would be saved, and a copy has
 * to be paid for.
 *
 * <p>Sequences let go of their last blocks first, so that the end of a beginning ages before its start. A block whose
 * predecessor was taken all the same can't be found any more; it ages like any other.
 *
 * <p>One owner thread. All memory is taken at creation; hashing is chained through arrays.
 */
final class KvBlockPool {
    static final int BLOCK_POSITIONS = KvCache.BLOCK_POSITIONS;

    /** No block. */
    static final int NONE = -1;

    /** What comes before the first block. */
    static final long ROOT = 0;

    private final int blocks;
    private final IntConsumer forgotten;
    private final int[] references;
    private final long[] nodes;
    private final long[] parents;
    private final int[] tokens;
    private final int[] buckets;
    private final int[] nextInBucket;
    /** The list of unreferenced registered blocks, oldest first, through the sentinel at index {@code blocks}. */
    private final int[] older;

    private final int[] newer;
    private final int[] free;
    private int freeCount;
    private int cachedCount;
    private long lastNode = ROOT;

    /** @param forgotten is told the registered blocks that can't be found any more */
    KvBlockPool(int blocks, IntConsumer forgotten) {
        this.blocks = blocks;
        this.forgotten = forgotten;
        references = new int[blocks];
        nodes = new long[blocks];
        parents = new long[blocks];
        tokens = new int[Math.multiplyExact(blocks, BLOCK_POSITIONS)];
        buckets = new int[Integer.highestOneBit(Math.max(1, blocks)) * 2];
        Arrays.fill(buckets, NONE);
        nextInBucket = new int[blocks];
        older = new int[blocks + 1];
        newer = new int[blocks + 1];
        older[blocks] = blocks;
        newer[blocks] = blocks;
        free = new int[blocks];
        for (int block = blocks - 1; block >= 0; block--) {
            free[freeCount++] = block;
        }
    }

    /** Blocks in all. */
    int size() {
        return blocks;
    }

    /** Blocks that {@link #take} can give. */
    int available() {
        return freeCount + cachedCount;
    }

    /** Blocks that nobody holds but that a prompt may find. */
    int cached() {
        return cachedCount;
    }

    /** Blocks that {@code positions} positions need. */
    static int blocksFor(int positions) {
        return (positions + BLOCK_POSITIONS - 1) / BLOCK_POSITIONS;
    }

    /**
     * An empty block with one holder: an unused one, else the one unused for longest.
     *
     * @throws IllegalStateException if all are held
     */
    int take() {
        int block;
        if (freeCount > 0) {
            block = free[--freeCount];
        } else if (cachedCount > 0) {
            block = newer[blocks];
            unlink(block);
            forget(block);
        } else {
            throw new IllegalStateException("available: 0 (expected: a block)");
        }
        references[block] = 1;
        return block;
    }

    /** One more holder. */
    void retain(int block) {
        if (references[block] == 0) {
            unlink(block);
        }
        references[block]++;
    }

    /** One holder less. */
    void release(int block) {
        if (references[block] <= 0) {
            throw new IllegalStateException("block " + block + ": no holder (expected: one or more)");
        }
        references[block]--;
        if (references[block] > 0) {
            return;
        }
        if (nodes[block] == ROOT) {
            free[freeCount++] = block;
        } else {
            linkAsNewest(block);
        }
    }

    /** Whether nobody holds the block. */
    boolean unheld(int block) {
        return references[block] == 0;
    }

    /** The number that stands for the text up to the end of a registered block. */
    long node(int block) {
        return nodes[block];
    }

    /** The registered block for 16 tokens from {@code from} on after {@code parent}, or {@link #NONE}. */
    int find(long parent, int[] sequence, int from) {
        int block = buckets[bucket(parent, sequence, from)];
        while (block != NONE && !holds(block, parent, sequence, from)) {
            block = nextInBucket[block];
        }
        return block;
    }

    /**
     * Makes a full block findable.
     *
     * @return the block that holds this text now: the same, or one registered earlier, which the caller should hold
     *     instead
     */
    int register(int block, long parent, int[] sequence, int from) {
        int earlier = find(parent, sequence, from);
        if (earlier != NONE) {
            return earlier;
        }
        System.arraycopy(sequence, from, tokens, block * BLOCK_POSITIONS, BLOCK_POSITIONS);
        parents[block] = parent;
        nodes[block] = ++lastNode;
        int bucket = bucket(parent, sequence, from);
        nextInBucket[block] = buckets[bucket];
        buckets[bucket] = block;
        return block;
    }

    private boolean holds(int block, long parent, int[] sequence, int from) {
        int own = block * BLOCK_POSITIONS;
        return parents[block] == parent
                && Arrays.equals(tokens, own, own + BLOCK_POSITIONS, sequence, from, from + BLOCK_POSITIONS);
    }

    private int bucket(long parent, int[] sequence, int from) {
        long hash = parent * 0x9E3779B97F4A7C15L;
        for (int i = from; i < from + BLOCK_POSITIONS; i++) {
            hash = (hash ^ sequence[i]) * 0xD6E8FEB86659FD93L;
            hash ^= hash >>> 32;
        }
        return (int) hash & (buckets.length - 1);
    }

    private void forget(int block) {
        int bucket = bucket(parents[block], tokens, block * BLOCK_POSITIONS);
        if (buckets[bucket] == block) {
            buckets[bucket] = nextInBucket[block];
        } else {
            int before = buckets[bucket];
            while (nextInBucket[before] != block) {
                before = nextInBucket[before];
            }
            nextInBucket[before] = nextInBucket[block];
        }
        nodes[block] = ROOT;
        forgotten.accept(block);
    }

    private void linkAsNewest(int block) {
        int newest = older[blocks];
        newer[newest] = block;
        older[block] = newest;
        newer[block] = blocks;
        older[blocks] = block;
        cachedCount++;
    }

    private void unlink(int block) {
        newer[older[block]] = newer[block];
        older[newer[block]] = older[block];
        cachedCount--;
    }
}
