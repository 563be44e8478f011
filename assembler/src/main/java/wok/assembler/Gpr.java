package wok.assembler;

import java.util.List;

/** The sixteen general registers of 64 bits with their numbers. */
public enum Gpr implements Operand {
    RAX(0),
    RCX(1),
    RDX(2),
    RBX(3),
    RSP(4),
    RBP(5),
    RSI(6),
    RDI(7),
    R8(8),
    R9(9),
    R10(10),
    R11(11),
    R12(12),
    R13(13),
    R14(14),
    R15(15);

    private final int number;

    Gpr(int number) {
        this.number = number;
    }

    /** Where the System V calling convention passes the first six integer arguments. */
    public static final List<Gpr> ARGUMENTS = List.of(RDI, RSI, RDX, RCX, R8, R9);

    /** What a function may overwrite beside its arguments. */
    public static final List<Gpr> SCRATCH = List.of(RAX, R10, R11);

    /** What belongs to the caller: a function that uses one saves it first and puts it back. */
    public static final List<Gpr> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);

    int number() {
        return number;
    }
}
