package wok.tokenizer;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import wok.formats.PackedTexts;
import wok.formats.TextIndex;

/**
 * The merges of a GGUF file, {@code "a b"} in the order of their ranks, where they lie in its header. Any thread.
 *
 * <p>A pair is looked up by its text: both spellings with a space between. A {@link MergeTable} answers six times as
 * fast, but to make one every merge must be taken apart and three tokens looked up for it: 130 milliseconds of a cold
 * process, for a prompt that meets some dozens. So the table is made when {@value #LOOKUPS_MAX} pairs have been looked
 * up, which is some pages of text; a short list becomes one at once.
 *
 * <p>Whether the parts of a merge and its result are tokens is therefore found out when it is met, or when the table is
 * made: then encoding fails and names the merge.
 */
final class ListedMerges implements Merges {
    private static final int LOOKUPS_MAX = 20_000;
    private static final int SHORT = 1000;
    private static final byte SPACE = ' ';

    private final String name;
    private final GgufVocabulary vocabulary;
    private final PackedTexts merges;
    private final TextIndex index;
    private final AtomicInteger lookups = new AtomicInteger();
    private volatile @Nullable MergeTable table;

    /**
     * @param name of the list, for messages
     * @throws TokenizerException if the list is short, and a part or the result of a merge is no token
     */
    ListedMerges(String name, GgufVocabulary vocabulary, PackedTexts merges) {
        this.name = name;
        this.vocabulary = vocabulary;
        this.merges = merges;
        boolean isShort = merges.size() <= SHORT;
        index = new TextIndex(isShort ? PackedTexts.of(List.of()) : merges, TextIndex.Of.LAST);
        table = isShort ? listed() : null;
    }

    /** The merge's rank, or -1. */
    @Override
    public int find(int left, int right) {
        MergeTable made = table;
        if (made != null) {
            return made.find(left, right);
        }
        if (lookups.incrementAndGet() > LOOKUPS_MAX) {
            return tabled().find(left, right);
        }
        return findText(left, right);
    }

    private int findText(int left, int right) {
        PackedTexts tokens = vocabulary.texts();
        byte[] text = new byte[tokens.length(left) + 1 + tokens.length(right)];
        int space = tokens.copy(left, text, 0);
        text[space] = SPACE;
        tokens.copy(right, text, space + 1);
        if (space == 0 || space(text) != space) {
            return -1; // the file's merge of this text has other parts
        }
        int merge = index.find(text);
        if (merge >= 0 && result(text, space) < 0) {
            throw wrong(merge);
        }
        return merge;
    }

    @Override
    public int rank(int merge) {
        return merge;
    }

    @Override
    public int result(int merge) {
        MergeTable made = table;
        if (made != null) {
            return made.result(merge);
        }
        byte[] text = text(merge);
        return result(text, space(text));
    }

    private byte[] text(int merge) {
        byte[] text = new byte[merges.length(merge)];
        merges.copy(merge, text, 0);
        return text;
    }

    /** Where a merge's parts are divided: the first space that has something before it; -1 if there is none. */
    private static int space(byte[] text) {
        for (int i = 1; i < text.length; i++) {
            if (text[i] == SPACE) {
                return i;
            }
        }
        return -1;
    }

    /** The token of both parts together, or -1. */
    private int result(byte[] text, int space) {
        byte[] joined = new byte[text.length - 1];
        System.arraycopy(text, 0, joined, 0, space);
        System.arraycopy(text, space + 1, joined, space, joined.length - space);
        return vocabulary.id(joined, joined.length);
    }

    private synchronized MergeTable tabled() {
        MergeTable made = table;
        if (made == null) {
            made = listed();
            table = made;
        }
        return made;
    }

    /** All merges by their ids. */
    private MergeTable listed() {
        MergeTable made = new MergeTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            byte[] text = text(rank);
            int space = space(text);
            int left = space < 0 ? -1 : vocabulary.id(text, space);
            int result = left < 0 ? -1 : result(text, space);
            byte[] second = new byte[space < 0 ? 0 : text.length - space - 1];
            System.arraycopy(text, text.length - second.length, second, 0, second.length);
            int right = vocabulary.id(second, second.length);
            if (result < 0 || right < 0) {
                throw wrong(rank);
            }
            made.add(left, right, rank, result);
        }
        return made;
    }

    private TokenizerException wrong(int rank) {
        return new TokenizerException(name + "[" + rank + "]: " + Messages.quote(merges.get(rank))
                + " (expected: \"a b\" where a, b and ab are tokens)");
    }
}
