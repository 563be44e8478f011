package wok.model;

import java.lang.foreign.Arena;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Optional;
import wok.kernels.KvLayer;
import wok.kernels.KvType;
import wok.kernels.WeightMemory;

/**
 * Keys and values of every layer, in blocks of 16 positions. Which sequence has which block is the caller's affair: a
 * row of a {@link Batch} brings its sequence's block table. A block id means the same block in all layers. Recurrent
 * layers have no keys and values but a state for each sequence, in a slot that the row brings too.
 *
 * <p>One owner thread at a time; forwards and copies must not overlap. Close it before its {@link Transformer}.
 */
public final class KvCache implements AutoCloseable {
    /** Positions in a block. */
    public static final int BLOCK_POSITIONS = KvLayer.BLOCK_POSITIONS;

    private final Arena arena;
    private final List<Optional<KvLayer>> layers;
    /** Small keys by which layers choose positions; empty in layers that don't. */
    private final List<Optional<KvLayer>> indexes;

    private final StateCache states;
    private final int blocks;
    private final KvType type;
    private final long blockBytes;

    private KvCache(
            Arena arena,
            List<Optional<KvLayer>> layers,
            List<Optional<KvLayer>> indexes,
            StateCache states,
            int blocks,
            KvType type,
            long blockBytes) {
        this.arena = arena;
        this.layers = layers;
        this.indexes = indexes;
        this.states = states;
        this.blocks = blocks;
        this.type = type;
        this.blockBytes = blockBytes;
    }

    static KvCache allocate(ModelConfig config, int blocks, int stateSlots, KvType type) {
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks: " + blocks + " (expected: 1 or more)");
        }
        Arena arena = Arena.ofShared();
        try {
            SegmentAllocator memory = new WeightMemory(arena).growing();
            List<Optional<KvLayer>> layers = config.layers().stream()
                    .map(layer -> switch (layer.mixer()) {
                        case AttentionConfig a ->
                            Optional.of(KvLayer.allocate(memory, blocks, a.kvHeads(), a.headDim(), type));
                        case LatentConfig latent ->
                            Optional.of(KvLayer.allocateJoined(
                                    memory, blocks, latent.shape().cachedDims(), type));
                        case DeltaRuleConfig d -> Optional.<KvLayer>empty();
                    })
                    .toList();
            List<Optional<KvLayer>> indexes = config.layers().stream()
                    .map(layer ->
                            indexer(layer).map(indexer -> KvLayer.allocateJoined(memory, blocks, indexer.dims(), type)))
                    .toList();
            StateCache states = StateCache.allocate(memory, config, stateSlots);
            return new KvCache(arena, layers, indexes, states, blocks, type, blockBytes(config, type));
        } catch (RuntimeException | OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }

    private static Optional<IndexerConfig> indexer(LayerConfig layer) {
        return layer.mixer() instanceof LatentConfig latent ? latent.indexer() : Optional.empty();
    }

    static long blockBytes(ModelConfig config, KvType type) {
        return config.layers().stream()
                .mapToLong(layer -> switch (layer.mixer()) {
                    case AttentionConfig a -> KvLayer.blockBytes(a.kvHeads(), a.headDim(), type);
                    case LatentConfig latent ->
                        KvLayer.joinedBlockBytes(latent.shape().cachedDims(), type)
                                + latent.indexer()
                                        .map(indexer -> KvLayer.joinedBlockBytes(indexer.dims(), type))
                                        .orElse(0L);
                    case DeltaRuleConfig d -> 0L;
                })
                .reduce(0, Math::addExact);
    }

    KvLayer layer(int index) {
        return layers.get(index).orElseThrow();
    }

    StateCache states() {
        return states;
    }

    /** How many state slots there are; their ids are 0 and on. None if the model has no recurrent layers. */
    public int stateSlots() {
        return states.slots();
    }

    /**
     * Makes the state of one slot that of another too: the sequence behind {@code to} then goes on where the other is.
     *
     * @throws IllegalStateException if {@code from} holds no state, or one that a failed forward has left half done
     */
    public void copyState(int from, int to) {
        states.copySlot(from, to);
    }

    /** The small keys of a layer that chooses positions. */
    KvLayer index(int layer) {
        return indexes.get(layer).orElseThrow();
    }

    /** How many blocks there are; their ids are 0 and on. */
    public int blocks() {
        return blocks;
    }

    public KvType type() {
        return type;
    }

    /** The bytes of one block in all layers together. */
    public long blockBytes() {
        return blockBytes;
    }

    /** Copies all layers' keys and values of a block. */
    public void copyBlock(int from, int to) {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).ifPresent(layer -> layer.copyBlock(from, to));
            indexes.get(i).ifPresent(index -> index.copyBlock(from, to));
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
