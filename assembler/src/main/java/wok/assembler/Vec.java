package wok.assembler;

/**
 * A vector register, as a destination perhaps under a mask.
 *
 * @param number 0 to 31; 16 and more only with AVX-512
 * @param mask lanes that are written; {@link Mask#NONE} for all
 * @param zeroing whether lanes outside the mask become zero (else they stay)
 */
public record Vec(Width width, int number, Mask mask, boolean zeroing) implements Operand {
    public Vec {
        if (number < 0 || number > 31) {
            throw new IllegalArgumentException("register: " + number + " (expected: 0 to 31)");
        }
        if (zeroing && mask.equals(Mask.NONE)) {
            throw new IllegalArgumentException("register: zeroing without a mask (expected: zeroed(mask), k1 to k7)");
        }
    }

    public static Vec xmm(int number) {
        return new Vec(Width.XMM, number, Mask.NONE, false);
    }

    public static Vec ymm(int number) {
        return new Vec(Width.YMM, number, Mask.NONE, false);
    }

    public static Vec zmm(int number) {
        return new Vec(Width.ZMM, number, Mask.NONE, false);
    }

    /** The same register at another width: its low lanes. */
    public Vec as(Width other) {
        return new Vec(other, number, mask, zeroing);
    }

    public Vec xmm() {
        return as(Width.XMM);
    }

    public Vec ymm() {
        return as(Width.YMM);
    }

    /** As a destination: only lanes of the mask are written. */
    public Vec masked(Mask lanes) {
        return new Vec(width, number, lanes, false);
    }

    /** As a destination: lanes outside the mask become zero. */
    public Vec zeroed(Mask lanes) {
        return new Vec(width, number, lanes, true);
    }

    boolean isMasked() {
        return mask.number() != 0;
    }

    @Override
    public String toString() {
        String name = width.registers() + number;
        return !isMasked() ? name : name + "{k" + mask.number() + "}" + (zeroing ? "{z}" : "");
    }
}
