package wok.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import wok.formats.GgufModel;
import wok.formats.ModelSource;
import wok.kernels.Compute;
import wok.kernels.EmbeddingTable;
import wok.kernels.FloatRows;
import wok.kernels.KernelException;
import wok.kernels.KernelSelection;
import wok.kernels.KvType;

/**
 * A model in memory, and its one forward pass.
 *
 * <p>{@link #forward} takes a {@link Batch} of rows, each a position of some sequence, and gives logits for the rows
 * that asked. There is no second function for prompts: a prompt is many rows of one sequence, an answer under way one
 * row of each of many, and the engine mixes them as it likes. What keeps that simple is the promise of the kernels that
 * a row never sees its neighbours: its logits are the same to the bit however the batch is made up. A separate decode
 * path was not tried; it would be a second place for every family's mathematics, and the two would have to agree.
 *
 * <p>The pass is a list of {@link ResidualBlock}s over one stream: token embeddings come in, every block adds its
 * output, the last rows are normed and multiplied by the output matrix. All knowledge of families is in
 * {@link ModelConfig} and in the weights; all knowledge of storage types in {@link Linear}. The output matrix is the
 * largest of a small model (a fifth of SmolLM2-135M), and in a prompt only the last row's logits are wanted: so only the
 * rows that ask pay for it. The same holds for every block behind the last one that looks back at other rows, which is
 * the last layer's feed-forward: other rows have done their part when their keys and values are stored.
 *
 * <p>Memory. Matrices are packed once, as the model opens, into one arena that this object owns; the next time they are
 * mapped from the file that they were kept in ({@link PackedCache}). Embeddings are looked
 * up where they lie, in the mapped file: a lookup reads one row, and packing is for products. Hence the file stays open
 * as long as the model. Of all other tensors the mapping's pages are read once and may be dropped by the system.
 * Activations belong to a batch, keys and values to a {@link KvCache}; a forward allocates nothing.
 *
 * <p>One thread at a time calls {@link #forward} (its thread team works inside); the other methods may be called from
 * any thread. Close batches and caches first.
 */
public final class Transformer implements AutoCloseable {
    /**
     * Embeddings that are looked up before their pages are let go of. The system brings in 64 KiB around each, so that a
     * conversation would have the whole table in memory beside the packed one; what is needed again is still cached.
     */
    private static final int EMBEDDED_KEPT = 128;

    private final Owned owned;
    private final ModelConfig config;
    private final ModelDescription description;
    private final Compute compute;
    private final EmbeddingTable embedding;
    private final List<ResidualBlock> blocks;
    private final int rowwiseFrom;
    private final Norm outputNorm;
    private final Linear output;
    private final float[] embeddingRow;
    private long embedded;
    private final List<String> unused;
    private final AdaptedRows adapted;
    private final ProjectionIndex projections;

    private Transformer(Owned owned, ModelConfig config, ModelOptions options) {
        this.owned = owned;
        this.config = config;
        this.compute = owned.compute();
        ModelSource source = owned.source();
        this.description = ModelDescription.of(source, config);
        WeightReader weights =
                new WeightReader(source, config.family(), options, owned.arena(), owned.packed(), compute);
        boolean normsAddOne = config.family().normsAddOneInFolders() && !(source instanceof GgufModel);
        BlockBuilder builder = new BlockBuilder(config, weights, normsAddOne);
        this.embedding = weights.embedding(config);
        this.blocks = builder.blocks();
        this.rowwiseFrom = behindLastThatLooksBack(blocks);
        this.outputNorm = builder.outputNorm();
        this.output = weights.output(config);
        this.embeddingRow = new float[config.hidden()];
        this.unused = weights.unused(config.layers().size());
        weights.warnOfUnused(unused);
        this.adapted = weights.adapted();
        this.projections = weights.projections();
        owned.packed().complete();
    }

    private static int behindLastThatLooksBack(List<ResidualBlock> blocks) {
        int index = blocks.size();
        while (index > 0 && !blocks.get(index - 1).looksBack()) {
            index--;
        }
        return index;
    }

    /**
     * Loads a model.
     *
     * @param source becomes the model's, which closes it; it is closed too when this method fails
     * @throws ModelException if the family is not supported, or a field or tensor is missing or not as it must be
     */
    public static Transformer open(ModelSource source, ModelOptions options) {
        Optional<Owned> owned = Optional.empty();
        try {
            ModelConfig config = ModelConfig.of(source).withContextAtMost(options.contextMax());
            owned = Optional.of(Owned.of(source, options));
            return new Transformer(owned.get(), config, options);
        } catch (RuntimeException | Error e) {
            owned.ifPresentOrElse(Owned::close, source::close);
            throw e;
        }
    }

    /** What a model owns. */
    private record Owned(ModelSource source, Compute compute, Arena arena, PackedWeights packed) {
        static Owned of(ModelSource source, ModelOptions options) {
            Compute compute = newCompute(options);
            Arena arena = Arena.ofShared();
            PackedWeights packed = options.packedCache()
                    .map(cache -> PackedWeights.open(cache, source, arena))
                    .orElseGet(() -> PackedWeights.of(arena));
            return new Owned(source, compute, arena, packed);
        }

        void close() {
            if (arena.scope().isAlive()) {
                packed.close();
                compute.close();
                arena.close();
                source.close();
            }
        }
    }

    private static Compute newCompute(ModelOptions options) {
        try {
            return Compute.of(KernelSelection.of(options.kernels()), options.threads());
        } catch (KernelException e) {
            throw new ModelException(String.valueOf(e.getMessage()), e);
        }
    }

    public ModelConfig config() {
        return config;
    }

    /** What the model is and how its file stores it. */
    public ModelDescription describe() {
        return description;
    }

    /** The name of the kernel set at work. */
    public String kernels() {
        return compute.kernels().name();
    }

    /** The kernel set at work, why no faster one was taken, and what it leaves to the reference: one line. */
    public String kernelReport() {
        return compute.selection().describe();
    }

    /** Tensors of the file that are no part of the model, apart from those known to be harmless. */
    List<String> unusedTensors() {
        return unused;
    }

    /**
     * Memory for keys and values of all layers, and for the state of one sequence in recurrent ones.
     *
     * @param blocks how many blocks of {@link KvCache#BLOCK_POSITIONS} positions
     */
    public KvCache allocateKv(int blocks, KvType type) {
        return allocateKv(blocks, 1, type);
    }

    /**
     * Memory for keys and values of all layers, and for the state of recurrent ones.
     *
     * @param blocks how many blocks of {@link KvCache#BLOCK_POSITIONS} positions
     * @param stateSlots how many states: one for each sequence, and those that are kept. Ignored if the model has none
     */
    public KvCache allocateKv(int blocks, int stateSlots, KvType type) {
        return KvCache.allocate(config, blocks, stateSlots, type);
    }

    /** The bytes of one sequence's state in all recurrent layers together; 0 if there are none. */
    public long stateBytes() {
        return StateCache.stateBytes(config);
    }

    /** The bytes that one block of a KV cache takes in all layers together. */
    public long kvBlockBytes(KvType type) {
        return KvCache.blockBytes(config, type);
    }

    /**
     * A batch with the memory to compute it.
     *
     * @param rowsMax how many rows it may have
     * @param logitsRowsMax how many of them may want logits; each costs 4 bytes per word of the vocabulary
     */
    public Batch newBatch(int rowsMax, int logitsRowsMax) {
        return new Batch(config, rowsMax, logitsRowsMax);
    }

    /**
     * Opens an adapter for this model: a folder of PEFT, or a GGUF file. Any thread, also while a forward runs.
     *
     * @return closed by the caller, before the model
     * @throws ModelException if it is not an adapter, of another model, or of a kind that is not supported
     * @throws wok.formats.MalformedModelException if its file is damaged
     */
    public Adapter openAdapter(Path path) {
        return new AdapterReader(owned.source(), config, projections).read(path);
    }

    /**
     * Computes a batch, stores its rows' keys and values, and takes the states of their sequences on.
     *
     * @param batch of this model; its block tables name blocks of {@code kv}, its state slots slots of it
     * @return in row i the logits of the i-th row that wanted them, for the first {@link Batch#logitsRows} rows;
     *     [logitsRowsMax, vocabulary], valid until the next forward of this batch
     */
    public FloatRows forward(Batch batch, KvCache kv) {
        kv.states().begin(batch.states());
        if (batch.rows() > 0) {
            embed(batch);
        }
        adapted.begin(batch);
        int rows = batch.rows();
        for (int i = 0; i < rowwiseFrom && rows > 0; i++) {
            blocks.get(i).forward(compute, batch, kv, rows);
        }
        rows = keepRowsThatAsk(batch);
        for (int i = rowwiseFrom; i < blocks.size() && rows > 0; i++) {
            blocks.get(i).forward(compute, batch, kv, rows);
        }
        if (rows > 0) {
            logits(batch);
        }
        kv.states().complete(batch.states());
        return batch.workspace().logits();
    }

    private void embed(Batch batch) {
        FloatRows residual = batch.workspace().residual();
        for (int row = 0; row < batch.rows(); row++) {
            embedding.decodeRow(batch.token(row), embeddingRow, 0);
            if (++embedded % EMBEDDED_KEPT == 0) {
                owned.source().release(embedding.tensor());
            }
            residual.setRow(row, embeddingRow, 0);
        }
        if (config.scales().embedding() != 1) {
            compute.scale(residual, batch.rows(), config.scales().embedding());
        }
    }

    /** Moves the rows that want logits to the front of the residual stream, and says how many there are. */
    private int keepRowsThatAsk(Batch batch) {
        MemorySegment residual = batch.workspace().residual().memory();
        long rowBytes = 4L * config.hidden();
        for (int i = 0; i < batch.logitsRows(); i++) {
            MemorySegment.copy(residual, batch.logitsRow(i) * rowBytes, residual, i * rowBytes, rowBytes);
        }
        adapted.keepRowsThatAsk(batch);
        return batch.logitsRows();
    }

    private void logits(Batch batch) {
        Workspace workspace = batch.workspace();
        int rows = batch.logitsRows();
        outputNorm.forward(compute, workspace.residual(), rows, workspace.last().f32());
        output.forwardPreparing(compute, workspace.last(), rows, workspace.logits());
        if (config.scales().logits() != 1) {
            compute.scale(workspace.logits(), rows, config.scales().logits());
        }
        if (config.scales().logitsSoftcap() != 0) {
            compute.softcap(workspace.logits(), rows, config.scales().logitsSoftcap());
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
