package wok.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The working parts of the decoders. Each hands on what is certain and holds back what a later token may change; whole
 * decoding runs the same stages, so streamed and whole text can't differ. One owner thread each.
 */
final class DecoderStages {
    private DecoderStages() {}

    /** The end of the line: collects text. */
    static final class Text implements DecoderStage {
        private final StringBuilder text = new StringBuilder();

        @Override
        public void accept(String token) {
            text.append(token);
        }

        @Override
        public void finish() {}

        /** What has come since the last call. */
        String take() {
            String taken = text.toString();
            text.setLength(0);
            return taken;
        }
    }

    /** The same for every token. */
    record Each(UnaryOperator<String> step, DecoderStage next) implements DecoderStage {
        @Override
        public void accept(String token) {
            next.accept(step.apply(token));
        }

        @Override
        public void finish() {
            next.finish();
        }
    }

    /** One thing for the first token, another for the others. */
    static final class FirstAndOthers implements DecoderStage {
        private final UnaryOperator<String> first;
        private final UnaryOperator<String> others;
        private final DecoderStage next;
        private boolean begun;

        FirstAndOthers(UnaryOperator<String> first, UnaryOperator<String> others, DecoderStage next) {
            this.first = first;
            this.others = others;
            this.next = next;
        }

        @Override
        public void accept(String token) {
            next.accept((begun ? others : first).apply(token));
            begun = true;
        }

        @Override
        public void finish() {
            begun = false;
            next.finish();
        }
    }

    /** One thing for the last token, another for the others: holds one back. */
    static final class LastAndOthers implements DecoderStage {
        private final UnaryOperator<String> last;
        private final UnaryOperator<String> others;
        private final DecoderStage next;
        private @Nullable String held;

        LastAndOthers(UnaryOperator<String> last, UnaryOperator<String> others, DecoderStage next) {
            this.last = last;
            this.others = others;
            this.next = next;
        }

        @Override
        public void accept(String token) {
            if (held != null) {
                next.accept(others.apply(held));
            }
            held = token;
        }

        @Override
        public void finish() {
            if (held != null) {
                next.accept(last.apply(held));
            }
            held = null;
            next.finish();
        }
    }

    /** Parts of one token, for a stage that must see it whole: holds everything back. */
    static final class Whole implements DecoderStage {
        private final StringBuilder token = new StringBuilder();
        private final DecoderStage next;

        Whole(DecoderStage next) {
            this.next = next;
        }

        @Override
        public void accept(String part) {
            token.append(part);
        }

        @Override
        public void finish() {
            next.accept(token.toString());
            token.setLength(0);
            next.finish();
        }
    }

    /** Parts of one token without up to so many of one character at its start. */
    static final class LeadingStrip implements DecoderStage {
        private final int character;
        private final int most;
        private final DecoderStage next;
        private int left;

        LeadingStrip(int character, int most, DecoderStage next) {
            this.character = character;
            this.most = most;
            this.next = next;
            this.left = most;
        }

        @Override
        public void accept(String part) {
            int from = 0;
            while (left > 0 && from < part.length()) {
                if (part.codePointAt(from) == character) {
                    from += Character.charCount(character);
                    left--;
                } else {
                    left = 0;
                }
            }
            next.accept(part.substring(from));
        }

        @Override
        public void finish() {
            left = most;
            next.finish();
        }
    }

    /** Byte-level tokens: holds back the bytes of an unfinished character, three at most. */
    static final class Bytes implements DecoderStage {
        private final Utf8Stream utf8 = new Utf8Stream();
        private final StringBuilder text = new StringBuilder();
        private final DecoderStage next;

        Bytes(DecoderStage next) {
            this.next = next;
        }

        @Override
        public void accept(String token) {
            for (byte b : ByteAlphabet.bytes(token)) {
                utf8.accept(b, text);
            }
            handOn();
        }

        private void handOn() {
            if (!text.isEmpty()) {
                next.accept(text.toString());
                text.setLength(0);
            }
        }

        @Override
        public void finish() {
            utf8.finish(text);
            handOn();
            next.finish();
        }
    }

    /**
     * Byte tokens between others. One broken byte makes the whole run of byte tokens U+FFFD, so a run is held back until
     * another token ends it.
     */
    static final class ByteRuns implements DecoderStage {
        private final ByteArrayOutputStream run = new ByteArrayOutputStream();
        private final DecoderStage next;

        ByteRuns(DecoderStage next) {
            this.next = next;
        }

        @Override
        public void accept(String token) {
            int b = byteOf(token);
            if (b >= 0) {
                run.write(b);
                return;
            }
            endRun();
            next.accept(token);
        }

        /** The byte that a token {@code <0x0A>} spells, or -1. */
        static int byteOf(String token) {
            if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
                return -1;
            }
            int high = token.charAt(3) < 0x80 ? Character.digit(token.charAt(3), 16) : -1;
            int low = token.charAt(4) < 0x80 ? Character.digit(token.charAt(4), 16) : -1;
            return high < 0 || low < 0 ? -1 : high << 4 | low;
        }

        private void endRun() {
            if (run.size() == 0) {
                return;
            }
            byte[] bytes = run.toByteArray();
            run.reset();
            try {
                next.accept(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString());
            } catch (CharacterCodingException broken) {
                next.accept("\ufffd".repeat(bytes.length));
            }
        }

        @Override
        public void finish() {
            endRun();
            next.finish();
        }
    }
}
