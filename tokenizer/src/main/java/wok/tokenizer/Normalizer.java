package wok.tokenizer;

import java.text.Normalizer.Form;
import java.util.List;

/**
 * Rewrites text before it is cut: Unicode forms, case, accents, SentencePiece's signs. The kinds and their meaning are
 * those of the {@code tokenizers} library; the Unicode version is the JDK's. Immutable; any thread may use one.
 */
sealed interface Normalizer {

    String apply(String text);

    /** One after the other; none leaves the text alone. */
    record InTurn(List<Normalizer> steps) implements Normalizer {
        @Override
        public String apply(String text) {
            String result = text;
            for (Normalizer step : steps) {
                result = step.apply(result);
            }
            return result;
        }
    }

    /** NFC, NFD, NFKC, NFKD. */
    record Unicode(Form form) implements Normalizer {
        @Override
        public String apply(String text) {
            return java.text.Normalizer.normalize(text, form);
        }
    }

    /** Lower case, code point by code point (no final sigma). */
    record Lowercase() implements Normalizer {
        @Override
        public String apply(String text) {
            StringBuilder lower = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                lower.appendCodePoint(Character.toLowerCase(c));
                if (c == 0x130) { // the one code point whose lower case is two
                    lower.append('\u0307');
                }
            });
            return lower.toString();
        }
    }

    /** Drops every mark; what is to lose its accents must be decomposed before. */
    record StripAccents() implements Normalizer {
        @Override
        public String apply(String text) {
            return keep(text, c -> !CodePoints.isMark(c));
        }
    }

    /** BERT's cleaning; see the original's names for the flags. */
    record Bert(boolean cleanText, boolean spaceIdeographs, boolean stripAccents, boolean lowercase)
            implements Normalizer {
        @Override
        public String apply(String text) {
            String result = cleanText ? clean(text) : text;
            result = spaceIdeographs ? spaced(result) : result;
            if (stripAccents) {
                result = keep(java.text.Normalizer.normalize(result, Form.NFD), c -> !CodePoints.isNonSpacingMark(c));
            }
            return lowercase ? new Lowercase().apply(result) : result;
        }

        private static String clean(String text) {
            String kept = keep(text, c -> c != 0 && c != 0xfffd && !isControl(c));
            return map(kept, c -> CodePoints.isSpace(c) ? ' ' : c);
        }

        private static boolean isControl(int c) {
            return switch (Character.getType(c)) {
                case Character.CONTROL -> c != '\t' && c != '\n' && c != '\r';
                case Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
                default -> false;
            };
        }

        private static String spaced(String text) {
            StringBuilder result = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                if (CodePoints.isIdeograph(c)) {
                    result.append(' ').appendCodePoint(c).append(' ');
                } else {
                    result.appendCodePoint(c);
                }
            });
            return result.toString();
        }
    }

    /** Text in front of text that is not empty. */
    record Prepend(String prefix) implements Normalizer {
        @Override
        public String apply(String text) {
            return text.isEmpty() ? text : prefix + text;
        }
    }

    /** Every match becomes the same text. */
    record Replace(SplitPattern pattern, String content) implements Normalizer {
        @Override
        public String apply(String text) {
            StringBuilder result = new StringBuilder(text.length());
            int[] behind = {0};
            pattern.matches(text, 0, text.length(), (start, end) -> {
                result.append(text, behind[0], start).append(content);
                behind[0] = end;
            });
            return result.append(text, behind[0], text.length()).toString();
        }
    }

    /** Without white space at its ends. */
    record Strip(boolean left, boolean right) implements Normalizer {
        @Override
        public String apply(String text) {
            int from = 0;
            int to = text.length();
            while (left && from < to && CodePoints.isSpace(text.charAt(from))) {
                from++;
            }
            while (right && to > from && CodePoints.isSpace(text.charAt(to - 1))) {
                to--;
            }
            return text.substring(from, to);
        }
    }

    /** Bytes as the characters that stand for them. */
    record BytesAsCharacters() implements Normalizer {
        @Override
        public String apply(String text) {
            return ByteAlphabet.spell(text);
        }
    }

    /** The rules of SentencePiece's {@code nmt}: controls vanish, odd spaces become spaces. */
    record Nmt() implements Normalizer {
        @Override
        public String apply(String text) {
            return map(keep(text, c -> !vanishes(c)), c -> isOddSpace(c) ? ' ' : c);
        }

        private static boolean vanishes(int c) {
            return (c >= 0x01 && c <= 0x08)
                    || c == 0x0b
                    || (c >= 0x0e && c <= 0x1f)
                    || c == 0x7f
                    || c == 0x8f
                    || c == 0x9f;
        }

        private static boolean isOddSpace(int c) {
            return c == 0x09
                    || c == 0x0a
                    || c == 0x0c
                    || c == 0x0d
                    || c == 0x1680
                    || (c >= 0x200b && c <= 0x200f)
                    || c == 0x2028
                    || c == 0x2029
                    || c == 0x2581
                    || c == 0xfeff
                    || c == 0xfffd;
        }
    }

    /** SentencePiece's table of rewritings. */
    record Precompiled(Charsmap charsmap) implements Normalizer {
        @Override
        public String apply(String text) {
            return charsmap.apply(text);
        }
    }

    private static String keep(String text, java.util.function.IntPredicate kept) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().filter(kept).forEach(result::appendCodePoint);
        return result.toString();
    }

    private static String map(String text, java.util.function.IntUnaryOperator mapping) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().map(mapping).forEach(result::appendCodePoint);
        return result.toString();
    }
}
