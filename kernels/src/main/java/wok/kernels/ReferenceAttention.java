package wok.kernels;

/**
 * Scaled dot-product attention (Vaswani et al. 2017) with online softmax over fixed splits (Milakov and Gimelshein
 * 2018; Dao et al. 2022), scalar: the specification of every faster one.
 *
 * <p>For a query q of a row at position P that sees positions F to L (F = 0, or P - window + 1; L = P, or in an encoder
 * the sequence's last, at most P + window - 1):
 *
 * <pre>
 * score   s[p] = scale * (sum over d of q[d] k[p][d], one fma per d in order); with softcap c: c * tanh(s[p] / c)
 * splits  of 512 positions, by absolute position: p / 512. In each, over its visible positions only:
 *         m = max s[p];  e[p] = exp(s[p] - m);  l = sum of e[p] in 16 lanes, p to lane p mod 16, folded
 *         v[d] = sum over p of e[p] v[p][d], one fma per p in order, from +0
 * combine splits in order; the first is taken as it is, then with M the greater maximum of both, A = exp(m - M) for what
 *         is there and B = exp(ms - M) for the split:   l = fma(ls, B, l * A);   v[d] = fma(vs[d], B, v[d] * A)
 * out     v[d] * (1 / l), with a sink S of the head: v[d] * (1 / (l + exp(S - m)))
 * </pre>
 *
 * <p>Absolute positions choose split and lane, so that neither a cached prefix nor chunking, batching or the window can
 * change a bit. Positions that are not visible take no part: not even as zeros, which could turn -0 into +0.
 */
final class ReferenceAttention {
    private static final int LANES = 16;

    private final AttentionTask task;
    private final int kvHead;
    private final int head;
    private final int row;
    private final float[] scores = new float[AttentionTask.SPLIT_POSITIONS];
    private final float[] sums;
    private final float[] splitSums;
    private float greatest;
    private float total;

    private ReferenceAttention(AttentionTask task, int row, int head) {
        this.task = task;
        this.row = row;
        this.head = head;
        kvHead = head / task.spec().groupedHeads();
        sums = new float[task.spec().headDim()];
        splitSums = new float[task.spec().headDim()];
    }

    /** One query head of one row. */
    static void run(AttentionTask task, int row, int head) {
        new ReferenceAttention(task, row, head).run();
    }

    private void run() {
        int last = task.map().lastVisible(row, task.spec());
        int first = task.map().firstVisible(row, task.spec());
        int split = AttentionTask.SPLIT_POSITIONS;
        boolean started = false;
        for (int start = first / split * split; start <= last; start += split) {
            addSplit(Math.max(first, start), Math.min(last, start + split - 1), started);
            started = true;
        }
        float inverse = 1 / task.withSink(total, greatest, head);
        for (int d = 0; d < sums.length; d++) {
            task.out().set(row, head * sums.length + d, sums[d] * inverse);
        }
    }

    private void addSplit(int from, int to, boolean started) {
        float splitGreatest = Float.NEGATIVE_INFINITY;
        for (int p = from; p <= to; p++) {
            scores[p - from] = score(p);
            splitGreatest = Math.max(splitGreatest, scores[p - from]);
        }
        float[] lanes = new float[LANES];
        for (int p = from; p <= to; p++) {
            scores[p - from] = CanonicalMath.exp(scores[p - from] - splitGreatest);
            lanes[p % LANES] += scores[p - from];
        }
        weighValues(from, to);
        combine(splitGreatest, CanonicalMath.fold(lanes), started);
    }

    private float score(int position) {
        int block = block(position);
        float dot = 0;
        for (int d = 0; d < task.spec().headDim(); d++) {
            float q = task.q().get(row, head * task.spec().headDim() + d);
            dot = Math.fma(q, task.kv().key(block, kvHead, position % LANES, d), dot);
        }
        float score = dot * task.spec().scale();
        return task.spec().softcap() == 0
                ? score
                : CanonicalMath.softcap(score, task.spec().softcap());
    }

    private void weighValues(int from, int to) {
        java.util.Arrays.fill(splitSums, 0);
        for (int p = from; p <= to; p++) {
            int block = block(p);
            for (int d = 0; d < splitSums.length; d++) {
                float value = task.kv().value(block, kvHead, p % LANES, d);
                splitSums[d] = Math.fma(scores[p - from], value, splitSums[d]);
            }
        }
    }

    private void combine(float splitGreatest, float splitTotal, boolean started) {
        if (!started) {
            greatest = splitGreatest;
            total = splitTotal;
            System.arraycopy(splitSums, 0, sums, 0, sums.length);
            return;
        }
        float newGreatest = Math.max(greatest, splitGreatest);
        float a = CanonicalMath.exp(greatest - newGreatest);
        float b = CanonicalMath.exp(splitGreatest - newGreatest);
        greatest = newGreatest;
        total = Math.fma(splitTotal, b, total * a);
        for (int d = 0; d < sums.length; d++) {
            sums[d] = Math.fma(splitSums[d], b, sums[d] * a);
        }
    }

    private int block(int position) {
        return task.map().blockTable(row)[position / KvLayer.BLOCK_POSITIONS];
    }
}
