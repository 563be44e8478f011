package wok.kernels;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Mem;

/**
 * Addresses of up to six rows of one array whose stride is known at run time, in three registers: rows 0, 2 and 4 are at
 * even + {0, 2, 4} * stride, rows 1, 3 and 5 at odd + {0, 2, 4} * stride, since x86 scales an index by 1, 2, 4 or 8.
 */
record TokenRows(Gpr even, Gpr odd, Gpr stride) {
    static final int ROWS_MAX = 6;

    /** Element at byte {@code displacement} of a row. */
    Mem at(int row, int displacement) {
        Gpr base = row % 2 == 0 ? even : odd;
        int scale = row - row % 2;
        return (scale == 0 ? Mem.at(base) : Mem.at(base, stride, scale)).plus(displacement);
    }

    /** Loads the address of the first row and the stride from the argument block. */
    void load(Assembler a, ProductArgument first) {
        a.mov(stride, first.stride().at());
        locate(a, first);
    }

    /** Loads the address of the first row; the stride is there. */
    void locate(Assembler a, ProductArgument first) {
        a.mov(even, first.at());
        a.lea(odd, Mem.at(even, stride, 1));
    }

    /** All rows so many bytes further along. */
    void advance(Assembler a, int bytes) {
        a.add(even, bytes);
        a.add(odd, bytes);
    }

    /** The line so many bytes further along each row into the first-level cache. */
    void prefetch(Assembler a, int rows, int distance) {
        for (int row = 0; row < rows; row++) {
            a.prefetcht0(at(row, distance));
        }
    }

    /**
     * The first lines of each row of the next tile into the first-level cache.
     *
     * @param stride the word of the argument block that these rows' stride is in
     * @param walk a free register
     */
    void prefetchNextTile(Assembler a, int rows, int lines, ProductArgument stride, Gpr walk) {
        TokenRows next = new TokenRows(walk, walk, this.stride);
        a.imul(walk, stride.at(), rows);
        a.add(walk, even);
        for (int row = 0; row < rows; row += 2) {
            next.prefetchLines(a, row, lines);
        }
        a.add(walk, this.stride);
        for (int row = 1; row < rows; row += 2) {
            next.prefetchLines(a, row - 1, lines);
        }
    }

    private void prefetchLines(Assembler a, int row, int lines) {
        for (int line = 0; line < lines; line++) {
            a.prefetcht0(at(row, 64 * line));
        }
    }
}
