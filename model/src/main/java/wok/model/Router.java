package wok.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import wok.kernels.CanonicalMath;
import wok.kernels.Compute;
import wok.kernels.FloatRows;

/**
 * Chooses experts for the rows of a batch and sorts the rows by expert.
 *
 * <p>Of equal scores the expert with the lower number is chosen, so that a choice depends on nothing but the row.
 * Softmax is the canonical one (greatest score, {@link CanonicalMath#exp}, sixteen partial sums), softplus is
 * StrictMath's in double. Immutable, any thread.
 *
 * @param correction one row [experts], empty where the configuration has none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Router(ExpertsConfig config, Linear logits, float[] correction) {

    /**
     * The experts of every row.
     *
     * <p>Row {@code rows[i]} goes to expert e with weight {@code weights[i]} for {@code starts[e] <= i < starts[e + 1]}.
     *
     * @param logits [rows][experts]
     */
    @SuppressWarnings("ArrayRecordComponent") // buffers, never compared
    record Choice(
            FloatRows logits,
            int[] chosen,
            float[] chosenWeights,
            int[] starts,
            int[] rows,
            float[] weights,
            Scores scores) {
        static Choice allocate(Arena arena, int rowsMax, ExpertsConfig config) {
            int pairs = Math.multiplyExact(rowsMax, config.used());
            return new Choice(
                    FloatRows.allocate(arena, rowsMax, config.experts()),
                    new int[pairs],
                    new float[pairs],
                    new int[config.experts() + 1],
                    new int[pairs],
                    new float[pairs],
                    new Scores(
                            new float[config.experts()],
                            new float[config.experts()],
                            new float[config.router().groups()],
                            new boolean[config.router().groups()]));
        }
    }

    /** Where one row's experts are compared: what weighs, what ranks, and the same of groups. */
    @SuppressWarnings("ArrayRecordComponent") // buffers, never compared
    record Scores(float[] weights, float[] ranks, float[] groups, boolean[] kept) {}

    /** @param rows those of the workspace's input */
    void choose(Compute compute, Workspace workspace, int rows, Choice choice) {
        logits.forwardPreparing(compute, workspace.input(), rows, choice.logits());
        for (int row = 0; row < rows; row++) {
            chooseForRow(choice, row);
        }
        sortByExpert(choice, rows);
    }

    private void chooseForRow(Choice choice, int row) {
        float[] scores = choice.scores().weights();
        float[] ranks = choice.scores().ranks();
        MemorySegment logitsRows = choice.logits().memory();
        MemorySegment.copy(logitsRows, ValueLayout.JAVA_FLOAT, 4L * row * scores.length, scores, 0, scores.length);
        score(scores);
        System.arraycopy(scores, 0, ranks, 0, ranks.length);
        for (int e = 0; e < correction.length; e++) {
            ranks[e] += correction[e];
        }
        dropGroups(choice.scores());
        int first = row * config.used();
        for (int i = 0; i < config.used(); i++) {
            int best = CanonicalMath.argmax(ranks, 0, ranks.length);
            if (Float.isNaN(ranks[best])) {
                best = firstWithout(choice.chosen(), first, i);
            }
            choice.chosen()[first + i] = best;
            choice.chosenWeights()[first + i] = scores[best];
            ranks[best] = Float.NaN;
        }
        weigh(choice.chosenWeights(), first);
    }

    /**
     * The first expert that is not among those chosen: where scores are no numbers, as a broken model's may be, a row
     * still goes to experts that differ, and its NaN comes out at the end.
     */
    private static int firstWithout(int[] chosen, int from, int count) {
        int expert = 0;
        for (int i = 0; i < count; i++) {
            if (chosen[from + i] == expert) {
                expert++;
                i = -1;
            }
        }
        return expert;
    }

    private void score(float[] x) {
        switch (config.router().scoring()) {
            case SOFTMAX -> softmax(x, 0, x.length);
            case SIGMOID -> sigmoids(x, 0, x.length);
            case SQRT_SOFTPLUS -> {
                for (int e = 0; e < x.length; e++) {
                    double softplus = Math.max(x[e], 0) + StrictMath.log1p(StrictMath.exp(-Math.abs((double) x[e])));
                    x[e] = (float) Math.sqrt(softplus);
                }
            }
            case SOFTMAX_OF_CHOSEN, SIGMOID_OF_CHOSEN -> {}
        }
    }

    private static void softmax(float[] x, int from, int count) {
        float greatest = x[CanonicalMath.argmax(x, from, count)];
        for (int i = from; i < from + count; i++) {
            x[i] = CanonicalMath.exp(x[i] - greatest);
        }
        float total = CanonicalMath.sum(x, from, count);
        for (int i = from; i < from + count; i++) {
            x[i] /= total;
        }
    }

    private static void sigmoids(float[] x, int from, int count) {
        for (int i = from; i < from + count; i++) {
            x[i] = CanonicalMath.sigmoid(x[i]);
        }
    }

    /** Experts outside the best groups become NaN, which is less than everything. */
    private void dropGroups(Scores scores) {
        int groups = config.router().groups();
        if (groups == config.router().groupsUsed()) {
            return;
        }
        float[] ranks = scores.ranks();
        float[] groupScores = scores.groups();
        boolean[] kept = scores.kept();
        int size = ranks.length / groups;
        for (int g = 0; g < groups; g++) {
            groupScores[g] = groupScore(ranks, g * size, size);
        }
        Arrays.fill(kept, false);
        for (int i = 0; i < config.router().groupsUsed(); i++) {
            int best = CanonicalMath.argmax(groupScores, 0, groups);
            kept[best] = true;
            groupScores[best] = Float.NaN;
        }
        for (int e = 0; e < ranks.length; e++) {
            ranks[e] = kept[e / size] ? ranks[e] : Float.NaN;
        }
    }

    private float groupScore(float[] ranks, int from, int size) {
        int best = CanonicalMath.argmax(ranks, from, size);
        if (config.router().groupScore() == RouterConfig.GroupScore.BEST || size == 1) {
            return ranks[best];
        }
        float second = Float.NEGATIVE_INFINITY;
        for (int e = from; e < from + size; e++) {
            second = e == best ? second : Math.max(second, ranks[e]);
        }
        return ranks[best] + second;
    }

    private void weigh(float[] weights, int first) {
        RouterConfig router = config.router();
        switch (router.scoring()) {
            case SOFTMAX_OF_CHOSEN -> softmax(weights, first, config.used());
            case SIGMOID_OF_CHOSEN -> sigmoids(weights, first, config.used());
            case SOFTMAX, SIGMOID, SQRT_SOFTPLUS -> {}
        }
        float total = router.normalised() ? CanonicalMath.sum(weights, first, config.used()) : 1;
        for (int i = first; i < first + config.used(); i++) {
            weights[i] = weights[i] / total * (float) router.scale();
        }
    }

    /** Counting sort, stable: rows of an expert stay in their order. */
    private void sortByExpert(Choice choice, int rows) {
        int pairs = rows * config.used();
        int[] starts = choice.starts();
        Arrays.fill(starts, 0);
        for (int pair = 0; pair < pairs; pair++) {
            starts[choice.chosen()[pair] + 1]++;
        }
        for (int e = 0; e < config.experts(); e++) {
            starts[e + 1] += starts[e];
        }
        for (int pair = 0; pair < pairs; pair++) {
            int at = starts[choice.chosen()[pair]]++;
            choice.rows()[at] = pair / config.used();
            choice.weights()[at] = choice.chosenWeights()[pair];
        }
        System.arraycopy(starts, 0, starts, 1, config.experts());
        starts[0] = 0;
    }
}
