package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextIndexTest {
    private static int find(TextIndex index, String text) {
        return index.find(LenientUtf8.encode(text));
    }

    @Test
    void findsEveryStringAndNoOther() {
        Random random = new Random(1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            texts.add(random.ints(1 + i % 7, 'a', 'e')
                            .collect(StringBuilder::new, (s, c) -> s.append((char) c), (s, t) -> {})
                    + (i % 3 == 0 ? "é" : ""));
        }
        TextIndex first = new TextIndex(PackedTexts.of(texts), TextIndex.Of.FIRST);
        TextIndex last = new TextIndex(PackedTexts.of(texts), TextIndex.Of.LAST);
        for (String text : texts) {
            assertThat(find(first, text)).isEqualTo(texts.indexOf(text));
            assertThat(find(last, text)).isEqualTo(texts.lastIndexOf(text));
            assertThat(find(first, text + "!")).isEqualTo(-1);
        }
        assertThat(first.repeated().cardinality())
                .isEqualTo(texts.size() - texts.stream().distinct().count());
        assertThat(last.repeated().cardinality()).isEqualTo(first.repeated().cardinality());
    }

    @Test
    void knowsWhichOfEqualStringsAreFoundByAnothersNumber() {
        PackedTexts texts = PackedTexts.of(List.of("a", "b", "a"));
        assertThat(new TextIndex(texts, TextIndex.Of.FIRST).repeated().stream()).containsExactly(2);
        assertThat(new TextIndex(texts, TextIndex.Of.LAST).repeated().stream()).containsExactly(0);
    }

    @Test
    void anEmptyStringIsNotFound() {
        TextIndex index = new TextIndex(PackedTexts.of(List.of("", "a", "")), TextIndex.Of.FIRST);
        assertThat(index.find(new byte[0])).isEqualTo(-1);
        assertThat(find(index, "a")).isEqualTo(1);
        assertThat(index.repeated().isEmpty()).isTrue();
    }

    @Test
    void bytesThatAreNoTextAreFound() {
        List<String> halves = List.of(LenientUtf8.decode(new byte[] {(byte) 0xc3}), "Ã");
        TextIndex index = new TextIndex(PackedTexts.of(halves), TextIndex.Of.FIRST);
        assertThat(index.find(new byte[] {(byte) 0xc3})).isZero();
        assertThat(find(index, "Ã")).isEqualTo(1);
    }

    @Test
    void looksOnlyAtTheLengthItIsGiven() {
        TextIndex index = new TextIndex(PackedTexts.of(List.of("ab", "abc")), TextIndex.Of.FIRST);
        assertThat(index.find("abcd".getBytes(StandardCharsets.US_ASCII), 3)).isEqualTo(1);
    }

    @Test
    void findsNothingAmongNothing() {
        assertThat(find(new TextIndex(PackedTexts.of(Collections.emptyList()), TextIndex.Of.FIRST), "a"))
                .isEqualTo(-1);
    }
}
