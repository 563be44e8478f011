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
 * @param tiles the functions for tiles of 1, 2, … tokens
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
    private static final int BLOCKS = 18;

    interface TileGenerator {
        Assembler of(int tokens);
    }

    /** Blocks of 32 columns or super-blocks with 8-bit activations. */
    static ProductCode quantised(QuantFormat format, MachineTier tier, Arena arena) {
        PanelShape panel = switch (tier) {
            case AVX512 -> PanelShape.vnni(format);
            case AVX2 -> PanelShape.words(format);
        };
        return new ProductCode(
                MachineFunction.of(format.family() + " panel", PanelCode.of(panel, tier.registers()), arena),
                switch (tier) {
                    case AVX512 ->
                        tiles(
                                format.family(),
                                TokenRows.ROWS_MAX,
                                tokens -> panel.superBlock()
                                        ? SuperBlockTileCode.of(tokens, panel)
                                        : BlockTileCode.of(tokens, panel),
                                arena);
                    case AVX2 ->
                        tiles(
                                format.family(),
                                WordTileCode.TOKENS_MAX,
                                tokens -> WordTileCode.of(tokens, panel),
                                arena);
                },
                panel.columns(),
                panel.blockBytes(),
                panel.groupBytes(),
                panel.superBlock() ? 2 : BLOCKS,
                panel.subColumns(),
                1,
                panel.columns() / PanelShape.BLOCK_COLUMNS);
    }

    /** Quantised weights with 32-bit activations. */
    static ProductCode exact(QuantFormat format, MachineTier tier, Arena arena) {
        int columns = format.blockColumns();
        String name = format.family() + " values";
        return new ProductCode(
                MachineFunction.of(name, ValuePanelCode.of(format, tier.registers()), arena),
                floatTiles(name, tier, arena),
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
                floatTiles(type.name(), tier, arena),
                1,
                FloatTileCode.COLUMN_BYTES,
                FloatTileCode.COLUMN_BYTES / PanelShape.GROUPS,
                FLOAT_COLUMNS,
                1,
                1,
                1);
    }

    /** Tokens of the greatest tile. */
    int tokensMax() {
        return tiles.size();
    }

    private static List<MachineFunction> floatTiles(String name, MachineTier tier, Arena arena) {
        return tiles(name, TokenRows.ROWS_MAX, tokens -> FloatTileCode.of(tokens, tier.registers()), arena);
    }

    private static List<MachineFunction> tiles(String family, int tokensMax, TileGenerator generator, Arena arena) {
        List<MachineFunction> tiles = new ArrayList<>();
        for (int tokens = 1; tokens <= tokensMax; tokens++) {
            tiles.add(MachineFunction.of(family + " x " + tokens + " tokens", generator.of(tokens), arena));
        }
        return List.copyOf(tiles);
    }
}
