package wok.assembler;

/** Conditions of jumps and conditional moves, with their codes. Above and below compare unsigned numbers. */
public enum Condition {
    BELOW(2),
    ABOVE_OR_EQUAL(3),
    EQUAL(4),
    NOT_EQUAL(5),
    BELOW_OR_EQUAL(6),
    ABOVE(7),
    SIGN(8),
    NO_SIGN(9),
    LESS(12),
    GREATER_OR_EQUAL(13),
    LESS_OR_EQUAL(14),
    GREATER(15);

    private final int code;

    Condition(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
