package wok.model;

import wok.kernels.Compute;

/**
 * One step of a layer: reads the workspace's {@code input}, writes its {@code output}. What stands before and after it
 * is {@link ResidualBlock}'s affair. Another way to mix positions or to transform a row is another permitted record.
 */
sealed interface Block permits Attention, FeedForward {

    /** Computes the output of all rows of the batch. */
    void forward(Compute compute, Batch batch, KvCache kv);
}
