package wok.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import wok.tokenizer.StreamingDecoder;

/**
 * A vocabulary of 40 tokens: 0 ends the generation, 1 and 2 are the thinking tags as control tokens, then letters,
 * longer texts, whitespace, and the single bytes of "é" and "€".
 */
final class FakeVocabulary implements Vocabulary {
    static final int END = 0;
    static final int OPEN = 1;
    static final int CLOSE = 2;

    private final List<byte[]> tokens = new ArrayList<>();

    FakeVocabulary() {
        for (String text : List.of("", "<think>", "</think>")) {
            tokens.add(text.getBytes(UTF_8));
        }
        for (char letter = 'a'; letter <= 'p'; letter++) {
            add(String.valueOf(letter));
        }
        List.of(" ", "\n", "ab", "cd", " the", "abc", "</", "think>", "<", "x<", ">y", "stop", "sto", "pper")
                .forEach(this::add);
        for (byte part : "é€".getBytes(UTF_8)) {
            tokens.add(new byte[] {part});
        }
        add("é");
        add("\n\n");
    }

    private void add(String text) {
        tokens.add(text.getBytes(UTF_8));
    }

    @Override
    public int size() {
        return tokens.size();
    }

    @Override
    public boolean endsGeneration(int id) {
        return id == END;
    }

    @Override
    public byte[] bytes(int id) {
        return tokens.get(id).clone();
    }

    @Override
    public OptionalInt id(String spelling) {
        for (int id = 0; id < tokens.size(); id++) {
            if (!spelling.isEmpty() && new String(tokens.get(id), UTF_8).equals(spelling)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** Greedy: at each place the longest token. */
    @Override
    public int[] encode(String text) {
        List<Integer> ids = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int best = -1;
            int length = 0;
            for (int id = 1; id < tokens.size(); id++) {
                String token = new String(tokens.get(id), UTF_8);
                if (token.length() > length && text.startsWith(token, at)) {
                    best = id;
                    length = token.length();
                }
            }
            if (best < 0) {
                throw new IllegalArgumentException("no token for " + text.substring(at));
            }
            ids.add(best);
            at += length;
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public StreamingDecoder decoder(boolean skipSpecial) {
        return new Decoder(skipSpecial);
    }

    private final class Decoder implements StreamingDecoder {
        private final boolean skipSpecial;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Decoder(boolean skipSpecial) {
            this.skipSpecial = skipSpecial;
        }

        @Override
        public String accept(int id) {
            if (id <= CLOSE) {
                return finish() + (skipSpecial ? "" : new String(tokens.get(id), UTF_8));
            }
            bytes.writeBytes(tokens.get(id));
            byte[] all = bytes.toByteArray();
            int whole = wholeLength(all);
            bytes.reset();
            bytes.write(all, whole, all.length - whole);
            return new String(all, 0, whole, UTF_8);
        }

        @Override
        public String finish() {
            String rest = bytes.toString(UTF_8);
            bytes.reset();
            return rest;
        }

        /** How many bytes there are before a character that has only begun. */
        private static int wholeLength(byte[] all) {
            for (int back = 1; back <= Math.min(3, all.length); back++) {
                int lead = all[all.length - back] & 0xFF;
                if (lead >= 0xC0) {
                    int needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
                    return needed > back ? all.length - back : all.length;
                }
            }
            return all.length;
        }
    }
}
