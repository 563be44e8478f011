package wok.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import wok.formats.Json;

/**
 * Reads a folder's tokenizer.json (the format of Hugging Face's {@code tokenizers} library) and what its companions say
 * about control tokens. One use, one thread.
 *
 * <p>Components are told by their {@code type}; one that Wok does not know is an error that names it, because a
 * tokenizer with a step left out gives ids that look right and are not. Truncation and padding are not a reader's
 * business and are passed over.
 */
final class TokenizerJson {
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final int PIECES_EXPECTED = 1 << 15;

    private final String name;
    private final JsonFields root;
    private final JsonFields modelFields;
    private final Vocabulary vocabulary;
    private final List<AddedToken> addedTokens = new ArrayList<>();

    private TokenizerJson(String name, Json.Obj json) {
        this.name = name + " (tokenizer.json)";
        this.root = new JsonFields(name + ": tokenizer.json", json);
        this.modelFields = root.object("model");
        this.vocabulary = new Vocabulary(root.path() + ".model.vocab", PIECES_EXPECTED);
    }

    /**
     * @param name the folder, for messages
     * @param files the folder's JSON files by name, if they are there
     * @throws TokenizerException if tokenizer.json is missing, contradicts itself or has an unknown component
     */
    static Tokenizer read(String name, Function<String, Optional<Json.Obj>> files) {
        Json.Obj json = files.apply("tokenizer.json")
                .orElseThrow(() -> new TokenizerException(name
                        + ": tokenizer.json: absent (expected: a folder with tokenizer.json; convert tokenizer.model"
                        + " with transformers' save_pretrained)"));
        try {
            return new TokenizerJson(name, json).tokenizer(files);
        } catch (ArithmeticException | OutOfMemoryError e) {
            throw new TokenizerException(name + ": tokenizer.json: too large (expected: a tokenizer of some MB)", e);
        }
    }

    private Tokenizer tokenizer(Function<String, Optional<Json.Obj>> files) {
        String type = modelFields.text("type", inferredType());
        if (!List.of("BPE", "WordPiece", "Unigram").contains(type)) {
            throw modelFields.unknown("BPE, WordPiece or Unigram");
        }
        double[] scores = readVocabulary(type);
        Map<String, Integer> modelPieces = new HashMap<>(vocabulary.ids());
        readAddedTokens();
        Map<String, Integer> guarded = new HashMap<>(modelPieces);
        addedTokens.stream().filter(AddedToken::special).forEach(token -> guarded.remove(token.content()));
        TokenModel guardedModel = model(type, guarded, scores);
        // Unigram's library finds control tokens in plain text, as pieces; the goldens pin that
        TokenModel model = type.equals("Unigram") ? model(type, modelPieces, scores) : guardedModel;
        PostProcessorReader around = new PostProcessorReader(root.optionalObject("post_processor"), vocabulary.size());
        return new Tokenizer(new TokenizerParts(
                name,
                vocabulary.pieces(),
                vocabulary::id,
                addedTokens,
                ComponentReader.normalizer(root.optionalObject("normalizer")),
                ComponentReader.preTokenizer(root.optionalObject("pre_tokenizer")),
                model,
                guardedModel,
                around.before(),
                around.after(),
                around.pair(),
                ComponentReader.decoder(root.optionalObject("decoder")),
                new SpecialTokensReader(vocabulary, addedTokens).read(files)));
    }

    /** Old files leave the type out; the fields tell. */
    private String inferredType() {
        if (modelFields.object().has("merges")) {
            return "BPE";
        } else if (modelFields.object().has("unk_id")) {
            return "Unigram";
        }
        return modelFields.object().has("max_input_chars_per_word") ? "WordPiece" : "without type";
    }

    /** Fills the vocabulary; the scores by id if it is Unigram's. */
    private double[] readVocabulary(String type) {
        if (!type.equals("Unigram")) {
            JsonFields vocab = modelFields.object("vocab");
            vocab.object()
                    .members()
                    .forEach((piece, id) -> vocabulary.add(piece, vocab.count(piece, id, Vocabulary.IDS_MAX - 1)));
            return new double[0];
        }
        List<Json> pairs = modelFields.array("vocab");
        double[] scores = new double[pairs.size()];
        for (int id = 0; id < scores.length; id++) {
            if (!(pairs.get(id) instanceof Json.Arr pair)
                    || pair.elements().size() != 2
                    || !(pair.elements().get(0) instanceof Json.Str piece)
                    || !(pair.elements().get(1) instanceof Json.Num score)
                    || !Double.isFinite(score.doubleValue())) {
                throw modelFields.wrong("vocab", "pairs of a piece and a finite score; not so at " + id);
            }
            vocabulary.add(piece.value(), id);
            scores[id] = score.doubleValue();
        }
        return scores;
    }

    private void readAddedTokens() {
        for (JsonFields token : root.objects("added_tokens")) {
            String content = token.text("content");
            int fileId = token.count("id", Vocabulary.IDS_MAX - 1);
            if (content.isEmpty()) {
                continue;
            }
            int id = vocabulary.has(content) ? vocabulary.id(content) : fileId;
            vocabulary.addOver(content, id);
            boolean special = token.bool("special", false);
            addedTokens.add(new AddedToken(
                    id,
                    content,
                    special,
                    token.bool("normalized", !special),
                    token.bool("single_word", false),
                    token.bool("lstrip", false),
                    token.bool("rstrip", false)));
        }
    }

    private TokenModel model(String type, Map<String, Integer> pieces, double[] scores) {
        return switch (type) {
            case "WordPiece" ->
                new WordPieceModel(
                        pieces,
                        modelFields.text("continuing_subword_prefix", "##"),
                        unknown("[UNK]").orElseThrow(() -> modelFields.wrong("unk_token", "a token of the vocabulary")),
                        modelFields.count("max_input_chars_per_word", 100, UNLIMITED));
            case "Unigram" ->
                new UnigramModel(
                        Pieces.of(pieces), scores, unigramUnknown(scores), modelFields.bool("byte_fallback", false));
            default -> bytePair(pieces);
        };
    }

    private OptionalInt unigramUnknown(double[] scores) {
        return modelFields.object().get("unk_id").isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(modelFields.count("unk_id", scores.length - 1));
    }

    private OptionalInt unknown(String ifAbsent) {
        String token = modelFields.text("unk_token", ifAbsent);
        return vocabulary.has(token) ? OptionalInt.of(vocabulary.id(token)) : OptionalInt.empty();
    }

    private BytePairModel bytePair(Map<String, Integer> pieces) {
        String prefix = modelFields.text("continuing_subword_prefix", "");
        return new BytePairModel(
                Pieces.of(pieces),
                merges(prefix),
                new BytePairModel.Options(
                        modelFields.bool("ignore_merges", false),
                        modelFields.bool("byte_fallback", false),
                        modelFields.bool("fuse_unk", false),
                        unknown(""),
                        prefix,
                        modelFields.text("end_of_word_suffix", "")));
    }

    private MergeTable merges(String prefix) {
        List<Json> merges = modelFields.array("merges");
        MergeTable table = new MergeTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            List<String> pair = pair(merges.get(rank), rank);
            String left = pair.getFirst();
            String right = pair.getLast();
            String merged = left + (right.startsWith(prefix) ? right.substring(prefix.length()) : right);
            table.add(mergePart(left, rank), mergePart(right, rank), rank, mergePart(merged, rank));
        }
        return table;
    }

    /** A merge is written "a b" in older files and ["a", "b"] in newer ones. */
    private List<String> pair(Json merge, int rank) {
        if (merge instanceof Json.Arr array
                && array.elements().size() == 2
                && array.elements().getFirst() instanceof Json.Str left
                && array.elements().getLast() instanceof Json.Str right) {
            return List.of(left.value(), right.value());
        }
        if (merge instanceof Json.Str text) {
            int space = text.value().indexOf(' ');
            if (space > 0
                    && text.value().indexOf(' ', space + 1) < 0
                    && space + 1 < text.value().length()) {
                return List.of(text.value().substring(0, space), text.value().substring(space + 1));
            }
        }
        throw new TokenizerException(modelFields.path() + ".merges[" + rank + "]: " + Messages.quote(merge.toString())
                + " (expected: \"a b\" or [\"a\", \"b\"])");
    }

    private int mergePart(String piece, int rank) {
        if (!vocabulary.has(piece)) {
            throw new TokenizerException(modelFields.path() + ".merges[" + rank + "]: " + Messages.quote(piece)
                    + " (expected: a piece of the vocabulary)");
        }
        return vocabulary.id(piece);
    }
}
