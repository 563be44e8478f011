package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidatesTest {

    @Test
    void sortsAsAFullSortDoesWhateverIsAskedFor() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 300; round++) {
            float[] logits = logits(random, 1 + random.nextInt(2000));
            List<Integer> expected = sorted(logits);
            Candidates candidates = new Candidates(logits.length);
            candidates.load(logits, logits.length);
            for (int looks = 0; looks < 5; looks++) {
                int rank = random.nextInt(1 + random.nextInt(logits.length));
                assertThat(candidates.id(rank)).isEqualTo(expected.get(rank));
                assertThat(candidates.logit(rank)).isEqualTo(logits[expected.get(rank)] + 0.0f);
            }
            int kept = random.nextInt(logits.length + 10);
            candidates.keep(kept);
            assertThat(candidates.size()).isEqualTo(Math.min(kept, logits.length));
            for (int rank = 0; rank < candidates.size(); rank++) {
                assertThat(candidates.id(rank)).isEqualTo(expected.get(rank));
            }
        }
    }

    /** Random, with many ties, ascending, descending, or all equal. */
    private static float[] logits(SplittableRandom random, int count) {
        float[] logits = new float[count];
        int kind = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            logits[i] = switch (kind) {
                case 0 -> (float) random.nextDouble(-30, 30);
                case 1 -> random.nextInt(-3, 3);
                case 2 -> i;
                case 3 -> -i;
                default -> 1;
            };
        }
        return logits;
    }

    private static List<Integer> sorted(float[] logits) {
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(id -> -(logits[id] + 0.0f))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    @Test
    void equalLogitsAndBothZerosStandInOrderOfIds() {
        Candidates candidates = new Candidates(4);
        candidates.load(new float[] {-0.0f, 0.0f, 1, -0.0f}, 4);
        assertThat(IntStream.range(0, 4).map(candidates::id)).containsExactly(2, 0, 1, 3);
    }

    @Test
    void forbiddenTokensAreNoCandidates() {
        Candidates candidates = new Candidates(3);
        candidates.load(new float[] {Float.NEGATIVE_INFINITY, -1e30f, Float.NEGATIVE_INFINITY}, 3);
        assertThat(candidates.size()).isEqualTo(1);
        assertThat(candidates.id(0)).isEqualTo(1);
    }

    @Test
    void looksAtTheBestOfALargeVocabularyInLittleTime() {
        SplittableRandom random = new SplittableRandom(2);
        float[] logits = new float[150_000];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextDouble(-10, 10);
        }
        Candidates candidates = new Candidates(logits.length);
        long start = System.nanoTime();
        for (int round = 0; round < 100; round++) {
            candidates.load(logits, logits.length);
            assertThat(candidates.id(40)).isNotNegative();
        }
        // 100 full sorts take a second and more; this takes some 0.15 s, and the bound has room for a busy machine.
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
}
