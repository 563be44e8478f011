package wok.assembler;

/**
 * A memory operand: {@code [base + index * scale + displacement]}. Immutable.
 *
 * @param index {@link Gpr#RSP} stands for none, as in the encoding
 * @param scale 1, 2, 4 or 8
 * @param broadcasts whether one 32-bit element is read and given to all lanes ({@code {1to16}})
 */
public record Mem(Gpr base, Gpr index, int scale, int displacement, boolean broadcasts) implements Operand {
    public Mem {
        if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
            throw new IllegalArgumentException("scale: " + scale + " (expected: 1, 2, 4 or 8)");
        }
    }

    public static Mem at(Gpr base) {
        return at(base, 0);
    }

    /**
     * {@code [base + displacement]}.
     *
     * @param displacement bytes, which the instruction holds in 32 bits with a sign
     */
    public static Mem at(Gpr base, long displacement) {
        return new Mem(base, Gpr.RSP, 1, OperandRules.signed32("displacement", displacement), false);
    }

    /** {@code [base + index * scale]}. */
    public static Mem at(Gpr base, Gpr index, int scale) {
        if (index == Gpr.RSP) {
            throw new IllegalArgumentException("index: RSP (expected: any other register)");
        }
        return new Mem(base, index, scale, 0, false);
    }

    /** So many bytes further. */
    public Mem plus(long bytes) {
        int sum = OperandRules.signed32(
                "displacement", displacement + (long) OperandRules.signed32("displacement", bytes));
        return new Mem(base, index, scale, sum, broadcasts);
    }

    /** One 32-bit element for all lanes. */
    public Mem broadcast() {
        return new Mem(base, index, scale, displacement, true);
    }

    boolean hasIndex() {
        return index != Gpr.RSP;
    }
}
