package wok.kernels;

import java.util.Objects;
import wok.tensor.Tensor;

/**
 * A tensor of token embeddings [vocabulary x columns], read row by row straight from the file's memory: no packed copy.
 * Immutable; any thread.
 */
public record EmbeddingTable(Tensor tensor) {
    public EmbeddingTable {
        if (tensor.shape().rank() != 2 || tensor.shape().columns() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    tensor.name() + ": shape " + tensor.shape() + " (expected: rows x columns)");
        }
        if (!BlockDecoder.supports(tensor.dtype())) {
            throw BlockDecoder.unsupported(tensor.dtype());
        }
    }

    public long rows() {
        return tensor.shape().rows();
    }

    public int columns() {
        return (int) tensor.shape().columns();
    }

    /** Row {@code row}'s exact values into {@code out[at …]}. */
    public void decodeRow(long row, float[] out, int at) {
        Objects.checkIndex(row, rows());
        BlockDecoder.decode(tensor.dtype(), tensor.row(row), 0, columns(), out, at);
    }
}
