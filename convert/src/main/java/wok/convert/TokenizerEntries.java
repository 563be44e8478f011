package wok.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import wok.formats.GgufValueType;
import wok.formats.GgufWriter;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.model.ModelConfig;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.Tokenizer;

/**
 * A folder's tokenizer as GGUF's keys ({@code tokenizer.ggml.*}), as llama.cpp's converter writes it: byte-level BPE
 * ({@code gpt2}, with merges and the name of how text is cut, see {@link PreTokenizerName}) and SentencePiece's BPE
 * ({@code llama}, with scores). Where a model has more rows than its tokenizer has tokens, the rest are padding tokens
 * that text never becomes.
 *
 * <p>SentencePiece joins the two neighbours whose joined piece has the best score; tokenizer.json has lost the scores and
 * lists the merges in that order. So a piece's score is the place of its first merge, negated, and pieces that nothing
 * merges to come behind.
 *
 * <p>One use, one thread.
 */
final class TokenizerEntries {
    private static final String KEYS = "tokenizer.ggml.";

    /** Token types of the format. */
    private static final int NORMAL = 1;

    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    private final Map<String, Consumer<GgufWriter>> entries = new LinkedHashMap<>();
    private final HuggingFaceFolder folder;
    private final Json.Obj json;
    private final Json.Obj model;
    private final Tokenizer tokenizer;
    private final String[] tokens;
    private final int[] types;
    private final Map<String, Integer> ids = new HashMap<>();

    private TokenizerEntries(HuggingFaceFolder folder, ModelConfig config) {
        this.folder = folder;
        this.tokenizer = Tokenizer.of(folder); // refuses what contradicts itself, so that here all can be believed
        this.json = folder.json("tokenizer.json").orElseThrow(() -> unsupported("tokenizer.json: absent"));
        this.model = json.object("model").orElseThrow(() -> unsupported("tokenizer.json: model: absent"));
        int size = Math.max(config.vocabularySize(), tokenizer.vocabularySize());
        if (size > config.vocabularySize()) {
            throw new ConvertException(folder.path() + ": tokenizer.json: " + size + " tokens (expected: at most "
                    + config.vocabularySize() + ", the model's vocab_size)");
        }
        this.tokens = new String[size];
        this.types = new int[size];
    }

    static Map<String, Consumer<GgufWriter>> of(HuggingFaceFolder folder, ModelConfig config) {
        return new TokenizerEntries(folder, config).read();
    }

    private ConvertException unsupported(String what) {
        return new ConvertException(
                folder.path() + ": " + what + " (expected: a BPE tokenizer, byte-level or SentencePiece's)");
    }

    private Map<String, Consumer<GgufWriter>> read() {
        if (!model.text("type").orElse("BPE").equals("BPE")) {
            throw unsupported("tokenizer.json: model " + model.text("type").orElse(""));
        }
        boolean isByteLevel = PreTokenizerName.isByteLevel(json);
        fillTokens(isByteLevel);
        List<String> merges = merges();
        text("model", isByteLevel ? "gpt2" : "llama");
        if (isByteLevel) {
            text("pre", PreTokenizerName.of(folder, json));
        }
        texts("tokens", List.of(tokens));
        List<Integer> typeList = new ArrayList<>();
        for (int type : types) {
            typeList.add(type);
        }
        array("token_type", GgufValueType.I32, typeList);
        if (isByteLevel) {
            texts("merges", merges);
        } else {
            array("scores", GgufValueType.F32, scores(merges));
            bool("add_space_prefix", PreTokenizerName.putsSpaceInFront(json));
        }
        addSpecialTokens();
        template()
                .ifPresent(source -> entries.put(
                        "tokenizer.chat_template", writer -> writer.text("tokenizer.chat_template", source)));
        return entries;
    }

    private void fillTokens(boolean isByteLevel) {
        model.object("vocab")
                .ifPresent(vocab -> vocab.members()
                        .forEach((piece, id) ->
                                put(((Json.Num) id).intValue(), piece, !isByteLevel && isByte(piece) ? BYTE : NORMAL)));
        for (Json element : json.array("added_tokens").map(Json.Arr::elements).orElse(List.of())) {
            Json.Obj token = (Json.Obj) element;
            String content = token.text("content").orElse("");
            boolean isSpecial = token.get("special").equals(Optional.of(Json.of(true)));
            int id = tokenizer.id(content).orElse(-1);
            if (id >= 0) {
                put(id, content, isSpecial ? CONTROL : USER_DEFINED);
            }
        }
        model.text("unk_token").map(ids::get).ifPresent(id -> types[id] = UNKNOWN);
        for (int id = 0; id < tokens.length; id++) {
            if (types[id] == 0) {
                put(id, "[PAD" + id + "]", UNUSED);
            }
        }
    }

    private void put(int id, String piece, int type) {
        tokens[id] = piece;
        types[id] = type;
        ids.put(piece, id);
    }

    private static boolean isByte(String piece) {
        return piece.length() == 6 && piece.startsWith("<0x") && piece.endsWith(">");
    }

    /** "a b", whichever of the two ways the file has. */
    private List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (Json merge : model.array("merges").map(Json.Arr::elements).orElse(List.of())) {
            if (merge instanceof Json.Arr pair) {
                merges.add(text(pair.elements().getFirst()) + " "
                        + text(pair.elements().getLast()));
            } else {
                merges.add(text(merge));
            }
        }
        return merges;
    }

    private String text(Json value) {
        if (value instanceof Json.Str text) {
            return text.value();
        }
        throw unsupported("tokenizer.json: merges: " + value);
    }

    private List<Float> scores(List<String> merges) {
        Map<String, Integer> ranks = new HashMap<>();
        for (int rank = 0; rank < merges.size(); rank++) {
            ranks.putIfAbsent(merges.get(rank).replaceFirst(" ", ""), rank);
        }
        List<Float> scores = new ArrayList<>();
        int behind = merges.size();
        for (int id = 0; id < tokens.length; id++) {
            if (types[id] != NORMAL) {
                scores.add(0f);
            } else {
                Integer rank = ranks.get(tokens[id]);
                scores.add(-1f - (rank == null ? behind++ : rank));
            }
        }
        return scores;
    }

    private void addSpecialTokens() {
        tokenizer.bos().ifPresent(id -> number("bos_token_id", id));
        tokenizer.eos().ifPresent(id -> number("eos_token_id", id));
        model.text("unk_token").map(ids::get).ifPresent(id -> number("unknown_token_id", id));
        named("pad_token").ifPresent(id -> number("padding_token_id", id));
        named("sep_token").ifPresent(id -> number("seperator_token_id", id)); // spelled so in the format
        int[] added = tokenizer.encode("", EncodeOptions.PROMPT);
        boolean begins = added.length > 0
                && tokenizer.bos().isPresent()
                && added[0] == tokenizer.bos().getAsInt();
        boolean ends = added.length > (begins ? 1 : 0)
                && tokenizer.eos().isPresent()
                && added[added.length - 1] == tokenizer.eos().getAsInt();
        bool("add_bos_token", begins);
        if (ends) {
            bool("add_eos_token", true);
        }
    }

    /** A token that tokenizer_config.json names, as a string or as an object with its content. */
    private Optional<Integer> named(String key) {
        return folder.json("tokenizer_config.json")
                .flatMap(file -> file.text(key).or(() -> file.object(key).flatMap(token -> token.text("content"))))
                .map(ids::get);
    }

    /** Of several templates the default one. */
    private Optional<String> template() {
        return folder.text("chat_template.jinja")
                .or(() -> folder.json("tokenizer_config.json").flatMap(TokenizerEntries::templateField))
                .or(() -> folder.json("chat_template.json").flatMap(TokenizerEntries::templateField));
    }

    private static Optional<String> templateField(Json.Obj file) {
        return file.text("chat_template")
                .or(() -> file.array("chat_template")
                        .flatMap(list -> list.elements().stream()
                                .filter(Json.Obj.class::isInstance)
                                .map(Json.Obj.class::cast)
                                .filter(named -> named.text("name").equals(Optional.of("default")))
                                .findFirst()
                                .flatMap(named -> named.text("template"))));
    }

    private void number(String name, long value) {
        entries.put(KEYS + name, writer -> writer.u32(KEYS + name, value));
    }

    private void bool(String name, boolean value) {
        entries.put(KEYS + name, writer -> writer.bool(KEYS + name, value));
    }

    private void text(String name, String value) {
        entries.put(KEYS + name, writer -> writer.text(KEYS + name, value));
    }

    private void texts(String name, List<String> values) {
        entries.put(KEYS + name, writer -> writer.texts(KEYS + name, values));
    }

    private void array(String name, GgufValueType type, List<?> values) {
        entries.put(KEYS + name, writer -> writer.array(KEYS + name, type, values));
    }
}
