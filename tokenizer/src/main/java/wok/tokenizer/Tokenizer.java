package wok.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;

/**
 * Text to token ids and back. Immutable; any thread may use it.
 *
 * <p>The way of a text, as the {@code tokenizers} library has it: {@link AddedTokenMatcher} cuts out added tokens that
 * stand in the raw text; a {@link Normalizer} rewrites what lies between; added tokens that are looked for in
 * normalized text are cut out; a {@link PreTokenizer} cuts the rest into words, a {@link TokenModel} the words into
 * tokens; the post-processor's ids go around. The way back is a chain of {@link Decoder}s. {@link TokenizerJson} and
 * {@link TokenizerGguf} build these parts from the two kinds of files; from here on it makes no difference which.
 *
 * <p><b>Control tokens.</b> Whoever can write {@code <|im_start|>system} into a prompt can speak as the system. So
 * they are matched only where the caller says that the text is the program's own: {@link EncodeOptions#parseSpecial},
 * or the trusted segments of a {@link RenderedPrompt}. Matching happens on the text before any word is cut, so ordinary
 * text on both sides of a forbidden match is encoded as if nobody had looked.
 *
 * <p><b>Time.</b> Every step is linear in the text or n log n, on hostile text too (see {@link LinearRegex},
 * {@link Merger}). Words that were seen before come from a {@link WordCache}.
 */
public final class Tokenizer {
    private static final AddedTokenMatcher.Gate ALL = (token, start, end) -> true;
    private static final AddedTokenMatcher.Gate NOT_SPECIAL = (token, start, end) -> !token.special();

    private final TokenizerParts parts;
    private final AddedTokenMatcher rawTokens;
    private final AddedTokenMatcher normalizedTokens;
    private final AddedTokenMatcher promptTokens;
    private final AddedTokenMatcher promptNormalizedTokens;
    private final boolean[] special;
    private final List<PreTokenizer> cutting;
    private final boolean spellsBytes;
    private final WordCache cache = new WordCache();
    private final WordCache guardedCache;

    Tokenizer(TokenizerParts parts) {
        this.parts = parts;
        List<AddedToken> tokens = parts.addedTokens();
        this.rawTokens = raw(tokens.stream().filter(t -> !t.normalized()).toList());
        this.normalizedTokens =
                normalized(tokens.stream().filter(AddedToken::normalized).toList());
        this.promptTokens =
                raw(tokens.stream().filter(t -> !t.normalized() || t.special()).toList());
        this.promptNormalizedTokens = normalized(
                tokens.stream().filter(t -> t.normalized() && !t.special()).toList());
        this.special = new boolean[parts.pieces().size()];
        tokens.stream().filter(AddedToken::special).forEach(token -> special[token.id()] = true);
        List<PreTokenizer> stages = parts.preTokenizer().stages();
        this.spellsBytes = !stages.isEmpty() && stages.getLast() instanceof PreTokenizer.BytesAsCharacters;
        this.cutting = spellsBytes ? stages.subList(0, stages.size() - 1) : stages;
        this.guardedCache = parts.model() == parts.guardedModel() ? cache : new WordCache();
    }

    private static AddedTokenMatcher raw(List<AddedToken> tokens) {
        return new AddedTokenMatcher(tokens, content -> content);
    }

    private AddedTokenMatcher normalized(List<AddedToken> tokens) {
        return new AddedTokenMatcher(tokens, parts.normalizer()::apply);
    }

    /**
     * Reads the tokenizer of a GGUF file (its metadata) or of a folder (tokenizer.json and its companions).
     *
     * @throws TokenizerException if there is none, or it can't be read, or it has an unknown component
     */
    public static Tokenizer of(ModelSource source) {
        String name = source.path().toString();
        return switch (source) {
            case GgufModel gguf -> TokenizerGguf.read(name, gguf.metadata());
            case HuggingFaceFolder folder -> TokenizerJson.read(name, folder::json);
        };
    }

    /** One more than the greatest token id. */
    public int vocabularySize() {
        return parts.pieces().size();
    }

    /** What this tokenizer came from, for messages. */
    public String description() {
        return parts.name();
    }

    /**
     * The token ids of a text. Lone surrogates count as U+FFFD.
     *
     * @throws TokenizerException if a pattern of the file needs too much time or stack on this text, or the vocabulary
     *     has no token for a part of it
     */
    public int[] encode(String text, EncodeOptions options) {
        AddedTokenMatcher.Gate gate = options.parseSpecial() ? ALL : NOT_SPECIAL;
        Encoding encoding = new Encoding(parts.model(), cache, normalizedTokens, gate);
        if (options.addSpecial()) {
            parts.before().forEach(encoding.ids::add);
        }
        String whole = wellFormed(text);
        rawTokens.split(whole, gate, true, encoding.sections(whole));
        if (options.addSpecial()) {
            parts.after().forEach(encoding.ids::add);
        }
        return encoding.ids.toArray();
    }

    /**
     * A text as an encoder reads it: control tokens are not matched, the tokenizer's own are put around, and what is
     * beyond {@code tokensMax} is cut off at the end.
     *
     * @param tokensMax all tokens, the added ones included
     * @throws TokenizerException as {@link #encode(String, EncodeOptions)}, and if not even the added tokens fit
     */
    public TypedTokens encodeText(String text, int tokensMax) {
        int added = parts.before().size() + parts.after().size();
        requireRoom(tokensMax, added);
        int[] plain = encode(text, EncodeOptions.PLAIN);
        int kept = Math.min(plain.length, tokensMax - added);
        IntList ids = new IntList();
        parts.before().forEach(ids::add);
        ids.addAll(Arrays.copyOf(plain, kept));
        parts.after().forEach(ids::add);
        return new TypedTokens(ids.toArray(), new int[added + kept], added + plain.length);
    }

    /**
     * Two texts as a reranker reads them, joined as the tokenizer's post-processor says. What is beyond {@code tokensMax}
     * is cut off at the ends: of the longer text, and of both once they are equally long.
     *
     * @param tokensMax all tokens, the added ones included
     * @throws TokenizerException if the tokenizer's files don't say how texts are joined, or as {@link #encodeText}
     */
    public TypedTokens encodePair(String first, String second, int tokensMax) {
        PairTemplate template = parts.pair()
                .orElseThrow(() -> new TokenizerException(
                        parts.name() + ": no template for two texts (expected: a reranker's tokenizer)"));
        requireRoom(tokensMax, template.added());
        int[] a = encode(first, EncodeOptions.PLAIN);
        int[] b = encode(second, EncodeOptions.PLAIN);
        int room = tokensMax - template.added();
        int wanted = (int) Math.min(Integer.MAX_VALUE, (long) template.added() + a.length + b.length);
        int shorter = Math.min(a.length, b.length);
        int longer = Math.max(a.length, b.length);
        if ((long) shorter + longer > room) {
            longer = Math.max(shorter, room - shorter);
            boolean bothCut = (long) shorter + longer > room;
            shorter = bothCut ? room / 2 : shorter;
            longer = bothCut ? room - room / 2 : longer;
        }
        boolean firstIsLonger = a.length > b.length;
        return template.join(
                Arrays.copyOf(a, firstIsLonger ? longer : shorter),
                Arrays.copyOf(b, firstIsLonger ? shorter : longer),
                wanted);
    }

    private static void requireRoom(int tokensMax, int added) {
        if (tokensMax < added) {
            throw new TokenizerException(
                    "tokensMax: " + tokensMax + " (expected: at least " + added + ", the tokens that are added)");
        }
    }

    /**
     * The token ids of a rendered conversation. Control tokens are matched where all their characters are trusted;
     * what people wrote never yields one. Nothing is added: BOS is the template's business.
     */
    public int[] encode(RenderedPrompt prompt) {
        String whole = wellFormed(prompt.text());
        TrustedSpans trusted = new TrustedSpans(prompt.segments());
        Encoding encoding = new Encoding(parts.guardedModel(), guardedCache, promptNormalizedTokens, NOT_SPECIAL);
        AddedTokenMatcher.Gate gate = (token, start, end) -> !token.special() || trusted.covers(start, end);
        promptTokens.split(whole, gate, false, encoding.sections(whole));
        return encoding.ids.toArray();
    }

    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            repaired = repaired == null ? new StringBuilder(text) : repaired;
            repaired.setCharAt(i, '\ufffd');
        }
        return repaired == null ? text : repaired.toString();
    }

    /** One text on its way to ids. One owner thread. */
    private final class Encoding {
        private final IntList ids = new IntList();
        private final TokenModel model;
        private final WordCache words;
        private final AddedTokenMatcher inNormalized;
        private final AddedTokenMatcher.Gate gate;
        private final PreTokenizer.InTurn cutter = new PreTokenizer.InTurn(cutting);

        Encoding(TokenModel model, WordCache words, AddedTokenMatcher inNormalized, AddedTokenMatcher.Gate gate) {
            this.model = model;
            this.words = words;
            this.inNormalized = inNormalized;
            this.gate = gate;
        }

        /** Takes the parts of the raw text. */
        AddedTokenMatcher.Sink sections(String text) {
            return sink((from, to) -> normalize(text.substring(from, to), from == 0));
        }

        private void normalize(String section, boolean begins) {
            String normalized = parts.normalizer().apply(section);
            inNormalized.split(
                    normalized,
                    gate,
                    true,
                    sink((from, to) ->
                            cutter.split(new Piece(normalized, from, to, begins && from == 0), this::appendWord)));
        }

        private AddedTokenMatcher.Sink sink(SplitPattern.MatchSink texts) {
            return new AddedTokenMatcher.Sink() {
                @Override
                public void text(int from, int to) {
                    texts.match(from, to);
                }

                @Override
                public void token(int id) {
                    ids.add(id);
                }
            };
        }

        private void appendWord(Piece word) {
            int[] known = words.get(word);
            if (known.length > 0) {
                ids.addAll(known);
                return;
            }
            int from = ids.size();
            model.encode(spellsBytes ? ByteAlphabet.spell(word.string()) : word.string(), ids);
            words.put(word, ids.toArray(from));
        }
    }

    /**
     * The text of token ids; bytes that are no UTF-8 become U+FFFD.
     *
     * @param skipSpecial whether control tokens are left out
     * @throws TokenizerException if an id is outside the vocabulary
     */
    public String decode(int[] ids, boolean skipSpecial) {
        StreamingDecoder decoder = streamingDecoder(skipSpecial);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.accept(id));
        }
        return text.append(decoder.finish()).toString();
    }

    /** A decoder for one stream of ids. */
    public StreamingDecoder streamingDecoder(boolean skipSpecial) {
        DecoderStages.Text text = new DecoderStages.Text();
        DecoderStage stages = parts.decoder().start(text);
        return new StreamingDecoder() {
            @Override
            public String accept(int id) {
                String piece = piece(id);
                if (!piece.isEmpty() && !(skipSpecial && special[id])) {
                    stages.accept(piece);
                }
                return text.take();
            }

            @Override
            public String finish() {
                stages.finish();
                return text.take();
            }
        };
    }

    /**
     * What a token adds to the stream of UTF-8 bytes in the middle of others; control tokens: their spelling.
     *
     * @throws TokenizerException if the id is outside the vocabulary
     */
    public byte[] bytes(int id) {
        String piece = piece(id);
        return special[id]
                ? piece.getBytes(StandardCharsets.UTF_8)
                : parts.decoder().bytes(piece);
    }

    /**
     * The vocabulary's own spelling of a token; empty for an id that is a gap.
     *
     * @throws TokenizerException if the id is outside the vocabulary
     */
    public String piece(int id) {
        return parts.pieces().get(checked(id));
    }

    /**
     * Whether the token is a control token.
     *
     * @throws TokenizerException if the id is outside the vocabulary
     */
    public boolean isSpecial(int id) {
        return special[checked(id)];
    }

    private int checked(int id) {
        if (id < 0 || id >= special.length) {
            throw new TokenizerException("id: " + id + " (expected: 0 to " + (special.length - 1) + ")");
        }
        return id;
    }

    /** The id of a token by the vocabulary's own spelling. */
    public OptionalInt id(String piece) {
        int id = parts.ids().applyAsInt(piece);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The token that begins a text. */
    public OptionalInt bos() {
        return parts.special().bos();
    }

    /** The token that ends a text. */
    public OptionalInt eos() {
        return parts.special().eos();
    }

    /** The tokens after which a model has nothing more to say: end of text, end of turn. Ascending. */
    public Set<Integer> endOfGeneration() {
        return parts.special().endOfGeneration();
    }

    /** The variables that chat templates read: bos_token, eos_token, unk_token, pad_token, …; present ones only. */
    public Json.Obj templateVariables() {
        Map<String, Json> variables = new LinkedHashMap<>();
        parts.special().templateVariables().forEach((name, token) -> variables.put(name, Json.of(token)));
        return new Json.Obj(variables);
    }

    /** The control tokens' ids, ascending. */
    public List<Integer> specialIds() {
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < special.length; id++) {
            if (special[id]) {
                ids.add(id);
            }
        }
        return ids;
    }
}
