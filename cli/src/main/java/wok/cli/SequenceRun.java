package wok.cli;

import java.util.Arrays;
import wok.kernels.FloatRows;
import wok.kernels.KvType;
import wok.model.AdapterMix;
import wok.model.Batch;
import wok.model.KvCache;
import wok.model.Transformer;

/**
 * Equally long sequences on a model without an engine: what {@code logits}, {@code perplexity} and {@code bench} need.
 * Prompts go in chunks of {@link #CHUNK_ROWS} rows. One thread.
 */
final class SequenceRun implements AutoCloseable {
    private static final int CHUNK_ROWS = 256;

    /** Rows of logits at a time when all are wanted: 32 of a vocabulary of 262,144 are 32 MB. */
    private static final int LOGITS_ROWS = 32;

    /** Takes the logits of one position. */
    @FunctionalInterface
    interface LogitsReader {
        /** Row {@code row} of {@code logits} belongs to the position; valid during the call. */
        void read(int position, FloatRows logits, int row);
    }

    private final Transformer transformer;
    private final KvCache kv;
    private final Batch prompt;
    private final Batch next;
    private final int[][] blockTables;
    private AdapterMix adapters = AdapterMix.none();
    /** The state behind what was fed last from position 0 on, for those who go on from there more than once. */
    private final int keptSlot;

    private int keptPositions;

    private SequenceRun(Transformer transformer, KvCache kv, Batch prompt, Batch next, int[][] blockTables) {
        this.transformer = transformer;
        this.kv = kv;
        this.prompt = prompt;
        this.next = next;
        this.blockTables = blockTables;
        this.keptSlot = blockTables.length;
    }

    /**
     * Memory for so many sequences.
     *
     * @param positions length of each
     */
    static SequenceRun allocate(Transformer transformer, int sequences, int positions, KvType type) {
        int blocksEach = Math.ceilDiv(positions, KvCache.BLOCK_POSITIONS);
        int[][] tables = new int[sequences][blocksEach];
        for (int i = 0; i < sequences; i++) {
            int first = i * blocksEach;
            Arrays.setAll(tables[i], block -> first + block);
        }
        KvCache kv = transformer.allocateKv(Math.multiplyExact(sequences, blocksEach), sequences + 1, type);
        int rows = Math.min(CHUNK_ROWS, positions);
        return new SequenceRun(
                transformer,
                kv,
                transformer.newBatch(rows, Math.min(rows, LOGITS_ROWS)),
                transformer.newBatch(sequences, sequences),
                tables);
    }

    /** With these adapters from now on. */
    SequenceRun with(AdapterMix mix) {
        adapters = mix;
        return this;
    }

    /**
     * Puts tokens into the first sequence, from position {@code at} on.
     *
     * @param wantedFrom logits of this position and all later ones are read
     */
    void feed(int[] tokens, int at, int wantedFrom, LogitsReader reader) {
        returnToKept(at, 1);
        int sent = 0;
        while (sent < tokens.length) {
            int start = sent;
            prompt.clear();
            prompt.use(adapters);
            while (sent < tokens.length && hasRoom(at + sent >= wantedFrom)) {
                prompt.add(tokens[sent], at + sent, blockTables[0], at + sent >= wantedFrom);
                sent++;
            }
            if (at == 0 && sent == tokens.length) {
                prompt.keepState(keptSlot);
                keptPositions = sent;
            }
            FloatRows logits = transformer.forward(prompt, kv);
            int first = Math.max(at + start, wantedFrom);
            for (int row = 0; row < prompt.logitsRows(); row++) {
                reader.read(first + row, logits, row);
            }
        }
    }

    private boolean hasRoom(boolean wantsLogits) {
        return prompt.rows() < prompt.rowsMax() && (!wantsLogits || prompt.logitsRows() < prompt.logitsRowsMax());
    }

    /** One more token for each sequence, all at the same position; row i of the result belongs to sequence i. */
    FloatRows step(int[] tokens, int position) {
        returnToKept(position, tokens.length);
        next.clear();
        next.use(adapters);
        for (int i = 0; i < tokens.length; i++) {
            next.add(tokens[i], position, blockTables[i], i, true);
        }
        return transformer.forward(next, kv);
    }

    /** A state can't be cut back to where a sequence was before, as keys and values can: it is brought back. */
    private void returnToKept(int position, int sequences) {
        if (position > 0 && position == keptPositions) {
            for (int i = 0; i < sequences; i++) {
                kv.copyState(keptSlot, i);
            }
        }
    }

    /**
     * Gives every sequence the keys and values of the first one's first {@code positions}; their states follow with the
     * next step.
     *
     * @param positions all that were fed from position 0 on
     */
    void copyFirst(int positions) {
        int blocks = Math.ceilDiv(positions, KvCache.BLOCK_POSITIONS);
        for (int i = 1; i < blockTables.length; i++) {
            for (int block = 0; block < blocks; block++) {
                kv.copyBlock(blockTables[0][block], blockTables[i][block]);
            }
        }
    }

    @Override
    public void close() {
        next.close();
        prompt.close();
        kv.close();
    }
}
