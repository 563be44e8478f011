package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * @param amx the product with tiles of 16 tokens, where AMX is used
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
        int prefetches,
        Optional<Amx> amx) {
    /**
     * A product of {@link AmxFrame#TOKENS} tokens at a time.
     *
     * @param unpack a panel of signed quants, as large as the usual one or less
     * @param groupBytes between the two groups within that panel's block
     * @param tiles the function for any number of tiles
     */
    record Amx(MachineFunction unpack, int groupBytes, MachineFunction tiles) {}

    /** Bytes of the greatest panel: eight super-blocks of two groups with sub-minima. */
    static final int PANEL_BYTES_MAX = 104 * 1024;

    /** Bytes of AMX's two buffers for the integers of a super-block with 16 sub-blocks. */
    static final int AMX_DOTS_BYTES = 2 * 16 * AmxFrame.TILE_BYTES;

    /** Super-blocks of a panel. AMX works one ahead of the vector units, so that few would leave it idle. */
    private static final int SUPER_BLOCKS = 2;

    private static final int AMX_SUPER_BLOCKS = 8;

    /** Columns of a tile's dot products from which AMX pays: with 16 it takes a third longer than VNNI, measured. */
    private static final int AMX_COLUMNS = 32;

    private static final int FLOAT_COLUMNS = 256;
    private static final int BLOCKS = 18;

    /** All of them. */
    List<MachineFunction> functions() {
        List<MachineFunction> all = new ArrayList<>(tiles);
        all.add(unpack);
        amx.ifPresent(of -> all.addAll(List.of(of.unpack(), of.tiles())));
        return all;
    }

    interface TileGenerator {
        Assembler of(int tokens);
    }

    /** Blocks of 32 columns or super-blocks with 8-bit activations. */
    static ProductCode quantised(QuantFormat format, MachineTier tier, boolean amx, Arena arena) {
        boolean tiled = amx && format.subColumns() == AMX_COLUMNS;
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
                panel.superBlock() ? (tiled ? AMX_SUPER_BLOCKS : SUPER_BLOCKS) : BLOCKS,
                panel.subColumns(),
                1,
                panel.columns() / PanelShape.BLOCK_COLUMNS,
                tiled ? Optional.of(amx(PanelShape.amx(format), arena)) : Optional.empty());
    }

    private static Amx amx(PanelShape panel, Arena arena) {
        String family = panel.format().family();
        return new Amx(
                MachineFunction.of(
                        family + " signed panel", PanelCode.of(panel, MachineTier.AVX512.registers()), arena),
                panel.groupBytes(),
                MachineFunction.of(
                        family + " x 16 tokens",
                        panel.superBlock() ? AmxSuperBlockCode.of(panel) : AmxBlockCode.of(panel),
                        arena));
    }

    /** The same without AMX. */
    ProductCode withoutAmx() {
        return new ProductCode(
                unpack,
                tiles,
                blockColumns,
                blockBytes,
                groupBytes,
                chunkBlocks,
                subColumns,
                tileBlocks,
                prefetches,
                Optional.empty());
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
                columns,
                Optional.empty());
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
                1,
                Optional.empty());
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
