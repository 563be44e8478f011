package wok.model;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.ModelSource;
import wok.kernels.Compute;
import wok.kernels.EmbeddingTable;
import wok.kernels.FloatRows;
import wok.kernels.KernelException;
import wok.kernels.KernelSelection;

/**
 * An encoder in memory, and its one forward pass: a batch of texts in, one vector per token out, of which a
 * {@link Pooling} makes one per text, or a classifier's head a score.
 *
 * <p>It stands beside {@link Transformer} and not inside it. What they share is below both: kernels, packed weights,
 * projections. What differs is all that makes a {@code Transformer} what it is: there is no next token, so no cache that
 * outlives a forward, no chunks, no rows that want logits; instead there are texts with an end, learned positions, token
 * types, norms with a mean, and norms on the other side of their blocks. One class with both sets of switches was thought
 * of and rejected: every decoder's block would have to know that its rows may look ahead.
 *
 * <p>Attention runs on the same kernels as a decoder's: keys and values of one layer are laid into key/value blocks, and
 * each row's map says that it sees its text to the end. The blocks are of one layer alone and in 32-bit floats: the next
 * layer overwrites them. A text's numbers are the same to the bit alone and in any batch.
 *
 * <p>One thread at a time calls {@link #forward} and what reads its results; the other methods may be called from any
 * thread. Close batches first.
 */
public final class Encoder implements AutoCloseable {
    private final ModelSource source;
    private final Compute compute;
    private final Arena arena;
    private final PackedWeights packed;
    private final EncoderConfig config;
    private final EmbeddingTable tokens;
    private final Optional<EmbeddingTable> positions;
    private final Optional<EmbeddingTable> types;
    private final EncoderNorm embeddingNorm;
    private final List<EncoderLayer> layers = new ArrayList<>();
    private final Optional<EncoderNorm> finalNorm;
    private final Optional<EncoderHead> head;
    private final float[] sum;
    private final float[] addend;

    private Encoder(ModelSource source, ModelOptions options, Compute compute, Arena arena, PackedWeights packed) {
        this.source = source;
        this.compute = compute;
        this.arena = arena;
        this.packed = packed;
        config = EncoderConfig.of(source);
        EncoderNames names = EncoderNames.of(source, config.family());
        EncoderWeights weights = new EncoderWeights(source, names, options.activations(), arena, packed, compute);
        int width = config.hidden();
        tokens = weights.table(EncoderRole.TOKENS, config.vocabularySize(), width);
        positions = config.learnsPositions()
                ? Optional.of(
                        weights.table(EncoderRole.POSITIONS, config.positionOffset() + config.contextLength(), width))
                : Optional.empty();
        types = config.tokenTypes() > 0
                ? Optional.of(weights.table(EncoderRole.TYPES, config.tokenTypes(), width))
                : Optional.empty();
        embeddingNorm = norm(weights, weights.ofModel(EncoderRole.EMBEDDING_NORM));
        EncoderLayers builder = new EncoderLayers(config, weights);
        for (int layer = 0; layer < config.layers().size(); layer++) {
            layers.add(builder.layer(layer));
        }
        finalNorm = names.ofModel(EncoderRole.FINAL_NORM).map(stem -> norm(weights, stem));
        head = EncoderHead.read(source, config, weights, arena);
        packed.complete();
        sum = new float[width];
        addend = new float[width];
    }

    private EncoderNorm norm(EncoderWeights weights, String stem) {
        return weights.norm(stem, config.hidden(), config.biases().norms(), config.normEpsilon());
    }

    /**
     * Loads an encoder.
     *
     * @param source becomes the encoder's, which closes it; it is closed too when this method fails
     * @throws ModelException if the family is not supported, or a field or tensor is missing or not as it must be
     */
    public static Encoder open(ModelSource source, ModelOptions options) {
        Compute compute;
        try {
            compute = Compute.of(KernelSelection.of(options.kernels()), options.threads());
        } catch (KernelException e) {
            source.close();
            throw new ModelException(String.valueOf(e.getMessage()), e);
        }
        Arena arena = Arena.ofShared();
        PackedWeights packed = options.packedCache()
                .map(cache -> PackedWeights.open(cache, source, arena))
                .orElseGet(() -> PackedWeights.of(arena));
        try {
            return new Encoder(source, options, compute, arena, packed);
        } catch (RuntimeException | Error e) {
            close(source, compute, arena, packed);
            throw e;
        }
    }

    private static void close(ModelSource source, Compute compute, Arena arena, PackedWeights packed) {
        if (arena.scope().isAlive()) {
            packed.close();
            compute.close();
            arena.close();
            source.close();
        }
    }

    public EncoderConfig config() {
        return config;
    }

    /** The name of the kernel set at work. */
    public String kernels() {
        return compute.kernels().name();
    }

    /**
     * A batch with the memory to compute it.
     *
     * @param rowsMax how many tokens its texts may have together; less than the context makes long texts impossible
     */
    public EncoderBatch newBatch(int rowsMax) {
        return new EncoderBatch(config, rowsMax);
    }

    /** Computes a batch of this encoder; its vectors are then in the batch, until the next forward of it. */
    public void forward(EncoderBatch batch) {
        if (batch.rows() == 0) {
            return;
        }
        FloatRows hidden = batch.workspace().hidden().f32();
        embed(batch, hidden);
        for (EncoderLayer layer : layers) {
            layer.forward(compute, batch);
        }
        if (finalNorm.isPresent()) {
            finalNorm.get().forward(compute, hidden, batch.rows(), hidden);
        }
    }

    /** The sum of token, type and position, in this order, normed. */
    private void embed(EncoderBatch batch, FloatRows hidden) {
        for (int row = 0; row < batch.rows(); row++) {
            tokens.decodeRow(batch.token(row), sum, 0);
            if (types.isPresent()) {
                addRow(types.get(), batch.type(row));
            }
            if (positions.isPresent()) {
                addRow(positions.get(), config.positionOffset() + batch.map().position(row));
            }
            hidden.setRow(row, sum, 0);
        }
        embeddingNorm.forward(compute, hidden, batch.rows(), hidden);
    }

    private void addRow(EmbeddingTable table, int row) {
        table.decodeRow(row, addend, 0);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += addend[i];
        }
    }

    /** The vector of a text after {@link #forward}: {@code hidden} numbers, not normalised. */
    public float[] pooled(EncoderBatch batch, int text, Pooling pooling) {
        return pooling.of(batch.workspace().hidden().f32(), batch.start(text), batch.end(text));
    }

    /** The vector of one token of a text after {@link #forward}. */
    public float[] vector(EncoderBatch batch, int text, int position) {
        java.util.Objects.checkIndex(position, batch.end(text) - batch.start(text));
        return batch.workspace().hidden().f32().row(batch.start(text) + position);
    }

    /** How many scores the classifier gives a text; 0 if there is no classifier. */
    public int labels() {
        return head.map(EncoderHead::labels).orElse(0);
    }

    /**
     * The classifier's scores of a text after {@link #forward}: its logits, before any sigmoid or softmax.
     *
     * @throws IllegalStateException if there is no classifier; see {@link #labels}
     */
    public float[] scores(EncoderBatch batch, int text) {
        EncoderHead classifier =
                head.orElseThrow(() -> new IllegalStateException("scores: no classifier (expected: labels above 0)"));
        return classifier.scores(compute, pooled(batch, text, classifier.pooling()));
    }

    @Override
    public void close() {
        close(source, compute, arena, packed);
    }
}
