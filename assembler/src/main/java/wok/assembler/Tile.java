package wok.assembler;

/**
 * One of AMX's eight tile registers, of up to 16 rows of 64 bytes.
 *
 * @param number 0 to 7
 */
public record Tile(int number) {
    public Tile {
        if (number < 0 || number > 7) {
            throw new IllegalArgumentException("tile: " + number + " (expected: 0 to 7)");
        }
    }
}
