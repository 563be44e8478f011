package wok.kernels;

/** What unpacked quants look like as bytes, as the instructions of a tier want them. */
enum QuantBytes {
    /** The code as it is packed, without its offset: small unsigned numbers whose products add up in 16 bits. */
    CODE,
    /** Unsigned, for vpdpbusd: quant + 128 where the format has an offset or a codebook, else the quant. */
    SHIFTED,
    /** The quant, signed. */
    SIGNED;

    private static final int SHIFT = 128;

    /** What is added to a code, modulo 256; codebooks apart. */
    int addend(QuantFormat format) {
        return switch (this) {
            case CODE -> 0;
            case SHIFTED -> format.offset() == 0 ? 0 : SHIFT - format.offset();
            case SIGNED -> -format.offset();
        };
    }

    /** What a codebook's value becomes. */
    int entry(int value) {
        return this == SHIFTED ? value + SHIFT : value;
    }

    /** Whether dot products need -128 times the sum of the activations added. */
    boolean isShifted(QuantFormat format) {
        return this == SHIFTED && format.offset() != 0;
    }
}
