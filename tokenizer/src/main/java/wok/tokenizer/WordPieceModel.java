package wok.tokenizer;

import java.util.Map;

/**
 * WordPiece: the longest piece first, again from where it ends; a word that can't be cut so, or is too long, is one
 * unknown token. Immutable; any thread may use it.
 */
final class WordPieceModel implements TokenModel {
    private final Map<String, Integer> vocabulary;
    private final String continuingPrefix;
    private final int unknown;
    private final int wordCharactersMax;
    private final int pieceLengthMax;

    /**
     * @param vocabulary pieces that text may become; those that continue a word begin with the prefix (##)
     * @param wordCharactersMax in code points
     */
    WordPieceModel(Map<String, Integer> vocabulary, String continuingPrefix, int unknown, int wordCharactersMax) {
        this.vocabulary = vocabulary;
        this.continuingPrefix = continuingPrefix;
        this.unknown = unknown;
        this.wordCharactersMax = wordCharactersMax;
        this.pieceLengthMax =
                vocabulary.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public void encode(String word, IntList ids) {
        if (word.codePointCount(0, word.length()) > wordCharactersMax) {
            ids.add(unknown);
            return;
        }
        IntList pieces = new IntList();
        int start = 0;
        while (start < word.length()) {
            String prefix = start == 0 ? "" : continuingPrefix;
            int end = Math.min(word.length(), start + pieceLengthMax);
            Integer id = null;
            while (end > start && id == null) {
                id = vocabulary.get(prefix + word.substring(start, end));
                end -= id == null ? 1 : 0;
            }
            if (id == null) {
                ids.add(unknown);
                return;
            }
            pieces.add(id);
            start = end;
        }
        ids.addAll(pieces.toArray());
    }
}
