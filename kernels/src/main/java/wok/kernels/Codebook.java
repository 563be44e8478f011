package wok.kernels;

/**
 * What the sixteen 4-bit codes of a nonlinear file type stand for; such weights stay codes in memory and are looked up
 * when they are multiplied. Immutable; any thread.
 */
@SuppressWarnings("ImmutableEnumChecker") // nobody writes the arrays
enum Codebook {
    /** The code is the quant plus an offset. */
    NONE(new byte[16]),
    /** ggml's nonlinear codebook ({@code kvalues_iq4nl}). */
    IQ4(new byte[] {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}),
    /** E2M1 values, doubled so that they are whole numbers; the scale is halved for it. OCP microscaling formats 1.0. */
    MXFP4(new byte[] {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}),
    /** IQ1's levels -1, 0, 1 and an eighth more or less, times 8. */
    IQ1(new byte[] {-7, 1, 9, 0, 0, 0, 0, 0, -9, -1, 7, 0, 0, 0, 0, 0}),
    /** IQ2's three levels and their negatives. */
    IQ2(new byte[] {8, 25, 43, 0, 0, 0, 0, 0, -8, -25, -43, 0, 0, 0, 0, 0}),
    /** IQ3_XXS's eight levels and their negatives. */
    IQ3(new byte[] {4, 12, 20, 28, 36, 44, 52, 62, -4, -12, -20, -28, -36, -44, -52, -62}),
    /** IQ3_S's eight levels and their negatives. */
    IQ3_ODD(new byte[] {1, 3, 5, 7, 9, 11, 13, 15, -1, -3, -5, -7, -9, -11, -13, -15});

    /** What is added to a value to make it unsigned. */
    static final int OFFSET = 128;

    private final byte[] values;
    private final byte[] unsigned;
    private final int greatest;

    Codebook(byte[] values) {
        this.values = values;
        unsigned = values.clone();
        int size = 0;
        for (int code = 0; code < unsigned.length; code++) {
            unsigned[code] = (byte) (unsigned[code] + OFFSET);
            size = Math.max(size, Math.abs(values[code]));
        }
        greatest = size;
    }

    /** The greatest size of a value. */
    int greatest() {
        return greatest;
    }

    /** The signed value of code 0 to 15; not for {@link #NONE}. */
    int value(int code) {
        return values[code];
    }

    /** The values plus {@link #OFFSET} as unsigned bytes, in the order of their codes; not a copy. */
    byte[] unsigned() {
        return unsigned;
    }
}
