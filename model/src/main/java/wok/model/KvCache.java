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
 * row of a {@link Batch} brings its sequence's block table. A block id means the same block in all layers.
 *
 * <p>One owner thread at a time; forwards and copies must not overlap. Close it before its {@link Transformer}.
 */
public final class KvCache implements AutoCloseable {
    /** Positions in a block. */
    public static final int BLOCK_POSITIONS = KvLayer.BLOCK_POSITIONS;

    private final Arena arena;
    private final List<KvLayer> layers;
    /** Small keys by which layers choose positions; empty in layers that don't. */
    private final List<Optional<KvLayer>> indexes;

    private final int blocks;
    private final KvType type;
    private final long blockBytes;

    private KvCache(
            Arena arena,
            List<KvLayer> layers,
            List<Optional<KvLayer>> indexes,
            int blocks,
            KvType type,
            long blockBytes) {
        this.arena = arena;
        this.layers = layers;
        this.indexes = indexes;
        this.blocks = blocks;
        this.type = type;
        this.blockBytes = blockBytes;
    }

    static KvCache allocate(ModelConfig config, int blocks, KvType type) {
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks: " + blocks + " (expected: 1 or more)");
        }
        Arena arena = Arena.ofShared();
        try {
            SegmentAllocator memory = new WeightMemory(arena).growing();
            List<KvLayer> layers = config.layers().stream()
                    .map(layer -> switch (layer.mixer()) {
                        case AttentionConfig a -> KvLayer.allocate(memory, blocks, a.kvHeads(), a.headDim(), type);
                        case LatentConfig latent ->
                            KvLayer.allocateJoined(
                                    memory, blocks, latent.shape().cachedDims(), type);
                    })
                    .toList();
            List<Optional<KvLayer>> indexes = config.layers().stream()
                    .map(layer ->
                            indexer(layer).map(indexer -> KvLayer.allocateJoined(memory, blocks, indexer.dims(), type)))
                    .toList();
            return new KvCache(arena, layers, indexes, blocks, type, blockBytes(config, type));
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
                })
                .reduce(0, Math::addExact);
    }

    KvLayer layer(int index) {
        return layers.get(index);
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
            layers.get(i).copyBlock(from, to);
            if (indexes.get(i).isPresent()) {
                indexes.get(i).get().copyBlock(from, to);
            }
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
