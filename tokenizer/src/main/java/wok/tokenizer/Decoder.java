package wok.tokenizer;

import java.util.List;

/**
 * One step from tokens' spellings to text, as the {@code tokenizers} library names it. A decoder is the description;
 * {@link #start} makes the {@link DecoderStage} that does the work on one stream. Immutable; any thread may use it.
 */
sealed interface Decoder {

    /**
     * The working part for one stream.
     *
     * @param fused whether what comes in are parts of one token and not tokens
     * @param next takes what comes out
     */
    DecoderStage start(boolean fused, DecoderStage next);

    /** Whether one token comes out, however many go in. */
    default boolean fuses() {
        return false;
    }

    /** What the step makes of one token in the middle of others. */
    default String one(String token) {
        return token;
    }

    /** Characters that stand for bytes become the bytes' text. */
    record ByteLevel() implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            DecoderStage bytes = new DecoderStages.Bytes(next);
            return fused ? new DecoderStages.Whole(bytes) : bytes;
        }

        @Override
        public boolean fuses() {
            return true;
        }
    }

    /** Tokens {@code <0x0A>} become their bytes' text; a run that is not UTF-8 becomes one U+FFFD a byte. */
    record ByteFallback() implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            DecoderStage runs = new DecoderStages.ByteRuns(next);
            return fused ? new DecoderStages.Whole(runs) : runs;
        }
    }

    /** All tokens become one, which the steps behind see as a whole. */
    record Fuse() implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            return next;
        }

        @Override
        public boolean fuses() {
            return true;
        }
    }

    /** Every match in a token becomes the same text. */
    record Replace(SplitPattern pattern, String content) implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            DecoderStage each = new DecoderStages.Each(token -> one(token), next);
            boolean seesOneCharacter = pattern instanceof SplitPattern.Literal literal
                    && literal.literal().codePointCount(0, literal.literal().length()) == 1;
            return fused && !seesOneCharacter ? new DecoderStages.Whole(each) : each;
        }

        @Override
        public String one(String token) {
            return new Normalizer.Replace(pattern, content).apply(token);
        }
    }

    /** Takes up to so many of one character from a token's ends. */
    record Strip(int character, int left, int right) implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            return fused && right == 0
                    ? new DecoderStages.LeadingStrip(character, left, next)
                    : fused ? new DecoderStages.Whole(each(next)) : each(next);
        }

        private DecoderStage each(DecoderStage next) {
            return new DecoderStages.Each(token -> stripped(token), next);
        }

        private String stripped(String token) {
            int[] points = token.codePoints().toArray();
            int from = 0;
            while (from < Math.min(left, points.length) && points[from] == character) {
                from++;
            }
            int to = points.length;
            while (to > from && points.length - to < right && points[to - 1] == character) {
                to--;
            }
            return new String(points, from, to - from);
        }
    }

    /** SentencePiece's sign becomes a space; in the first token it vanishes where the encoder may have put it. */
    record Metaspace(String sign, boolean vanishesFirst) implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            DecoderStage each = new DecoderStages.FirstAndOthers(
                    token -> token.replace(sign, vanishesFirst ? "" : " "), token -> one(token), next);
            return fused ? new DecoderStages.Whole(each) : each;
        }

        @Override
        public String one(String token) {
            return token.replace(sign, " ");
        }
    }

    /** Pieces join, words get a space between; {@code cleanup} takes it back before punctuation. */
    record WordPiece(String prefix, boolean cleanup) implements Decoder {
        private static final List<String> CLEANED = List.of(
                " .", ".", " ?", "?", " !", "!", " ,", ",", " ' ", "'", " n't", "n't", " 'm", "'m", " do not", " don't",
                " 's", "'s", " 've", "'ve", " 're", "'re");

        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            DecoderStage each = new DecoderStages.FirstAndOthers(token -> clean(token), token -> one(token), next);
            return fused ? new DecoderStages.Whole(each) : each;
        }

        @Override
        public String one(String token) {
            return clean(token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token);
        }

        private String clean(String token) {
            String result = token;
            for (int i = 0; cleanup && i < CLEANED.size(); i += 2) {
                result = result.replace(CLEANED.get(i), CLEANED.get(i + 1));
            }
            return result;
        }
    }

    /** Words begin with a sign that becomes a space, in the first token nothing; what continues them is bare. */
    record MarkedWords(String sign) implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            DecoderStage each =
                    new DecoderStages.FirstAndOthers(token -> one(token).stripLeading(), token -> one(token), next);
            return fused ? new DecoderStages.Whole(each) : each;
        }

        @Override
        public String one(String token) {
            String spaced = token.startsWith(sign) ? " " + token.substring(sign.length()) : token;
            return new WordPiece("##", true).clean(spaced);
        }
    }

    /** The end of a word becomes a space, in the last token nothing. */
    record WordSuffix(String suffix) implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            DecoderStage last =
                    new DecoderStages.LastAndOthers(token -> token.replace(suffix, ""), token -> one(token), next);
            return fused ? new DecoderStages.Whole(last) : last;
        }

        @Override
        public String one(String token) {
            return token.replace(suffix, " ");
        }
    }

    /** No decoder at all: tokens with spaces between. */
    record Spaced() implements Decoder {
        @Override
        public DecoderStage start(boolean fused, DecoderStage next) {
            return new DecoderStages.FirstAndOthers(token -> token, token -> one(token), next);
        }

        @Override
        public String one(String token) {
            return " " + token;
        }
    }
}
