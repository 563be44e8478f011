package wok.assembler;

/**
 * The instructions of AMX: dot products of whole tiles of bytes. A tile in memory is {@code [base + index * scale]}, where
 * the index register holds the bytes from row to row. Source: Intel SDM volume 2.
 */
abstract class TileInstructions extends VectorInstructions {
    private static final int NO_PREFIX = 0;
    private static final int P66 = 1;
    private static final int PF3 = 2;
    private static final int PF2 = 3;

    private static final int CONFIGURE = 0x49;
    private static final int MOVE = 0x4B;
    private static final int DOT = 0x5E;

    /** Gives the tiles their shapes, and zeros. */
    public final void ldtilecfg(TileShape shape) {
        PoolConstant configuration = words(shape.words());
        prefix(NO_PREFIX, configuration, 0);
        emit(CONFIGURE);
        operand(0, configuration, 1, 0);
    }

    /** Gives the tiles up: before every return, so that the system need not save them. */
    public final void tilerelease() {
        prefix(NO_PREFIX, Vec.xmm(0), 0);
        emit(CONFIGURE);
        emit(0xC0);
    }

    /** Loads rows; the index register holds the bytes between them. */
    public final void tileloadd(Tile to, Mem from) {
        move(PF2, to, from);
    }

    /** Stores rows; the index register holds the bytes between them. */
    public final void tilestored(Mem to, Tile from) {
        move(PF3, from, to);
    }

    private void move(int mandatory, Tile tile, Mem mem) {
        if (!mem.hasIndex() || mem.broadcasts()) {
            throw new IllegalArgumentException("tile: " + mem + " (expected: an index register with the stride)");
        }
        prefix(mandatory, mem, 0);
        emit(MOVE);
        operand(tile.number(), mem, 1, 0);
    }

    public final void tilezero(Tile to) {
        prefix(PF2, Vec.xmm(0), 0);
        emit(CONFIGURE);
        emit(0xC0 | to.number() << 3);
    }

    /**
     * {@code to[m][n] += sum of a[m][4 k … 4 k + 3] b[k][4 n … 4 n + 3]} over k, all bytes signed, exact in 32 bits.
     *
     * @param a rows m
     * @param b rows k: four neighbouring columns of a for each n
     */
    public final void tdpbssd(Tile to, Tile a, Tile b) {
        dot(PF2, to, a, b);
    }

    /** As {@link #tdpbssd} with unsigned bytes in b. */
    public final void tdpbsud(Tile to, Tile a, Tile b) {
        dot(PF3, to, a, b);
    }

    /** As {@link #tdpbssd} with unsigned bytes in a. */
    public final void tdpbusd(Tile to, Tile a, Tile b) {
        dot(P66, to, a, b);
    }

    private void dot(int mandatory, Tile to, Tile a, Tile b) {
        if (to.equals(a) || to.equals(b) || a.equals(b)) {
            throw new IllegalArgumentException(
                    "tiles: " + to + ", " + a + ", " + b + " (expected: three different ones, else the CPU faults)");
        }
        prefix(mandatory, Vec.xmm(a.number()), b.number());
        emit(DOT);
        operand(to.number(), Vec.xmm(a.number()), 1, 0);
    }

    /** A three-byte VEX prefix of map 0F38, 128 bits, W 0. */
    private void prefix(int mandatory, Operand rm, int second) {
        emit(0xC4);
        emit(0x80 | (~extension(rm, true) & 1) << 6 | (~extension(rm, false) & 1) << 5 | 2);
        emit((~second & 15) << 3 | mandatory);
    }
}
