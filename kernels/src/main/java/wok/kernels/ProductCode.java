package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.MachineFunction;
import wok.tensor.DType;

/**
 * The machine code of one packed family's products with several tokens. Immutable; any thread.
 *
 * @param unpack {@link PanelCode}, {@link ValuePanelCode} or {@link FloatPanelCode}
 * @param tiles the functions for tiles of 1 to {@link TokenRows#ROWS_MAX} tokens
 * @param blockColumns columns of one block of a panel; 1 for floats
 * @param blockBytes of a panel's block
 * @param groupBytes between the two groups within a panel's block
 * @param chunkBlocks greatest number of blocks in a panel, which stays in the first-level cache
 * @param subColumns columns of one correction or sum of the activations
 * @param tileBlocks blocks that the tiles' functions count for one block of weights: its columns for float panels
 * @param prefetches how often the tiles' functions prefetch during a block
 */
record ProductCode(
        MachineFunction unpack,
        List<MachineFunction> tiles,
        int blockColumns,
        int blockBytes,
        int groupBytes,
        int chunkBlocks,
        int subColumns,
        int tileBlocks,
        int prefetches) {
    /** Bytes of the greatest panel: two super-blocks of two groups with sub-minima, or 256 columns of floats. */
    static final int PANEL_BYTES_MAX = 40 * 1024;

    private static final int FLOAT_COLUMNS = 256;

    interface TileGenerator {
        Assembler of(int tokens);
    }

    /** Blocks of 32 columns or super-blocks with 8-bit activations. */
    static ProductCode quantised(QuantFormat format, MachineTier tier, Arena arena) {
        PanelShape panel = PanelShape.of(format);
        return new ProductCode(
                MachineFunction.of(format.family() + " panel", PanelCode.of(format, panel, tier.registers()), arena),
                tiles(
                        format.family(),
                        tokens -> panel.superBlock()
                                ? SuperBlockTileCode.of(tokens, panel)
                                : BlockTileCode.of(tokens, panel),
                        arena),
                panel.columns(),
                panel.blockBytes(),
                panel.groupBytes(),
                panel.superBlock() ? 2 : 18,
                panel.subColumns(),
                1,
                panel.columns() / 32);
    }

    /** Quantised weights with 32-bit activations. */
    static ProductCode exact(QuantFormat format, MachineTier tier, Arena arena) {
        int columns = format.blockColumns();
        return new ProductCode(
                MachineFunction.of(format.family() + " values", ValuePanelCode.of(format, tier.registers()), arena),
                tiles(format.family() + " values", FloatTileCode::of, arena),
                columns,
                columns * FloatTileCode.COLUMN_BYTES,
                FloatTileCode.COLUMN_BYTES / PanelShape.GROUPS,
                FLOAT_COLUMNS / columns,
                1,
                columns,
                columns);
    }

    /** Float weights. */
    static ProductCode floats(DType type, MachineTier tier, Arena arena) {
        return new ProductCode(
                MachineFunction.of(type + " panel", FloatPanelCode.of(type, tier.registers()), arena),
                tiles(type.name(), FloatTileCode::of, arena),
                1,
                FloatTileCode.COLUMN_BYTES,
                FloatTileCode.COLUMN_BYTES / PanelShape.GROUPS,
                FLOAT_COLUMNS,
                1,
                1,
                1);
    }

    private static List<MachineFunction> tiles(String family, TileGenerator generator, Arena arena) {
        List<MachineFunction> tiles = new ArrayList<>();
        for (int tokens = 1; tokens <= TokenRows.ROWS_MAX; tokens++) {
            tiles.add(MachineFunction.of(family + " x " + tokens + " tokens", generator.of(tokens), arena));
        }
        return List.copyOf(tiles);
    }
}
