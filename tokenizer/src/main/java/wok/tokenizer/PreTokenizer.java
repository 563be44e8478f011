package wok.tokenizer;

import java.util.List;

/**
 * Cuts text into the words that the model then cuts into tokens; tokens never span two of them. The kinds and their
 * meaning are those of the {@code tokenizers} library. Immutable; any thread may use one.
 */
sealed interface PreTokenizer {

    /** Hands the parts of a piece to the sink, never an empty one. */
    void split(Piece piece, PieceSink sink);

    /** One after the other, each on every part the one before has left. None: the text stays whole. */
    record InTurn(List<PreTokenizer> stages) implements PreTokenizer {
        @Override
        public void split(Piece piece, PieceSink sink) {
            stage(0, piece, sink);
        }

        private void stage(int index, Piece piece, PieceSink sink) {
            if (piece.isEmpty()) {
                return;
            }
            if (index == stages.size()) {
                sink.accept(piece);
            } else {
                stages.get(index).split(piece, part -> stage(index + 1, part, sink));
            }
        }
    }

    /** Split, Digits, Whitespace, Punctuation and the like: a pattern and what becomes of its matches. */
    record Split(SplitPattern pattern, SplitBehavior behavior, boolean invert) implements PreTokenizer {
        @Override
        public void split(Piece piece, PieceSink sink) {
            behavior.split(pattern, invert, piece, sink);
        }
    }

    /** A space in front of a piece that has none (ByteLevel, {@code add_prefix_space}). */
    record PrefixSpace() implements PreTokenizer {
        @Override
        public void split(Piece piece, PieceSink sink) {
            sink.accept(piece.startsWith(" ") ? piece : piece.withText(" " + piece.string()));
        }
    }

    /** Bytes as the characters that stand for them (the last step of ByteLevel). */
    record BytesAsCharacters() implements PreTokenizer {
        @Override
        public void split(Piece piece, PieceSink sink) {
            sink.accept(piece.withText(ByteAlphabet.spell(piece.string())));
        }
    }

    /** When Metaspace puts its sign in front. */
    enum PrependScheme {
        ALWAYS,
        FIRST,
        NEVER
    }

    /**
     * SentencePiece's way with spaces: each becomes a visible sign.
     *
     * @param sign usually ▁
     * @param split whether a new piece begins at each sign
     */
    record Metaspace(String sign, PrependScheme scheme, boolean split) implements PreTokenizer {
        @Override
        public void split(Piece piece, PieceSink sink) {
            String text = piece.string().replace(" ", sign);
            boolean wanted = scheme == PrependScheme.ALWAYS || (scheme == PrependScheme.FIRST && piece.begins());
            Piece signed = piece.withText(wanted && !text.startsWith(sign) ? sign + text : text);
            if (split) {
                SplitBehavior.MERGED_WITH_NEXT.split(new SplitPattern.Literal(sign), false, signed, sink);
            } else {
                sink.accept(signed);
            }
        }
    }

    /** Pieces of so many code points, the last one shorter. */
    record FixedLength(int length) implements PreTokenizer {
        @Override
        public void split(Piece piece, PieceSink sink) {
            int start = piece.from();
            while (start < piece.to()) {
                int end = start;
                for (int i = 0; i < length && end < piece.to(); i++) {
                    end += Character.charCount(piece.text().codePointAt(end));
                }
                sink.accept(piece.part(start, end));
                start = end;
            }
        }
    }
}
