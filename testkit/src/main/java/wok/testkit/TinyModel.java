package wok.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import wok.tensor.DType;

/**
 * A tiny random model, as a value: the same value gives the same bytes, on any machine. Its GGUF file and its Hugging
 * Face folder hold the same weights, to the bit, where the dtype is a quantised one too: the folder then holds the
 * dequantised values as F32.
 *
 * <p>Weights are drawn so that logits spread and no part of the mathematics is idle (norm weights near but not 1,
 * biases not 0). Immutable; any thread.
 *
 * @param family what mathematics
 * @param layers blocks
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim even width of a head; {@code hidden / heads} for qwen2
 * @param feedForward inner width of the feed-forward part
 * @param vocabulary tokens, at least {@link TinyTokenizer#TOKENS_MIN}
 * @param contextLength greatest number of positions
 * @param slidingWindow window of gemma3's local layers; the others have none
 * @param dtype of the matrices: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K or Q6_K; a matrix whose rows are not whole
 *     blocks of it is F16, vectors are F32
 * @param tiedEmbeddings whether the output matrix is the embedding matrix
 * @param seed of the weights
 */
public record TinyModel(
        TinyFamily family,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        int feedForward,
        int vocabulary,
        int contextLength,
        int slidingWindow,
        DType dtype,
        boolean tiedEmbeddings,
        long seed) {

    public TinyModel {
        if (!BlockQuantiser.supports(dtype)) {
            throw new IllegalArgumentException("dtype: " + dtype + " (expected: one of " + BlockQuantiser.TYPES + ")");
        }
        require(layers > 0, "layers", layers, "1 or more");
        require(heads > 0 && kvHeads > 0 && heads % kvHeads == 0, "kvHeads", kvHeads, "a divisor of heads " + heads);
        require(headDim > 0 && headDim % 2 == 0, "headDim", headDim, "an even number");
        require(hidden > 0, "hidden", hidden, "1 or more");
        require(feedForward > 0, "feedForward", feedForward, "1 or more");
        require(
                vocabulary >= TinyTokenizer.TOKENS_MIN,
                "vocabulary",
                vocabulary,
                TinyTokenizer.TOKENS_MIN + " or more");
        require(family != TinyFamily.QWEN2 || hidden == heads * headDim, "hidden", hidden, "heads x headDim for qwen2");
    }

    private static void require(boolean holds, String name, int value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + rule + ")");
        }
    }

    /**
     * Two layers (gemma3: three, the last sees all positions), hidden 64, 4 heads of 16, 2 kv heads, 320 tokens, F32:
     * some 0.4 MB.
     */
    public static TinyModel of(TinyFamily family) {
        int layers = family == TinyFamily.GEMMA3_TEXT ? TinyFolder.SLIDING_PATTERN : 2;
        return new TinyModel(
                family, layers, 64, 4, 2, 16, 96, 320, 512, 8, DType.F32, family.tiesEmbeddings(), 20_260_101);
    }

    /** As {@link #of}, with rows of 256 and 512: every dtype's blocks fit all matrices. */
    public static TinyModel wide(TinyFamily family, DType dtype) {
        return of(family).withWidth(256, 4, 2, 64, 512).withDtype(dtype);
    }

    public TinyModel withLayers(int value) {
        return new TinyModel(
                family,
                value,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                contextLength,
                slidingWindow,
                dtype,
                tiedEmbeddings,
                seed);
    }

    public TinyModel withWidth(int hidden, int heads, int kvHeads, int headDim, int feedForward) {
        return new TinyModel(
                family,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                contextLength,
                slidingWindow,
                dtype,
                tiedEmbeddings,
                seed);
    }

    public TinyModel withVocabulary(int value) {
        return new TinyModel(
                family,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                value,
                contextLength,
                slidingWindow,
                dtype,
                tiedEmbeddings,
                seed);
    }

    public TinyModel withContextLength(int value) {
        return new TinyModel(
                family,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                value,
                slidingWindow,
                dtype,
                tiedEmbeddings,
                seed);
    }

    public TinyModel withSlidingWindow(int value) {
        return new TinyModel(
                family,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                contextLength,
                value,
                dtype,
                tiedEmbeddings,
                seed);
    }

    public TinyModel withDtype(DType value) {
        return new TinyModel(
                family,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                contextLength,
                slidingWindow,
                value,
                tiedEmbeddings,
                seed);
    }

    public TinyModel withTiedEmbeddings(boolean value) {
        return new TinyModel(
                family,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                contextLength,
                slidingWindow,
                dtype,
                value,
                seed);
    }

    public TinyModel withSeed(long value) {
        return new TinyModel(
                family,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                contextLength,
                slidingWindow,
                dtype,
                tiedEmbeddings,
                value);
    }

    /** The tokenizer that both files carry. */
    public TinyTokenizer tokenizer() {
        return TinyTokenizer.of(vocabulary);
    }

    /** Writes one GGUF file and gives its path back. */
    public Path writeGguf(Path file) {
        try {
            TinyGguf.write(this, file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes config.json, model.safetensors, tokenizer.json, tokenizer_config.json and generation_config.json into a
     * folder, which is made if it is not there, and gives its path back.
     */
    public Path writeHuggingFace(Path folder) {
        try {
            TinyFolder.write(this, folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
