package wok.assembler;

/**
 * The rows and bytes per row of AMX's tile registers, as {@link TileInstructions#ldtilecfg} reads them.
 *
 * <p>Source: Intel SDM volume 1, 18.2 (palette 1).
 */
public final class TileShape {
    private static final int PALETTE = 1;
    private static final int TILES = 8;

    private final int[] rows = new int[TILES];
    private final int[] rowBytes = new int[TILES];

    /** Eight tiles without rows. */
    public TileShape() {}

    /** Gives a tile its shape. */
    public TileShape set(Tile tile, int rowCount, int bytesPerRow) {
        if (rowCount < 1 || rowCount > 16 || bytesPerRow < 4 || bytesPerRow > 64 || bytesPerRow % 4 != 0) {
            throw new IllegalArgumentException("tile: " + rowCount + " rows of " + bytesPerRow
                    + " bytes (expected: 1 to 16 rows of 4 to 64 bytes, a multiple of 4)");
        }
        rows[tile.number()] = rowCount;
        rowBytes[tile.number()] = bytesPerRow;
        return this;
    }

    /** The 64 bytes of the configuration, as words: palette @0, bytes per row i16 @16, rows u8 @48. */
    int[] words() {
        int[] words = new int[16];
        words[0] = PALETTE;
        for (int tile = 0; tile < TILES; tile++) {
            words[4 + tile / 2] |= rowBytes[tile] << (16 * (tile % 2));
            words[12 + tile / 4] |= rows[tile] << (8 * (tile % 4));
        }
        return words;
    }
}
