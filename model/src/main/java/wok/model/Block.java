package wok.model;

import wok.kernels.Compute;

/**
 * One step of a layer: reads the workspace's {@code input}, writes its {@code output}. What stands before and after it
 * is {@link ResidualBlock}'s affair. Another way to mix positions or to transform a row is another permitted record.
 */
sealed interface Block permits Attention, DeltaNet, LatentAttention, FeedForward, MixtureOfExperts {

    /**
     * Computes the output of the first {@code rows} rows; the input stays as it is.
     *
     * @param rows all rows of the batch; fewer only behind the last block that {@link #looksBack}
     */
    void forward(Compute compute, Batch batch, KvCache kv, int rows);

    /** Whether a row's output depends on the rows before it in its sequence. */
    boolean looksBack();
}
