package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import wok.formats.PackedTexts;

class ListedMergesTest {
    /** More merges than are taken apart at once, all of tokens that nothing else here is spelled as. */
    private static final int FILLING = 1001;

    /** More look-ups than are made by text. */
    private static final int MANY = 20_001;

    private final List<String> tokens = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();

    private void fill() {
        for (int i = 0; i < FILLING; i++) {
            tokens.addAll(List.of("<" + i, i + ">", "<" + i + i + ">"));
            merges.add("<" + i + " " + i + ">");
        }
    }

    private int token(String spelling) {
        if (!tokens.contains(spelling)) {
            tokens.add(spelling);
        }
        return tokens.indexOf(spelling);
    }

    private ListedMerges listed() {
        return new ListedMerges("merges", new GgufVocabulary(PackedTexts.of(tokens)), PackedTexts.of(merges));
    }

    @Test
    void findsRankAndResultByTextAndByTable() {
        fill();
        int a = token("a");
        int b = token("é");
        int ab = token("aé");
        merges.add("a é");
        ListedMerges listed = listed();
        for (int i = 0; i < MANY; i++) {
            int merge = listed.find(a, b);
            assertThat(listed.rank(merge)).isEqualTo(FILLING);
            assertThat(listed.result(merge)).isEqualTo(ab);
            assertThat(listed.find(b, a)).isNegative();
        }
    }

    @Test
    void ofEqualMergesTheLastOneCounts() {
        fill();
        int a = token("a");
        int b = token("b");
        token("ab");
        merges.add("a b");
        merges.add("a b");
        ListedMerges listed = listed();
        int byText = listed.find(a, b);
        for (int i = 0; i < MANY; i++) {
            assertThat(listed.rank(listed.find(a, b))).isEqualTo(FILLING + 1);
        }
        assertThat(listed.rank(byText)).isEqualTo(FILLING + 1);
    }

    @Test
    void partsAreDividedAtTheFirstSpaceThatHasSomethingBeforeIt() {
        fill();
        int space = token(" ");
        int withSpace = token("x y");
        int z = token("z");
        int x = token("x");
        int yz = token("y z");
        token("xy z");
        token(" z");
        merges.add("x y z"); // x and "y z", not "x y" and z
        merges.add("  z"); // a space and z
        ListedMerges listed = listed();
        for (int i = 0; i < MANY; i++) {
            assertThat(listed.find(withSpace, z)).isNegative();
            assertThat(listed.find(x, yz)).isEqualTo(FILLING);
            assertThat(listed.find(space, z)).isEqualTo(FILLING + 1);
        }
    }

    @Test
    void rejectsAMergeOfNoTokenInAShortList() {
        token("a");
        token("b");
        merges.add("a b");
        assertThatThrownBy(this::listed)
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("merges[0]: \"a b\"");
    }

    @Test
    void rejectsAMergeOfNoTokenInALongListWhenItIsMet() {
        fill();
        int a = token("a");
        int b = token("b");
        merges.add("a b");
        ListedMerges listed = listed();
        assertThat(listed.find(b, a)).isNegative();
        assertThatThrownBy(() -> listed.find(a, b))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("merges[" + FILLING + "]: \"a b\"");
    }

    @Test
    void rejectsAMergeOfUnknownPartsInALongListWhenAllAreTakenApart() {
        fill();
        int a = token("a");
        int b = token("b");
        merges.add("nothing known");
        ListedMerges listed = listed();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < MANY; i++) {
                        assertThat(listed.find(a, b)).isNegative();
                    }
                })
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("merges[" + FILLING + "]");
    }
}
