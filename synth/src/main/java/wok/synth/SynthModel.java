package wok.synth;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import wok.formats.GgufWriter;
import wok.tensor.DType;

/**
 * A model of a published shape with random weights, as a value: the same value gives the same file, on any machine. It
 * answers nonsense at exactly the speed of the real one, so that speed can be measured where no weights may be
 * fetched, and it is as large: one can try whether a model fits.
 *
 * <p>Every matrix has weights of root mean square {@code 1/sqrt(columns)}, norms are near 1: activations neither
 * explode nor vanish in any of the families. Weights are not those of a quantiser: see {@link RandomBlocks}.
 *
 * <p>Immutable; any thread.
 *
 * @param shape sizes
 * @param type of the file
 * @param seed of the weights
 */
public record SynthModel(SynthShape shape, SynthType type, long seed) {
    /** What is made and written at a time, less what a whole number of blocks leaves over. */
    private static final int PIECE_BYTES = 1 << 22;

    private static final float NORM_RMS = 0.05f;
    private static final float BIAS_RMS = 0.05f;

    /** The bytes of all weights: the file is larger by its vocabulary, some megabytes. */
    public long weightBytes() {
        return SynthTensor.of(shape).stream()
                .mapToLong(tensor ->
                        type.typeOf(tensor, shape).bytes(tensor.shape().elements()))
                .sum();
    }

    /** How many weights there are. */
    public long parameters() {
        return SynthTensor.of(shape).stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
    }

    /**
     * Writes the GGUF file, in pieces of a few megabytes, under another name beside {@code file} until it is whole.
     *
     * @param written hears how many bytes of weights came since the last call
     * @throws SynthException if the folder is missing or the disk is full; nothing is left behind then
     */
    public void write(Path file, LongConsumer written) {
        GgufWriter writer = new GgufWriter();
        keys(writer);
        SynthVocabulary.of(shape.vocabulary()).putInto(writer);
        List<SynthTensor> tensors = SynthTensor.of(shape);
        for (int i = 0; i < tensors.size(); i++) {
            SynthTensor tensor = tensors.get(i);
            DType dtype = type.typeOf(tensor, shape);
            long tensorSeed = seed * 1_000_003 + i;
            writer.tensor(tensor.name(), dtype, tensor.shape(), from -> {
                byte[] piece = piece(tensor, dtype, tensorSeed, from);
                written.accept(piece.length);
                return MemorySegment.ofArray(piece);
            });
        }
        try {
            requireRoom(file);
            writer.write(file);
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
            throw new SynthException(e.getFile() + ": " + reason, e);
        } catch (IOException e) {
            throw new SynthException(file + ": " + e.getMessage(), e);
        }
    }

    private static byte[] piece(SynthTensor tensor, DType dtype, long seed, long from) {
        long left = dtype.bytes(tensor.shape().elements()) - from;
        byte[] piece = new byte[(int) Math.min(left, PIECE_BYTES - PIECE_BYTES % dtype.blockBytes())];
        long first = from / dtype.blockBytes();
        switch (tensor.role()) {
            case NORM -> RandomBlocks.fill(dtype, seed, first, NORM_RMS, 1, piece);
            case VECTOR -> RandomBlocks.fill(dtype, seed, first, BIAS_RMS, 0, piece);
            case EMBEDDING, OUTPUT, VALUE, DOWN, MATRIX, ROUTER -> {
                float rms = (float) (1 / Math.sqrt((double) tensor.shape().columns()));
                RandomBlocks.fill(dtype, seed, first, rms, 0, piece);
            }
        }
        return piece;
    }

    private void requireRoom(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new SynthException(file + ": its folder does not exist (expected: a folder that does)");
        }
        if (Files.isDirectory(file)) {
            throw new SynthException(file + ": a folder (expected: the name of a file)");
        }
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < weightBytes()) {
            throw new SynthException(file + ": " + weightBytes() + " bytes are needed, " + free + " are free");
        }
    }

    private void keys(GgufWriter writer) {
        String prefix = shape.architecture() + ".";
        writer.text("general.architecture", shape.architecture())
                .text("general.name", "random weights of the shape of " + shape.name())
                .u32(prefix + "vocab_size", shape.vocabulary())
                .u32(prefix + "context_length", shape.context())
                .u32(prefix + "embedding_length", shape.hidden())
                .u32(prefix + "block_count", shape.layers())
                .u32(prefix + "feed_forward_length", shape.feedForward())
                .u32(prefix + "attention.head_count", shape.heads())
                .u32(prefix + "attention.head_count_kv", shape.kvHeads())
                .u32(prefix + "attention.key_length", shape.headDim())
                .u32(prefix + "attention.value_length", shape.headDim())
                .f32(prefix + "attention.layer_norm_rms_epsilon", shape.normEpsilon())
                .f32(prefix + "rope.freq_base", shape.ropeBase());
        if (shape.architecture().equals("llama")) {
            writer.u32(prefix + "rope.dimension_count", shape.headDim());
        }
        shape.experts()
                .ifPresent(experts -> writer.u32(prefix + "expert_count", experts.count())
                        .u32(prefix + "expert_used_count", experts.used())
                        .u32(prefix + "expert_feed_forward_length", experts.inner()));
        if (shape.window() > 0) {
            writer.u32(prefix + "attention.sliding_window", shape.window());
        }
        writer.u32("general.file_type", type.fileType()).u32("general.quantization_version", 2);
    }
}
