package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import wok.assembler.MachineFunction;

/**
 * One worker's loops around the machine code of a product with several tokens, and its memory off heap: the argument
 * block, the panel, and the sums that are kept from chunk to chunk: apart from y, whose rows, often a multiple of 4 096
 * bytes apart, all fall into the same few sets of the first-level cache (8 % slower).
 *
 * <p>From outside to inside: blocks of tokens whose activations stay in the second-level cache; pairs of groups; chunks
 * of columns; tiles of tokens, in machine code. Tiles share the tokens out evenly: 7 are 4 + 3 and not 6 + 1. With
 * AMX, tokens go through in tiles of 16, from a panel of signed quants, and the rest in the usual ones.
 *
 * <p>Allocated once, but for the sums, which grow with the greatest number of tokens; freed when the worker's
 * {@link Workspace} is no longer reachable. Used by one worker at a time.
 */
@SuppressWarnings("NullAway.Init") // run sets the operands before anything reads them
final class MachineProduct {
    private static final int GROUP_ROWS = PackedMatrix.GROUP_ROWS;
    private static final int PAIR_ROWS = GROUP_ROWS * PanelShape.GROUPS;

    /** Bytes of activations that are multiplied before the next tokens' turn: half of a second-level cache. */
    private static final long TOKEN_BYTES = 1 << 20;

    /** Tokens of such a block at most: their sums share that cache. */
    private static final int BLOCK_TOKENS_MAX = 1024;

    /** Tokens from which a call may take so long that it must not hold up the JVM. */
    private static final int LONG_TOKENS = 64;

    private static final long PAGE = 4096;
    private static final int LINE = 64;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment arguments = arena.allocate(ProductArgument.bytes(), LINE);
    /**
     * What the argument block is to hold at the start of a chunk, copied there at once: setting each word by a segment's
     * accessor, which runs interpreted at first, costs the first prompt of a process some 30 ms.
     */
    private final long[] words = new long[ProductArgument.count()];

    private final MemorySegment panel = arena.allocate(ProductCode.PANEL_BYTES_MAX, PAGE);
    private MemorySegment sums = arena.allocate(TileFrame.KEPT_BYTES, LINE);

    private MemorySegment amxDots = MemorySegment.NULL;

    private ProductCode code;
    private PackedMatrix w;
    private FloatRows y;
    private int end;
    /** What is unpacked after the chunk under way. */
    private int nextGroup;

    private int nextBlock;

    private long quantsAt;
    private long quantsStride;
    private int quantBytes;
    private long scalesAt;
    private long scalesStride;
    private long correctionsAt;
    private long correctionsStride;
    private long sumsAt;
    private long sumsStride;
    private int sumBytes;

    /** Output groups {@code from} to {@code to - 1} of a product with n tokens. */
    void run(ProductCode product, PackedMatrix weights, Activations x, int n, FloatRows out, int from, int to) {
        code = product;
        w = weights;
        y = out;
        end = to;
        if (weights.activationForm() == ActivationForm.F32) {
            readFloats(x.f32());
        } else {
            readQuants(x.prepared(weights.activationForm()));
        }
        set(ProductArgument.PANEL, panel.address());
        set(ProductArgument.QUANTS_STRIDE, quantsStride);
        set(ProductArgument.SCALES_STRIDE, scalesStride);
        set(ProductArgument.CORRECTIONS_STRIDE, correctionsStride);
        set(ProductArgument.SUMS_STRIDE, sumsStride);
        int tokens = Math.clamp(TOKEN_BYTES / quantsStride & -AmxFrame.TOKENS, code.tokensMax(), BLOCK_TOKENS_MAX);
        reserveSums(Math.min(n, tokens));
        for (int token = 0; token < n; token += tokens) {
            for (int group = from; group < to; group += PanelShape.GROUPS) {
                pair(group, token, Math.min(n - token, tokens));
            }
        }
    }

    /** At least doubled, since what was there before is freed only with the workspace. */
    private void reserveSums(int tokens) {
        long bytes = (long) tokens * TileFrame.KEPT_BYTES;
        if (sums.byteSize() < bytes) {
            sums = arena.allocate(Math.max(bytes, 2 * sums.byteSize()), LINE);
        }
    }

    private void readFloats(FloatRows x) {
        quantBytes = 4;
        quantsAt = x.memory().address();
        quantsStride = 4L * x.columns();
    }

    private void readQuants(QuantisedRows x) {
        boolean sixteen = code.subColumns() == 16;
        boolean superBlock = code.blockColumns() > PanelShape.BLOCK_COLUMNS;
        int subs = x.columns() / code.subColumns();
        quantBytes = 1;
        quantsAt = x.quants().address();
        quantsStride = x.columns();
        scalesAt = x.scales().address();
        scalesStride = 4L * x.blocks();
        correctionsAt = (sixteen ? x.corrections16() : x.corrections32()).address();
        correctionsStride = 4L * subs;
        sumBytes = superBlock ? 2 : 4;
        sumsAt = (superBlock ? sixteen ? x.shortSums16() : x.shortSums32() : x.sums32()).address();
        sumsStride = (long) sumBytes * subs;
    }

    /** All columns of two groups (or of the last one) for some tokens. */
    private void pair(int group, int token, int tokens) {
        boolean whole = group + 1 < end && (group + 2) * GROUP_ROWS <= w.rows();
        int blocks = w.columns() / code.blockColumns();
        int chunks = Math.ceilDiv(blocks, code.chunkBlocks());
        int chunk = Math.ceilDiv(blocks, chunks);
        int amxTiles = code.amx().isPresent() ? tokens / AmxFrame.TOKENS : 0;
        int others = tokens - amxTiles * AmxFrame.TOKENS;
        for (int block = 0; block < blocks; block += chunk) {
            int count = Math.min(chunk, blocks - block);
            boolean last = block + count == blocks;
            nextGroup = last ? group + PanelShape.GROUPS : group;
            nextBlock = last ? 0 : block + count;
            int turns = amxTiles + Math.ceilDiv(others, code.tokensMax());
            prefetchNext(Math.min(chunk, blocks - nextBlock), turns * count);
            set(ProductArgument.FIRST, block == 0 ? 1 : 0);
            set(ProductArgument.KEPT, sums.address());
            set(
                    ProductArgument.OUT,
                    whole && last ? y.memory().address() + y.offset(token, group * GROUP_ROWS) : sums.address());
            set(ProductArgument.OUT_STRIDE, whole && last ? 4L * y.columns() : TileFrame.KEPT_BYTES);
            locate(token, block, count);
            MemorySegment.copy(words, 0, arguments, JAVA_LONG, 0, words.length);
            if (amxTiles > 0) {
                multiplyTiles(group, block, count, amxTiles);
            }
            if (others > 0) {
                unpack(code.unpack(), code.groupBytes(), group, block, count);
                multiply(others);
            }
        }
        if (!whole) {
            storeRows(group, token, tokens);
        }
    }

    private void unpack(MachineFunction unpack, int groupBytes, int group, int block, int count) {
        for (int i = 0; i < Math.min(PanelShape.GROUPS, end - group); i++) {
            long scales = scalesAt(group + i, block);
            unpack.call(
                    weightsAt(group + i, block),
                    scales,
                    minimaAt(group + i, block),
                    panel.address() + (long) i * groupBytes,
                    count,
                    nextGroup + i < end ? scalesAt(nextGroup + i, nextBlock) - scales : 0);
        }
    }

    /** The tokens that fill whole tiles of AMX; the addresses in the argument block move on behind them. */
    private void multiplyTiles(int group, int block, int count, int tiles) {
        ProductCode.Amx amx = code.amx().orElseThrow();
        if (amxDots.equals(MemorySegment.NULL)) {
            amxDots = arena.allocate(ProductCode.AMX_DOTS_BYTES, PAGE);
        }
        unpack(amx.unpack(), amx.groupBytes(), group, block, count);
        setNow(ProductArgument.DOTS, amxDots.address());
        setNow(ProductArgument.TILES, tiles);
        call(amx.tiles(), tiles * AmxFrame.TOKENS > LONG_TOKENS);
    }

    /**
     * Tells the kernels where the weights lie that are unpacked next.
     *
     * @param count blocks of that chunk
     * @param turns blocks times tiles of this one, over which the reading is spread
     */
    private void prefetchNext(int count, int turns) {
        long bytes = nextGroup < end ? count * packedBlockBytes() : 0;
        long start = weightsAt(nextGroup, nextBlock);
        set(ProductArgument.NEXT, start);
        set(ProductArgument.NEXT_END, start + bytes);
        set(ProductArgument.NEXT_GROUP, nextGroup + 1 < end ? weightsAt(nextGroup + 1, nextBlock) - start : 0);
        set(ProductArgument.NEXT_LINES, Math.max(1, Math.ceilDiv(bytes, (long) LINE * turns * code.prefetches())));
    }

    /** The activations of a chunk of columns, from a token on. */
    private void locate(int token, int block, int count) {
        long column = (long) block * code.blockColumns();
        set(ProductArgument.BLOCKS, (long) count * code.tileBlocks());
        set(ProductArgument.QUANTS, quantsAt + token * quantsStride + column * quantBytes);
        set(ProductArgument.SCALES, scalesAt + token * scalesStride + 4L * block);
        set(ProductArgument.CORRECTIONS, correctionsAt + token * correctionsStride + 4 * column / code.subColumns());
        set(ProductArgument.SUMS, sumsAt + token * sumsStride + sumBytes * column / code.subColumns());
    }

    private void multiply(int tokens) {
        int tiles = Math.ceilDiv(tokens, code.tokensMax());
        int larger = tokens % tiles;
        tiles(tokens / tiles + 1, larger, tokens > LONG_TOKENS);
        tiles(tokens / tiles, tiles - larger, tokens > LONG_TOKENS);
    }

    private void tiles(int tokens, int count, boolean isLong) {
        if (count == 0) {
            return;
        }
        setNow(ProductArgument.TILES, count);
        call(code.tiles().get(tokens - 1), isLong);
    }

    private void call(MachineFunction function, boolean isLong) {
        if (isLong) {
            function.callLong(arguments.address(), 0, 0, 0, 0, 0);
        } else {
            function.call(arguments.address(), 0, 0, 0, 0, 0);
        }
    }

    /** Copies the kept sums of those rows that there are. */
    private void storeRows(int group, int token, int tokens) {
        int first = group * GROUP_ROWS;
        int count = Math.min(PAIR_ROWS, Math.min(w.rows(), end * GROUP_ROWS) - first);
        for (int t = 0; t < tokens; t++) {
            MemorySegment.copy(
                    sums,
                    JAVA_FLOAT,
                    (long) t * TileFrame.KEPT_BYTES,
                    y.memory(),
                    JAVA_FLOAT,
                    y.offset(token + t, first),
                    count);
        }
    }

    private long weightsAt(int group, int block) {
        return switch (w) {
            case PackedFloats f -> f.groupAt(group) + block * packedBlockBytes();
            case PackedQuants q -> q.quantsAt(group) + block * packedBlockBytes();
        };
    }

    private long packedBlockBytes() {
        return switch (w) {
            case PackedFloats f -> f.type().bytes(GROUP_ROWS);
            case PackedQuants q -> q.blockBytes();
        };
    }

    private long scalesAt(int group, int block) {
        return switch (w) {
            case PackedFloats f -> 0;
            case PackedQuants q ->
                q.scalesAt(group) + (long) block * GROUP_ROWS * q.format().scaleBytes();
        };
    }

    private long minimaAt(int group, int block) {
        return switch (w) {
            case PackedFloats f -> 0;
            case PackedQuants q ->
                q.minsAt(group) + (long) block * GROUP_ROWS * q.format().scaleBytes();
        };
    }

    private void set(ProductArgument word, long value) {
        words[word.index()] = value;
    }

    /** Past {@link #words}, between the calls of one chunk: there the machine code has moved some of the others on. */
    private void setNow(ProductArgument word, long value) {
        arguments.set(JAVA_LONG, word.offset(), value);
    }
}
