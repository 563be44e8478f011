package wok.model;

import java.util.Arrays;
import java.util.stream.IntStream;
import wok.kernels.FloatRows;
import wok.kernels.KvType;

/** Runs one sequence through a model in tests: all logits of every position, or a greedy continuation. */
final class SequenceRun implements AutoCloseable {
    private final Transformer transformer;
    private final KvCache kv;
    private final Batch batch;
    private final int[] blockTable;
    private AdapterMix adapters = AdapterMix.none();
    private int position;

    SequenceRun(Transformer transformer, KvType type, int positionsMax) {
        this.transformer = transformer;
        int blocks = (positionsMax + KvCache.BLOCK_POSITIONS - 1) / KvCache.BLOCK_POSITIONS;
        kv = transformer.allocateKv(blocks, type);
        batch = transformer.newBatch(positionsMax, positionsMax);
        // Backwards, so that a test notices if block tables are not used.
        blockTable = IntStream.range(0, blocks).map(i -> blocks - 1 - i).toArray();
    }

    /** With these adapters from now on. */
    SequenceRun with(AdapterMix mix) {
        adapters = mix;
        return this;
    }

    /** The logits of every token, in one forward: [tokens][vocabulary]. */
    float[][] logits(int... tokens) {
        batch.clear();
        batch.use(adapters);
        for (int token : tokens) {
            batch.add(token, position++, blockTable, true);
        }
        FloatRows rows = transformer.forward(batch, kv);
        return IntStream.range(0, tokens.length).mapToObj(rows::row).toArray(float[][]::new);
    }

    /** What the last forward of {@link #logits} left in the residual stream behind the last layer. */
    float[] hidden(int row) {
        return batch.workspace().residual().row(row);
    }

    /** The next {@code count} tokens, always the likeliest. */
    int[] greedy(int[] prompt, int count) {
        float[][] prompted = logits(prompt);
        float[] last = prompted[prompt.length - 1];
        int[] answer = new int[count];
        for (int i = 0; i < count; i++) {
            answer[i] = best(last, 1)[0];
            last = logits(answer[i])[0];
        }
        return answer;
    }

    /** The ids of the greatest logits, greatest first. */
    static int[] best(float[] logits, int count) {
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** {@code max|a - b| / max|b|}. */
    static double distance(float[] a, float[] b) {
        double greatest = 0;
        double difference = 0;
        for (int i = 0; i < b.length; i++) {
            greatest = Math.max(greatest, Math.abs(b[i]));
            difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
        }
        return a.length == b.length && !Double.isNaN(difference) ? difference / greatest : Double.POSITIVE_INFINITY;
    }

    static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < b.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @Override
    public void close() {
        batch.close();
        kv.close();
    }
}
