package wok.kernels;

/** The form of the activations that a packed family multiplies with. */
public enum ActivationForm {
    /** As they are, 32-bit floats. */
    F32(1),
    /** Signed bytes with one scale and one sum per 32 columns. */
    Q8_BLOCK32(32),
    /** Signed bytes with one scale per 256 columns, and sums per 16 and per 32. */
    Q8_BLOCK256(256);

    private final int blockColumns;

    ActivationForm(int blockColumns) {
        this.blockColumns = blockColumns;
    }

    /** How many neighbouring columns share a scale; rows of this form are a whole number of such blocks. */
    public int blockColumns() {
        return blockColumns;
    }
}
