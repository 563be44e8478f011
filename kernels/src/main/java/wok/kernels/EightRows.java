package wok.kernels;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Mem;

/**
 * Addresses of eight rows of one array whose stride is known at run time: x86 scales an index by 1, 2, 4 or 8, so that
 * one, three, five and seven strides in four registers reach all of them from the first.
 */
record EightRows(Gpr one, Gpr three, Gpr five, Gpr seven) {
    /** Loads the stride. */
    void load(Assembler a, ProductArgument stride) {
        a.mov(one, stride.at());
        a.lea(three, Mem.at(one, one, 2));
        a.lea(five, Mem.at(one, one, 4));
        a.lea(seven, Mem.at(three, one, 4));
    }

    /** The beginning of row 0 to 7 behind {@code first}. */
    Mem at(Gpr first, int row) {
        return switch (row) {
            case 0 -> Mem.at(first);
            case 1 -> Mem.at(first, one, 1);
            case 2 -> Mem.at(first, one, 2);
            case 3 -> Mem.at(first, three, 1);
            case 4 -> Mem.at(first, one, 4);
            case 5 -> Mem.at(first, five, 1);
            case 6 -> Mem.at(first, three, 2);
            case 7 -> Mem.at(first, seven, 1);
            default -> throw new IllegalArgumentException("row: " + row + " (expected: 0 to 7)");
        };
    }

    /** The beginning of row 8. */
    Mem ninth(Gpr first) {
        return Mem.at(first, one, 8);
    }
}
