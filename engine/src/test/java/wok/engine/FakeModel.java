package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import wok.model.AdapterMix;

/**
 * A model that is a hash function: logits depend on the tokens of all positions up to the row's own, read, as attention
 * does, through the block table from memory that earlier steps wrote. A wrong block, a stale one or one that another
 * sequence has overwritten therefore changes the logits. With state slots they also depend on a chain of hashes that is
 * carried from row to row in the sequence's slot, as recurrent layers do: a state that is not that of exactly the tokens
 * before changes the logits too, and one of another length is refused.
 */
final class FakeModel implements LanguageModel {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(int token, int position, int[] blockTable, int slot, boolean wantsLogits) {}

    /** Row and slot of a state to be kept. */
    private record Keep(int row, int slot) {}

    private static final int UNKNOWN = -1;

    private static final int POSITIONS = KvBlockPool.BLOCK_POSITIONS;
    private static final float END_BIAS = 0.5f;

    private final int vocabularySize;
    private final long[] memory;
    private final long[] states;
    private final int[] stateLengths;
    private final List<Row> rows = new ArrayList<>();
    private final List<Keep> keeps = new ArrayList<>();
    private final List<float[]> logits = new ArrayList<>();
    private int failAtForward = -1;
    private int damageAtForward = -1;
    private int forwards;
    private int rowsGreatest;

    FakeModel(int vocabularySize, int blocks) {
        this(vocabularySize, blocks, 0);
    }

    FakeModel(int vocabularySize, int blocks, int stateSlots) {
        this.vocabularySize = vocabularySize;
        states = new long[stateSlots];
        stateLengths = new int[stateSlots];
        Arrays.fill(stateLengths, UNKNOWN);
        memory = new long[blocks * POSITIONS];
    }

    /** The n-th forward pass (from 0) fails. */
    void failAtForward(int n) {
        failAtForward = n;
    }

    /** The n-th forward pass (from 0) gives a logit that is no number. */
    void damageAtForward(int n) {
        damageAtForward = n;
    }

    int rowsGreatest() {
        return rowsGreatest;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public void clear() {
        rows.clear();
        keeps.clear();
    }

    @Override
    public void use(AdapterMix adapters) {}

    @Override
    public int stateSlots() {
        return states.length;
    }

    @Override
    public void keepState(int slot) {
        keeps.add(new Keep(rows.size() - 1, slot));
    }

    @Override
    public void copyState(int from, int to) {
        assertThat(stateLengths[from]).isPositive();
        states[to] = states[from];
        stateLengths[to] = stateLengths[from];
    }

    @Override
    public void add(int tokenId, int position, int[] blockTable, int stateSlot, boolean wantsLogits) {
        rows.add(new Row(tokenId, position, blockTable, stateSlot, wantsLogits));
    }

    @Override
    public void forward() {
        int number = forwards++;
        if (number == failAtForward) {
            spoilStates();
            throw new IllegalStateException("out of luck");
        }
        rowsGreatest = Math.max(rowsGreatest, rows.size());
        logits.clear();
        for (Row row : rows) {
            memory[cell(row.blockTable(), row.position())] = content(row.token(), row.position());
        }
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            moveState(i, row);
            if (row.wantsLogits()) {
                logits.add(logits(row));
            }
        }
        if (number == damageAtForward) {
            logits.getFirst()[7] = Float.NaN;
        }
    }

    private void moveState(int index, Row row) {
        if (states.length == 0) {
            return;
        }
        int slot = row.slot();
        if (row.position() == 0) {
            states[slot] = 1;
            stateLengths[slot] = 0;
        }
        assertThat(stateLengths[slot]).as("what the state is behind").isEqualTo(row.position());
        states[slot] = mix(states[slot], content(row.token(), row.position()));
        stateLengths[slot]++;
        for (Keep keep : keeps) {
            if (keep.row() == index) {
                assertThat(rows).noneMatch(other -> other.slot() == keep.slot());
                states[keep.slot()] = states[slot];
                stateLengths[keep.slot()] = stateLengths[slot];
            }
        }
    }

    /** What a forward pass leaves that ends half way. */
    private void spoilStates() {
        if (states.length > 0) {
            rows.forEach(row -> stateLengths[row.slot()] = UNKNOWN);
            keeps.forEach(keep -> stateLengths[keep.slot()] = UNKNOWN);
        }
    }

    private float[] logits(Row row) {
        long hash = states.length == 0 ? 1 : states[row.slot()];
        for (int position = 0; position <= row.position(); position++) {
            long content = memory[cell(row.blockTable(), position)];
            assertThat((int) (content >>> 32)).isEqualTo(position);
            hash = mix(hash, content);
        }
        return logits(hash, vocabularySize);
    }

    private static int cell(int[] blockTable, int position) {
        return blockTable[position / POSITIONS] * POSITIONS + position % POSITIONS;
    }

    private static long content(int token, int position) {
        return ((long) position << 32) | token;
    }

    /** What the model says after these tokens, computed without memory. */
    static float[] logitsAfter(int[] tokens, int length, int vocabularySize) {
        long hash = 1;
        for (int position = 0; position < length; position++) {
            hash = mix(hash, content(tokens[position], position));
        }
        return logits(hash, vocabularySize);
    }

    private static float[] logits(long hash, int vocabularySize) {
        float[] values = new float[vocabularySize];
        for (int id = 0; id < vocabularySize; id++) {
            values[id] = (mix(hash, id) >>> 40) * 0x1p-22f;
        }
        values[FakeVocabulary.END] += END_BIAS;
        return values;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 32);
    }

    @Override
    public void logits(int index, float[] into) {
        System.arraycopy(logits.get(index), 0, into, 0, vocabularySize);
    }
}
