package wok.kernels;

/**
 * A weight matrix [rows x columns], packed for products with activations: output rows in groups of 16 (a lane is an
 * output row), columns in blocks, so that few sequential reads feed the multiply units. Rows are padded to a multiple
 * of 16 with zeros. Immutable; any thread may read it while its arena lives.
 */
public sealed interface PackedMatrix permits PackedFloats, PackedQuants {
    /** Output rows of one group. */
    int GROUP_ROWS = 16;

    /** Output rows, without padding. */
    int rows();

    /** Columns: the length of the sums. */
    int columns();

    ActivationForm activationForm();

    /** The packed family's name, e.g. {@code Q8}, {@code Q4+min}, {@code Q4x8+min}, {@code BF16}. */
    String family();

    /** The packed size in memory. */
    long bytes();

    /** Groups of 16 output rows, the last one perhaps padded. */
    default int groups() {
        return groups(rows());
    }

    /** Groups of {@code rows} output rows. */
    static int groups(int rows) {
        return Math.ceilDiv(rows, GROUP_ROWS);
    }
}
