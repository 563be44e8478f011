package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PenaltiesTest {

    private static SamplingOptions.Builder options() {
        return SamplingOptions.GREEDY.toBuilder();
    }

    @Test
    void repetitionDividesPositiveAndMultipliesNegativeLogits() {
        float[] logits = {4, -4, 4, 0};
        new Penalties(4)
                .repetition(
                        logits,
                        new int[] {0, 1, 1},
                        3,
                        options().repeatPenalty(2).build());
        assertThat(logits).containsExactly(2, -8, 4, 0);
    }

    @Test
    void frequencyCountsAndPresenceDoesNot() {
        float[] logits = {4, 4, 4};
        SamplingOptions options =
                options().frequencyPenalty(0.5f).presencePenalty(1).build();
        new Penalties(3).repetition(logits, new int[] {1, 2, 1}, 3, options);
        assertThat(logits).containsExactly(4, 2, 2.5f);
    }

    @Test
    void onlyTheLastTokensCount() {
        float[] logits = {4, 4, 4};
        SamplingOptions options = options().presencePenalty(1).repeatLastN(1).build();
        Penalties penalties = new Penalties(3);
        penalties.repetition(logits, new int[] {0, 1, 2, 9}, 3, options);
        assertThat(logits).containsExactly(4, 4, 3);
        float[] all = {4, 4, 4};
        penalties.repetition(
                all, new int[] {0, 1, 2}, 3, options.toBuilder().repeatLastN(-1).build());
        assertThat(all).containsExactly(3, 3, 3);
    }

    /** After 1 2 3 … 1 2 the token 3 would make a repetition of two tokens one longer. */
    @Test
    void dryPunishesTheTokenThatContinuesARepetition() {
        float[] logits = new float[6];
        DryOptions dry = new DryOptions(0.8f, 2, 2, -1, List.of());
        new Penalties(6).dry(logits, new int[] {1, 2, 3, 4, 5, 1, 2}, 7, 7, dry);
        assertThat(logits).containsExactly(0, 0, 0, -0.8f, 0, 0);
        float[] longer = new float[6];
        new Penalties(6).dry(longer, new int[] {0, 1, 2, 3, 4, 5, 0, 1, 2}, 9, 9, dry);
        assertThat(longer).containsExactly(0, 0, 0, -1.6f, 0, 0);
    }

    @Test
    void dryReachesNeitherAcrossABreakerNorBeyondItsWindow() {
        int[] tokens = {1, 2, 3, 4, 5, 1, 2};
        float[] logits = new float[6];
        DryOptions dry = new DryOptions(0.8f, 2, 2, -1, List.of());
        new Penalties(6).dry(logits, tokens, 7, 1, dry);
        assertThat(logits).containsOnly(0);
        new Penalties(6).dry(logits, tokens, 7, 7, new DryOptions(0.8f, 2, 2, 4, List.of()));
        assertThat(logits).containsOnly(0);
    }

    @Test
    void aLongRepetitionCostsAFiniteNumber() {
        int[] tokens = new int[5000];
        float[] logits = new float[2];
        new Penalties(2).dry(logits, tokens, tokens.length, tokens.length, new DryOptions(1000, 100, 1, -1, List.of()));
        assertThat(logits[0]).isCloseTo(-1e6f, within(1f));
    }

    @Test
    void dryAgreesWithADefinitionByComparison() {
        SplittableRandom random = new SplittableRandom(5);
        Penalties penalties = new Penalties(4);
        for (int round = 0; round < 2000; round++) {
            int[] tokens = random.ints(1 + random.nextInt(60), 0, 1 + random.nextInt(4))
                    .toArray();
            DryOptions dry = new DryOptions(
                    1, 1.5f, 1 + random.nextInt(4), random.nextInt(3) == 0 ? random.nextInt(40) : -1, List.of());
            int sinceBreaker = random.nextInt(tokens.length + 1);
            float[] logits = new float[4];
            penalties.dry(logits, tokens, tokens.length, sinceBreaker, dry);
            assertThat(logits).containsExactly(byComparison(tokens, sinceBreaker, dry), within(1e-3f));
        }
    }

    private static float[] byComparison(int[] tokens, int sinceBreaker, DryOptions dry) {
        int from = dry.lastN() < 0 ? 0 : Math.max(0, tokens.length - dry.lastN());
        int[] longest = new int[4];
        for (int i = from + 1; i < tokens.length; i++) {
            int match = 0;
            while (i - 1 - match >= from && tokens[i - 1 - match] == tokens[tokens.length - 1 - match]) {
                match++;
            }
            longest[tokens[i]] = Math.max(longest[tokens[i]], Math.min(match, sinceBreaker));
        }
        float[] logits = new float[4];
        for (int id = 0; id < 4; id++) {
            if (longest[id] >= dry.allowedLength()) {
                logits[id] -= (float) Math.min(1e6, Math.pow(1.5, longest[id] - dry.allowedLength()));
            }
        }
        return logits;
    }

    @Test
    void breakersSpanTokensAndSitInsideThem() {
        FakeVocabulary vocabulary = new FakeVocabulary();
        SequenceBreakers breakers = new SequenceBreakers(vocabulary, List.of("é", "bc"));
        for (int id : vocabulary.encode("abcda")) {
            breakers.accept(id);
        }
        assertThat(vocabulary.encode("abcda")).hasSize(3);
        assertThat(breakers.since()).isEqualTo(2);
        breakers.accept(vocabulary.encode("b")[0]);
        breakers.accept(vocabulary.encode("c")[0]);
        assertThat(breakers.since()).isZero();
        breakers.accept(5);
        breakers.accept(33); // the two bytes of é
        assertThat(breakers.since()).isEqualTo(2);
        breakers.accept(34);
        assertThat(breakers.since()).isZero();
    }
}
