package wok.kernels;

/**
 * The digits of ggml's TQ1_0: 256 elements of 0, 1 or 2 in 52 bytes, five to a byte (the last four bytes hold four each)
 * as a fraction in base 3, which a product with a power of 3 shifts and one with 3 reads off. Source: ggml,
 * {@code dequantize_row_tq1_0}. Stateless; any thread.
 */
final class TernaryBlocks {
    /** Where the f16 scale is. */
    static final int TQ1_SCALE_AT = 52;

    /** In TQ2_0: two bits each, laid out as those of Q2_K, and the f16 scale behind. */
    static final int TQ2_SCALE_AT = 64;

    private TernaryBlocks() {}

    /** Element {@code k} of the block that starts at {@code at}. */
    static int digit(byte[] file, int at, int k) {
        int octet;
        int place;
        if (k < 160) {
            octet = k % 32;
            place = k / 32;
        } else if (k < 240) {
            octet = 32 + (k - 160) % 16;
            place = (k - 160) / 16;
        } else {
            octet = 48 + (k - 240) % 4;
            place = (k - 240) / 4;
        }
        int shifted = (file[at + octet] * powerOfThree(place)) & 0xFF;
        return (shifted * 3) >>> 8;
    }

    private static int powerOfThree(int place) {
        return switch (place) {
            case 0 -> 1;
            case 1 -> 3;
            case 2 -> 9;
            case 3 -> 27;
            default -> 81;
        };
    }
}
