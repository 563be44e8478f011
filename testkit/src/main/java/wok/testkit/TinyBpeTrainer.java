package wok.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wok.testkit.TinyTokenizer.Merge;

/** Learns byte-pair merges from a page of text: the most frequent pair first, of equals the first in code order. */
final class TinyBpeTrainer {
    private static final Pattern WORDS =
            Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    private static final String TEXT = """
            A language model reads the words that came before and says which word may come next. It was shown
            a great many texts, and from them it learned how people write: that rain follows clouds, that a
            question wants an answer, that the sum of two and two is four. Nothing in the machine knows what
            rain is; and yet, asked why the sky is blue, it tells of light and air, of short waves and long
            ones, as a teacher would. The numbers that make it work are weights. Each token is turned into a
            row of them, each layer mixes the rows of the tokens before, and at the end there is one number
            for every token that might follow. The greatest is not always the best; so we draw one at random,
            the likely ones more often. Then it starts again with one token more. That is all there is, and
            it is enough to write a letter, to mend a program, or to say „Grüß Gott“, "bonjour" and 你好.
            In 1948 Claude Shannon let his wife guess the letters of a text one by one; she found 69 of 100.
            """;

    private TinyBpeTrainer() {}

    /** At most {@code count} merges; fewer when every word of the text has become one token. */
    static List<Merge> merges(int count) {
        List<List<String>> words = words();
        List<Merge> merges = new ArrayList<>();
        Set<String> spellings = new HashSet<>();
        while (merges.size() < count) {
            Optional<Merge> best = mostFrequent(words, spellings);
            if (best.isEmpty()) {
                break;
            }
            merges.add(best.get());
            spellings.add(best.get().left() + best.get().right());
            words.forEach(word -> merge(word, best.get()));
        }
        return List.copyOf(merges);
    }

    private static List<List<String>> words() {
        List<List<String>> words = new ArrayList<>();
        Matcher matcher = WORDS.matcher(TEXT);
        while (matcher.find()) {
            List<String> word = new ArrayList<>();
            for (byte b : matcher.group().getBytes(StandardCharsets.UTF_8)) {
                word.add(ByteAlphabet.spelling(b));
            }
            words.add(word);
        }
        return words;
    }

    /** The best pair whose joint spelling is not a token yet: a vocabulary has each spelling once. */
    private static Optional<Merge> mostFrequent(List<List<String>> words, Set<String> spellings) {
        Map<Merge, Integer> counts = new HashMap<>();
        for (List<String> word : words) {
            for (int i = 0; i + 1 < word.size(); i++) {
                counts.merge(new Merge(word.get(i), word.get(i + 1)), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .filter(entry -> !spellings.contains(
                        entry.getKey().left() + entry.getKey().right()))
                .max(Map.Entry.<Merge, Integer>comparingByValue()
                        .thenComparing(
                                Map.Entry::getKey,
                                Comparator.comparing(Merge::left)
                                        .thenComparing(Merge::right)
                                        .reversed()))
                .map(Map.Entry::getKey);
    }

    private static void merge(List<String> word, Merge merge) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.get(i).equals(merge.left()) && word.get(i + 1).equals(merge.right())) {
                word.set(i, merge.left() + merge.right());
                word.remove(i + 1);
            }
        }
    }
}
