package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The merges that scores imply, pair by pair. */
class ScoredMergesTest {
    private static final List<String> SPELLINGS = List.of("a", "b", "ab", "<x>", "<x>a", "ba");
    private static final double[] SCORES = {-9, -9, -1, 0, -2, -1};

    private static Pieces pieces(List<String> spellings, int... withheld) {
        Map<String, Integer> ids = new HashMap<>();
        for (String spelling : spellings) {
            ids.put(spelling, ids.size());
        }
        BitSet bits = new BitSet();
        for (int id : withheld) {
            bits.set(id);
        }
        return new Pieces(piece -> ids.getOrDefault(piece, -1), spellings, bits);
    }

    @Test
    void aPairMergesToThePieceThatBothSpellTogether() {
        Merges merges = new ScoredMerges(pieces(SPELLINGS), SCORES);
        assertThat(merges.result(merges.find(0, 1))).isEqualTo(2);
        assertThat(merges.result(merges.find(3, 0))).isEqualTo(4);
        assertThat(merges.find(0, 0)).isEqualTo(-1);
    }

    @Test
    void theGreatestScoreHasTheLowestRankAndEqualOnesShareIt() {
        Merges merges = new ScoredMerges(pieces(SPELLINGS), SCORES);
        assertThat(merges.rank(merges.find(0, 1))).isEqualTo(merges.rank(merges.find(1, 0)));
        assertThat(merges.rank(merges.find(0, 1))).isLessThan(merges.rank(merges.find(3, 0)));
    }

    @Test
    void whatNoTextYieldsNeitherMergesNorIsMergedTo() {
        assertThat(new ScoredMerges(pieces(SPELLINGS, 3), SCORES).find(3, 0)).isEqualTo(-1);
        assertThat(new ScoredMerges(pieces(SPELLINGS, 2), SCORES).find(0, 1)).isEqualTo(-1);
    }

    @Test
    void aPieceBeyondTheLimitIsNotMergedTo() {
        String half = "a".repeat(600);
        Merges merges = new ScoredMerges(pieces(List.of(half, half + half)), new double[] {0, 0});
        assertThat(merges.find(0, 0)).isEqualTo(-1);
    }
}
