package wok.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import wok.formats.GgufMetadata;
import wok.formats.PackedTexts;

/**
 * Reads the tokenizer in a GGUF file's metadata ({@code tokenizer.ggml.*}). One use, one thread.
 *
 * <p>The kinds: {@code gpt2} (byte-level BPE; {@code tokenizer.ggml.pre} names how text is cut, see
 * {@link GgufExpressions}), {@code gemma4} (BPE with merges on text with ▁), {@code llama} (SentencePiece BPE by
 * scores), {@code bert} (WordPiece, words marked with ▁), {@code t5} (Unigram). What the file leaves out follows
 * llama.cpp (src/llama-vocab.cpp), save where the model's own tokenizer is known to do otherwise: NFC for Qwen's and
 * Command R's names, the original expressions.
 */
final class TokenizerGguf {
    private static final System.Logger LOG = System.getLogger(TokenizerGguf.class.getName());
    private static final String KEYS = "tokenizer.ggml.";
    private static final String SIGN = "\u2581";

    /** Token types of the format. */
    private static final int NORMAL = 1;

    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int BYTE = 6;

    private final String name;
    private final GgufMetadata metadata;
    private final GgufVocabulary vocabulary;
    private final BitSet shadows;
    private final List<AddedToken> addedTokens = new ArrayList<>();
    private final byte[] types;

    private TokenizerGguf(String name, GgufMetadata metadata) {
        this.name = name;
        this.metadata = metadata;
        List<String> tokens = metadata.texts(KEYS + "tokens").orElseThrow(() -> wrong("tokens", "an array of strings"));
        if (tokens.isEmpty() || tokens.size() > Vocabulary.IDS_MAX) {
            throw new TokenizerException(
                    name + ": " + KEYS + "tokens: " + tokens.size() + " (expected: 1 to " + Vocabulary.IDS_MAX + ")");
        }
        this.types = readTypes(tokens.size());
        this.vocabulary = new GgufVocabulary(PackedTexts.of(tokens));
        this.shadows = vocabulary.shadows();
        readAddedTokens();
    }

    /**
     * @param name the file, for messages
     * @throws TokenizerException if there is no tokenizer, or it contradicts itself, or its kind is unknown
     */
    static Tokenizer read(String name, GgufMetadata metadata) {
        String model = metadata.text(KEYS + "model")
                .orElseThrow(() -> new TokenizerException(
                        name + ": " + KEYS + "model: absent (expected: a GGUF file with a tokenizer)"));
        TokenizerGguf reader = new TokenizerGguf(name, metadata);
        return switch (model) {
            case "gpt2" -> reader.byteLevel();
            case "gemma4" -> reader.mergedText();
            case "llama" -> reader.sentencePiece();
            case "bert" -> reader.wordPiece();
            case "t5" -> reader.unigram();
            default ->
                throw new TokenizerException(name + ": " + KEYS + "model: " + Messages.quote(model)
                        + " (expected: gpt2, gemma4, llama, bert or t5)");
        };
    }

    private TokenizerException wrong(String key, String expected) {
        return new TokenizerException(name + ": " + KEYS + key + ": "
                + (metadata.values().containsKey(KEYS + key) ? "another value" : "absent") + " (expected: " + expected
                + ")");
    }

    private byte[] readTypes(int count) {
        int[] given = metadata.ints(KEYS + "token_type").orElse(new int[0]);
        if (given.length > 0 && given.length < count) {
            throw new TokenizerException(name + ": " + KEYS + "token_type: " + given.length + " entries (expected: "
                    + count + ", one a token)");
        }
        byte[] all = new byte[count];
        for (int id = 0; id < count; id++) {
            int type = given.length == 0 ? NORMAL : given[id];
            all[id] = type >= 0 && type <= BYTE ? (byte) type : 0;
        }
        return all;
    }

    private void readAddedTokens() {
        for (int id = 0; id < types.length; id++) {
            if ((isControl(id) || types[id] == USER_DEFINED) && !shadows.get(id)) {
                String piece = vocabulary.pieces().get(id);
                addedTokens.add(AddedToken.of(id, piece, types[id] != USER_DEFINED));
            }
        }
    }

    private boolean isControl(int id) {
        return types[id] == CONTROL || types[id] == UNKNOWN;
    }

    /** The pieces that text may become, where they lie in the file. */
    private Pieces plainPieces() {
        return new Pieces(vocabulary::id, vocabulary.pieces(), withheld());
    }

    /** The same as strings, for models that look at all of them, or at many for each word. */
    private Pieces decodedPieces() {
        List<String> spellings = List.copyOf(vocabulary.pieces());
        Map<String, Integer> ids = HashMap.newHashMap(spellings.size());
        for (int id = 0; id < spellings.size(); id++) {
            ids.putIfAbsent(spellings.get(id), id);
        }
        return new Pieces(piece -> ids.getOrDefault(piece, -1), spellings, withheld());
    }

    private BitSet withheld() {
        BitSet withheld = (BitSet) shadows.clone();
        for (int id = 0; id < types.length; id++) {
            if (isControl(id)) {
                withheld.set(id);
            }
        }
        return withheld;
    }

    /** What merges of them: a byte's token stands for its byte and is never part of a piece. */
    private Pieces merged(Pieces plain) {
        BitSet withheld = (BitSet) plain.withheld().clone();
        for (int id = 0; id < types.length; id++) {
            if (types[id] == BYTE) {
                withheld.set(id);
            }
        }
        return new Pieces(plain.ids(), plain.spellings(), withheld);
    }

    private Tokenizer byteLevel() {
        String pre = metadata.text(KEYS + "pre").orElse("");
        GgufExpressions.Cut cut = cut(pre);
        List<PreTokenizer> stages = new ArrayList<>();
        cut.expressions().forEach(expression -> stages.add(ComponentReader.isolated(expression)));
        if (flag("add_space_prefix", false)) {
            stages.addFirst(new PreTokenizer.PrefixSpace());
        }
        stages.add(new PreTokenizer.BytesAsCharacters());
        BytePairModel model = new BytePairModel(
                plainPieces(), merges(), BytePairModel.Options.BYTE_LEVEL.withIgnoreMerges(cut.ignoreMerges()));
        Normalizer normalizer = cut.composes()
                ? new Normalizer.Unicode(java.text.Normalizer.Form.NFC)
                : new Normalizer.InTurn(List.of());
        boolean bertLike = pre.equals("jina-v1-en") || pre.equals("jina-v2-code") || pre.equals("roberta-bpe");
        return tokenizer(normalizer, stages, model, List.of(new Decoder.ByteLevel()), around(cut.addsBos(), bertLike));
    }

    private GgufExpressions.Cut cut(String pre) {
        Optional<GgufExpressions.Cut> known = GgufExpressions.of(pre);
        if (known.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: {1}pre: {2} is unknown to Wok; text is cut the default way and answers may suffer",
                    name,
                    KEYS,
                    Messages.quote(pre));
        }
        return known.orElse(GgufExpressions.DEFAULT);
    }

    private Merges merges() {
        List<String> merges = metadata.texts(KEYS + "merges").orElseThrow(() -> wrong("merges", "an array of strings"));
        return new ListedMerges(name + ": " + KEYS + "merges", vocabulary, PackedTexts.of(merges));
    }

    private Tokenizer mergedText() {
        BytePairModel model = new BytePairModel(plainPieces(), merges(), spelledInBytes());
        return tokenizer(
                signs(flag("add_space_prefix", false)),
                List.of(ComponentReader.isolated("[^\\n]+|[\\n]+")),
                model,
                signDecoders(false),
                around(true, false));
    }

    private Tokenizer sentencePiece() {
        Pieces pieces = decodedPieces();
        Merges merges = new ScoredMerges(merged(pieces), scores());
        BytePairModel model = new BytePairModel(pieces, merges, spelledInBytes());
        boolean prefix = flag("add_space_prefix", true);
        return tokenizer(signs(prefix), List.of(), model, signDecoders(prefix), around(true, false));
    }

    private BytePairModel.Options spelledInBytes() {
        OptionalInt unknown = id("unknown_token_id");
        return new BytePairModel.Options(false, true, true, unknown, "", "");
    }

    private static Normalizer signs(boolean prefix) {
        Normalizer signs = new Normalizer.Replace(new SplitPattern.Literal(" "), SIGN);
        return prefix ? new Normalizer.InTurn(List.of(new Normalizer.Prepend(SIGN), signs)) : signs;
    }

    private static List<Decoder> signDecoders(boolean prefix) {
        List<Decoder> decoders = new ArrayList<>();
        decoders.add(new Decoder.Replace(new SplitPattern.Literal(SIGN), " "));
        decoders.add(new Decoder.ByteFallback());
        decoders.add(new Decoder.Fuse());
        if (prefix) {
            decoders.add(new Decoder.Strip(' ', 1, 0));
        }
        return decoders;
    }

    private double[] scores() {
        List<? extends Number> given = metadata.reals(KEYS + "scores")
                .<List<? extends Number>>map(list -> list)
                .or(() -> metadata.integers(KEYS + "scores"))
                .orElseThrow(() -> wrong("scores", "an array of numbers"));
        if (given.size() < types.length) {
            throw new TokenizerException(name + ": " + KEYS + "scores: " + given.size() + " entries (expected: "
                    + types.length + ", one a token)");
        }
        double[] scores = new double[types.length];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = given.get(id).doubleValue();
            if (!Double.isFinite(scores[id])) {
                throw new TokenizerException(
                        name + ": " + KEYS + "scores[" + id + "]: " + scores[id] + " (expected: a finite number)");
            }
        }
        return scores;
    }

    /** Words are marked with ▁ and what continues them is not: the other way round than ##. */
    private Tokenizer wordPiece() {
        Map<String, Integer> pieces = new HashMap<>();
        decodedPieces()
                .forEach((piece, id) ->
                        pieces.put(piece.startsWith(SIGN) ? piece.substring(SIGN.length()) : "##" + piece, id));
        int unknown = id("unknown_token_id").orElseThrow(() -> wrong("unknown_token_id", "a token id"));
        boolean lowercase = metadata.bool("tokenizer.ggml.normalizer.lowercase").orElse(true);
        boolean strip = metadata.bool("tokenizer.ggml.normalizer.strip_accents").orElse(lowercase);
        List<PreTokenizer> stages = List.of(
                new PreTokenizer.Split(new SplitPattern.OneOf(CodePoints::isSpace), SplitBehavior.REMOVED, false),
                new PreTokenizer.Split(
                        new SplitPattern.OneOf(CodePoints::isPunctuation), SplitBehavior.ISOLATED, false));
        return tokenizer(
                new Normalizer.Bert(true, true, strip, lowercase),
                stages,
                new WordPieceModel(pieces, "##", unknown, WORD_CHARACTERS_MAX),
                List.of(new Decoder.MarkedWords(SIGN)),
                around(true, true));
    }

    private static final int WORD_CHARACTERS_MAX = 100;

    private Tokenizer unigram() {
        List<Normalizer> steps = new ArrayList<>();
        metadata.integers(KEYS + "precompiled_charsmap")
                .filter(table -> !table.isEmpty())
                .ifPresent(table -> steps.add(new Normalizer.Precompiled(Charsmap.of(bytes(table)))));
        if (flag("remove_extra_whitespaces", false)) {
            steps.add(new Normalizer.Strip(true, true));
            steps.add(new Normalizer.Replace(SplitPattern.regex(" {2,}"), " "));
        }
        boolean prefix = flag("add_space_prefix", true);
        steps.add(signs(prefix));
        UnigramModel model = new UnigramModel(decodedPieces(), scores(), id("unknown_token_id"), false);
        return tokenizer(new Normalizer.InTurn(steps), List.of(), model, signDecoders(prefix), around(false, false));
    }

    private static byte[] bytes(List<Long> values) {
        byte[] bytes = new byte[values.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = values.get(i).byteValue();
        }
        return bytes;
    }

    private boolean flag(String key, boolean ifAbsent) {
        return metadata.bool(KEYS + key).orElse(ifAbsent);
    }

    /** A token id of the metadata; one outside the vocabulary is passed over, as llama.cpp does. */
    private OptionalInt id(String key) {
        Optional<Long> id = metadata.integer(KEYS + key).filter(value -> value >= 0 && value < types.length);
        return id.isPresent() ? OptionalInt.of(Math.toIntExact(id.get())) : OptionalInt.empty();
    }

    /** The ids before and behind a text when special tokens are added. */
    private record Around(List<Integer> before, List<Integer> after) {}

    private Around around(boolean bosIfUnsaid, boolean separatorIfUnsaid) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        if (flag("add_bos_token", bosIfUnsaid)) {
            OptionalInt cls = id("cls_token_id");
            (id("bos_token_id").isPresent() ? id("bos_token_id") : cls).ifPresent(before::add);
        }
        OptionalInt eos = id("eos_token_id");
        OptionalInt separator = id("seperator_token_id"); // the format spells it so
        boolean byModel = metadata.text(KEYS + "model").filter("t5"::equals).isPresent();
        if (flag("add_sep_token", separatorIfUnsaid) && separator.isPresent()) {
            after.add(separator.getAsInt());
        } else if (flag("add_eos_token", byModel)) {
            eos.ifPresent(after::add);
        }
        return new Around(before, after);
    }

    private Tokenizer tokenizer(
            Normalizer normalizer, List<PreTokenizer> stages, TokenModel model, List<Decoder> decoders, Around around) {
        return new Tokenizer(new TokenizerParts(
                name,
                vocabulary.pieces(),
                vocabulary::id,
                addedTokens,
                normalizer,
                new PreTokenizer.InTurn(List.copyOf(stages)),
                model,
                model,
                around.before(),
                around.after(),
                pair(around),
                new DecoderChain(decoders),
                specialTokens()));
    }

    /** As the library joins them: BERT's kind with types, RoBERTa's with the separator twice. */
    private Optional<PairTemplate> pair(Around around) {
        if (around.before().size() != 1 || around.after().size() != 1) {
            return Optional.empty();
        }
        int begin = around.before().getFirst();
        int end = around.after().getFirst();
        boolean wordPiece = metadata.text(KEYS + "model").filter("bert"::equals).isPresent();
        return Optional.of(wordPiece ? PairTemplate.bert(begin, end) : PairTemplate.roberta(begin, end));
    }

    private SpecialTokens specialTokens() {
        Set<Integer> ends = new TreeSet<>();
        for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            id(key).ifPresent(ends::add);
        }
        Map<String, String> variables = new LinkedHashMap<>();
        for (String role : List.of("bos", "eos", "unknown", "seperator", "padding", "cls", "mask")) {
            String variable = switch (role) {
                case "unknown" -> "unk_token";
                case "seperator" -> "sep_token";
                case "padding" -> "pad_token";
                default -> role + "_token";
            };
            id(role + "_token_id")
                    .ifPresent(id -> variables.put(variable, vocabulary.pieces().get(id)));
        }
        Set<Integer> all = EndOfGeneration.collect(ends, spelling -> {
            int id = vocabulary.id(spelling);
            return id >= 0 && isControl(id) ? OptionalInt.of(id) : OptionalInt.empty();
        });
        return new SpecialTokens(id("bos_token_id"), id("eos_token_id"), all, variables);
    }
}
