package wok.assembler;

/**
 * What an instruction accepts, checked before a byte is written: an encoding has room for much that the processor does
 * not know or takes for something else, and a wrong kernel is found late. Every error is an
 * {@link IllegalArgumentException} that names the instruction, what was found and what is expected. Any thread.
 */
final class OperandRules {
    private OperandRules() {}

    /** The width, the kind of the last operand, and the mask. */
    static void check(Instruction i, Width width, Operand rm, Vec decoration) {
        if (!i.widths().contains(width)) {
            throw wrong(i, width.registers(), "one of " + i.widths());
        }
        if (rm instanceof Gpr != i.takesGeneralRegister()) {
            throw wrong(i, rm, i.takesGeneralRegister() ? "a general register" : "a vector register or memory");
        }
        if (rm instanceof Vec v && i.isOfOneWidth() && v.width() != width) {
            throw wrong(i, v, "a register of " + width.registers() + ", as the others");
        }
        if (isBroadcast(rm) && !i.allowsBroadcast()) {
            throw wrong(i, "broadcast", "an operand without, it has no such form");
        }
        if (decoration.isMasked() && !i.allowsMask()) {
            throw wrong(i, decoration, "a register without a mask, it has no such form");
        }
    }

    /** A register that is read: as wide as the destination if the instruction is of one width, and bare. */
    static void source(Instruction i, Width width, Operand from) {
        if (from instanceof Vec v) {
            if (v.isMasked()) {
                throw wrong(i, v, "a source without a mask, which decorates the destination");
            }
            if (i.isOfOneWidth() && v.width() != width) {
                throw wrong(i, v, "a register of " + width.registers() + ", as the destination");
            }
        }
    }

    /** Where a vector is stored: memory under a mask keeps what lies outside, it can't become zero. */
    static void target(Instruction i, Operand to, Vec decoration) {
        if (to instanceof PoolConstant || isBroadcast(to)) {
            throw wrong(i, to, "a register or memory that can be written");
        }
        if (to instanceof Mem && decoration.zeroing()) {
            throw wrong(i, decoration, "masked, not zeroed: memory outside the mask stays as it is");
        }
    }

    /** Memory or a constant. */
    static void memory(Object i, Operand operand) {
        if (!(operand instanceof Mem || operand instanceof PoolConstant)) {
            throw wrong(i, operand, "memory");
        }
    }

    /** A general register or memory, as the general instructions take. */
    static void general(Operand rm) {
        if (rm instanceof Vec || isBroadcast(rm)) {
            throw wrong("operand", rm, "a general register, or memory without a broadcast");
        }
    }

    /** A whole number below a limit. */
    static void immediate(Object i, long value, long limit) {
        if (value < 0 || value >= limit) {
            throw wrong(i, value, "an immediate from 0 to " + (limit - 1));
        }
    }

    /** A number that fits an instruction's field of 32 bits, which is sign-extended. */
    static int signed32(String name, long value) {
        if (value != (int) value) {
            throw wrong(name, value, Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    static boolean isBroadcast(Operand rm) {
        return switch (rm) {
            case Mem mem -> mem.broadcasts();
            case PoolConstant constant -> constant.broadcasts();
            case Vec v -> false;
            case Gpr g -> false;
        };
    }

    static IllegalArgumentException wrong(Object what, Object found, String expected) {
        return new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
}
