package wok.assembler;

/**
 * One of the mask registers k0 to k7 of AVX-512. As a decoration of a destination, k0 means no mask.
 *
 * @param number 0 to 7
 */
public record Mask(int number) {
    /** Not a mask: every lane is written. */
    public static final Mask NONE = new Mask(0);

    public Mask {
        if (number < 0 || number > 7) {
            throw new IllegalArgumentException("mask: k" + number + " (expected: k0 to k7)");
        }
    }
}
