package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import wok.kernels.CanonicalMath;

class SamplerTest {
    private static final int[] NO_TOKENS = {};

    private static int sample(float[] logits, SamplingOptions options, long position) {
        return new Sampler(logits.length).sample(logits, NO_TOKENS, 0, 0, options, position);
    }

    private static SamplingOptions.Builder neutral() {
        return SamplingOptions.GREEDY.toBuilder().temperature(1);
    }

    /** All tokens that some seed chooses. */
    private static Set<Integer> reachable(float[] logits, SamplingOptions options) {
        Sampler sampler = new Sampler(logits.length);
        Set<Integer> ids = new TreeSet<>();
        for (int position = 0; position < 2000; position++) {
            ids.add(sampler.sample(logits, NO_TOKENS, 0, 0, options, position));
        }
        return ids;
    }

    /** Logits of a distribution, moved by a constant, which must not matter. */
    private static float[] logitsOf(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (StrictMath.log(probabilities[i]) + 3);
        }
        return logits;
    }

    @Test
    void greedyTakesTheGreatestAndOfEqualsTheLowestId() {
        assertThat(sample(new float[] {1, 3, 3, 2}, SamplingOptions.GREEDY, 0)).isEqualTo(1);
        assertThat(sample(new float[] {-0.0f, 0.0f}, SamplingOptions.GREEDY, 0)).isZero();
        assertThat(sample(new float[] {Float.NEGATIVE_INFINITY, -3e38f}, SamplingOptions.GREEDY, 0))
                .isEqualTo(1);
    }

    @Test
    void topKKeepsTheKBest() {
        float[] logits = logitsOf(0.1, 0.4, 0.2, 0.3);
        assertThat(reachable(logits, neutral().topK(2).build())).containsExactly(1, 3);
        assertThat(reachable(logits, neutral().topK(0).build())).containsExactly(0, 1, 2, 3);
        assertThat(reachable(logits, neutral().topK(100).build())).containsExactly(0, 1, 2, 3);
        assertThat(reachable(logits, neutral().topK(1).build())).containsExactly(1);
    }

    @Test
    void topPKeepsTheTokenThatReachesTheBound() {
        float[] logits = logitsOf(0.1, 0.4, 0.2, 0.3);
        assertThat(reachable(logits, neutral().topP(0.39f).build())).containsExactly(1);
        assertThat(reachable(logits, neutral().topP(0.41f).build())).containsExactly(1, 3);
        assertThat(reachable(logits, neutral().topP(0.89f).build())).containsExactly(1, 2, 3);
        assertThat(reachable(logits, neutral().topP(0).build())).containsExactly(1);
    }

    @Test
    void minPComparesWithTheMostLikelyToken() {
        float[] logits = logitsOf(0.1, 0.4, 0.2, 0.3);
        assertThat(reachable(logits, neutral().minP(0.51f).build())).containsExactly(1, 3);
        assertThat(reachable(logits, neutral().minP(0.49f).build())).containsExactly(1, 2, 3);
        assertThat(reachable(logits, neutral().minP(1).build())).containsExactly(1);
    }

    /**
     * For 0.5, 0.25, 0.125, 0.125 the entropy is 1.75 bits, so surprises of 1, 2, 3, 3 bits are 0.75, 0.25, 1.25 and
     * 1.25 away: the order is token 1, 0, 2, 3.
     */
    @Test
    void typicalKeepsTheTokensNearestToTheEntropy() {
        float[] logits = logitsOf(0.5, 0.25, 0.125, 0.125);
        assertThat(reachable(logits, neutral().typicalP(0.2f).build())).containsExactly(1);
        assertThat(reachable(logits, neutral().typicalP(0.7f).build())).containsExactly(0, 1);
        assertThat(reachable(logits, neutral().typicalP(0.8f).build())).containsExactly(0, 1, 2);
    }

    @Test
    void truncationsNormaliseWhatIsLeftToThem() {
        float[] logits = logitsOf(0.4, 0.3, 0.2, 0.1);
        // After top-k 2 the two have 0.571 and 0.429: top-p 0.55 is reached by the first alone.
        assertThat(reachable(logits, neutral().topK(2).topP(0.55f).build())).containsExactly(0);
        assertThat(reachable(logits, neutral().topP(0.55f).build())).containsExactly(0, 1);
    }

    @Test
    void temperatureComesAfterTheTruncations() {
        float[] logits = logitsOf(0.4, 0.3, 0.2, 0.1);
        assertThat(reachable(logits, neutral().topP(0.5f).temperature(100).build()))
                .containsExactly(0, 1);
        assertThat(reachable(logits, neutral().temperature(0.01f).build())).containsExactly(0);
    }

    @Test
    void tokensComeAsOftenAsTheyAreLikely() {
        double[] probabilities = {0.1, 0.4, 0.2, 0.3};
        float[] logits = logitsOf(probabilities);
        Sampler sampler = new Sampler(4);
        int[] counts = new int[4];
        for (int position = 0; position < 40_000; position++) {
            counts[sampler.sample(logits, NO_TOKENS, 0, 0, neutral().seed(9).build(), position)]++;
        }
        for (int id = 0; id < 4; id++) {
            assertThat(counts[id] / 40_000.0).isBetween(probabilities[id] - 0.01, probabilities[id] + 0.01);
        }
    }

    @Test
    void biasMovesTokensAndForbidsThem() {
        float[] logits = {1, 2, 3};
        SamplingOptions options = SamplingOptions.GREEDY.toBuilder()
                .logitBias(Map.of(2, Float.NEGATIVE_INFINITY, 0, 1.5f))
                .build();
        assertThat(sample(logits, options, 0)).isZero();
        assertThat(logits).containsExactly(1, 2, 3);
        SamplingOptions forbidding = neutral()
                .logitBias(Map.of(0, Float.NEGATIVE_INFINITY, 1, Float.NEGATIVE_INFINITY, 2, Float.NEGATIVE_INFINITY))
                .build();
        assertThatThrownBy(() -> sample(logits, forbidding, 0))
                .hasMessage("logitBias: every token is forbidden (expected: one or more allowed)");
    }

    @Test
    void damagedLogitsAreAnError() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            for (SamplingOptions options : List.of(SamplingOptions.GREEDY, SamplingOptions.DEFAULTS)) {
                assertThatThrownBy(() -> sample(new float[] {0, bad, 1}, options, 0))
                        .isInstanceOf(EngineException.class)
                        .hasMessageStartingWith("logit of token 1: " + bad + " (expected: a finite number)");
            }
        }
    }

    @Test
    void extremeTemperaturesAreHarmless() {
        float[] logits = {1, 3, 2, Float.NEGATIVE_INFINITY};
        assertThat(reachable(logits, neutral().temperature(Float.MIN_VALUE).build()))
                .containsExactly(1);
        assertThat(reachable(logits, neutral().temperature(Float.MAX_VALUE).build()))
                .containsExactly(0, 1, 2);
    }

    @Test
    void agreesWithASimpleSamplerOnRandomLogitsAndOptions() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 3000; round++) {
            float[] logits = new float[1 + random.nextInt(200)];
            double spread = random.nextDouble(0.1, 12);
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) random.nextDouble(-spread, spread);
            }
            SamplingOptions options = neutral()
                    .temperature((float) random.nextDouble(0.05, 3))
                    .topK(random.nextBoolean() ? 0 : random.nextInt(60))
                    .typicalP(random.nextBoolean() ? 1 : (float) random.nextDouble(0.05, 1))
                    .topP(random.nextBoolean() ? 1 : (float) random.nextDouble(0.05, 1))
                    .minP(random.nextBoolean() ? 0 : (float) random.nextDouble(0, 0.5))
                    .seed(random.nextLong())
                    .build();
            assertThat(sample(logits, options, round)).isEqualTo(simple(logits, options, round));
        }
    }

    /** The same chain over sorted lists. */
    private static int simple(float[] logits, SamplingOptions options, long position) {
        List<Integer> ids = new ArrayList<>(IntStream.range(0, logits.length)
                .boxed()
                .sorted(byLogit(logits))
                .toList());
        if (options.topK() > 0) {
            ids = ids.subList(0, Math.min(options.topK(), ids.size()));
        }
        if (options.typicalP() < 1) {
            ids = new ArrayList<>(typical(logits, ids, options.typicalP()));
            ids.sort(byLogit(logits));
        }
        if (options.topP() < 1) {
            double sum = sum(logits, ids, 1);
            ids = reaching(logits, ids, ids.getFirst(), options.topP() * sum);
        }
        if (options.minP() > 0) {
            float least = logits[ids.getFirst()] + (float) StrictMath.log(options.minP());
            ids = ids.stream().filter(id -> logits[id] >= least).toList();
        }
        double left = new Philox().uniform(options.seed(), position, 0) * sum(logits, ids, options.temperature());
        double reached = 0;
        for (int id : ids) {
            reached += weight(logits, id, ids.getFirst(), options.temperature());
            if (reached > left) {
                return id;
            }
        }
        return ids.getLast();
    }

    private static List<Integer> typical(float[] logits, List<Integer> ids, float bound) {
        double sum = sum(logits, ids, 1);
        double entropy = 0;
        for (int id : ids) {
            double p = weight(logits, id, ids.getFirst(), 1) / sum;
            entropy -= p * surpriseless(logits, id, ids.getFirst(), sum);
        }
        double target = entropy;
        int best = ids.getFirst();
        List<Integer> order = ids.stream()
                .sorted(Comparator.<Integer>comparingDouble(
                                id -> (float) Math.abs(-surpriseless(logits, id, best, sum) - target))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        return reaching(logits, order, best, bound * sum);
    }

    private static double surpriseless(float[] logits, int id, int best, double sum) {
        return (double) (logits[id] - logits[best]) - StrictMath.log(sum);
    }

    private static List<Integer> reaching(float[] logits, List<Integer> ids, int best, double bound) {
        double reached = 0;
        int kept = 0;
        do {
            reached += weight(logits, ids.get(kept++), best, 1);
        } while (kept < ids.size() && reached < bound);
        return ids.subList(0, kept);
    }

    private static double sum(float[] logits, List<Integer> ids, float temperature) {
        return ids.stream()
                .mapToDouble(id -> weight(logits, id, ids.getFirst(), temperature))
                .sum();
    }

    private static double weight(float[] logits, int id, int best, float temperature) {
        return CanonicalMath.exp((logits[id] - logits[best]) / temperature);
    }

    private static Comparator<Integer> byLogit(float[] logits) {
        return Comparator.<Integer>comparingDouble(id -> -logits[id]).thenComparing(Comparator.naturalOrder());
    }
}
