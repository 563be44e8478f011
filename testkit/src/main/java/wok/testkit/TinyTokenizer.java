package wok.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.formats.GgufValueType;
import wok.formats.GgufWriter;
import wok.formats.Json;

/**
 * A small byte-level BPE tokenizer in the manner of GPT-2 (its byte alphabet and its split expression), trained on a
 * page of text, with a chat template of our own. Ids in order: the 256 byte tokens, a token for each merge, unused
 * tokens if the text has no more pairs to merge, the special tokens. Immutable; any thread.
 *
 * @param tokens spellings by id
 * @param merges pairs of spellings, most important first
 * @param unused how many unused tokens stand before the special ones
 */
public record TinyTokenizer(List<String> tokens, List<Merge> merges, int unused) {
    /** Two neighbours that become one token. */
    public record Merge(String left, String right) {}

    /** Special tokens, the last ids of every vocabulary in this order. */
    public static final List<String> SPECIALS =
            List.of("<|bos|>", "<|eos|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|end|>");

    /** The byte tokens and the special ones. */
    public static final int TOKENS_MIN = 256 + 7;

    /** Each message between its role's token and {@code <|end|>}. */
    public static final String CHAT_TEMPLATE = """
            {{- bos_token -}}
            {%- for message in messages -%}
              {%- if message.role == 'system' -%}<|system|>
              {%- elif message.role == 'user' -%}<|user|>
              {%- elif message.role == 'assistant' -%}<|assistant|>
              {%- elif message.role == 'tool' -%}<|tool|>
              {%- else -%}{{ raise_exception('Unknown role: ' + message.role) }}
              {%- endif -%}
              {{- message.content -}}<|end|>
            {%- endfor -%}
            {%- if add_generation_prompt -%}<|assistant|>{%- endif -%}
            """;

    /** The tokenizer of {@code size} tokens, {@link #TOKENS_MIN} or more. */
    static TinyTokenizer of(int size) {
        List<String> tokens = new ArrayList<>(ByteAlphabet.spellings());
        List<Merge> merges = TinyBpeTrainer.merges(size - TOKENS_MIN);
        merges.forEach(merge -> tokens.add(merge.left() + merge.right()));
        int unused = size - TOKENS_MIN - merges.size();
        for (int i = 0; i < unused; i++) {
            tokens.add("<|unused_" + i + "|>");
        }
        tokens.addAll(SPECIALS);
        return new TinyTokenizer(List.copyOf(tokens), merges, unused);
    }

    /** The id of a special token. */
    public int special(String spelling) {
        int index = SPECIALS.indexOf(spelling);
        if (index < 0) {
            throw new IllegalArgumentException("spelling: " + spelling + " (expected: one of " + SPECIALS + ")");
        }
        return tokens.size() - SPECIALS.size() + index;
    }

    public int bos() {
        return special("<|bos|>");
    }

    public int eos() {
        return special("<|eos|>");
    }

    /** The token that ends a turn. */
    public int endOfTurn() {
        return special("<|end|>");
    }

    void putInto(GgufWriter writer) {
        List<Integer> types = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            // llama.cpp's token types: 1 normal, 3 control, 5 unused.
            types.add(id < plainTokens() ? 1 : id < plainTokens() + unused ? 5 : 3);
        }
        writer.text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", "gpt-2")
                .texts("tokenizer.ggml.tokens", tokens)
                .array("tokenizer.ggml.token_type", GgufValueType.I32, types)
                .texts(
                        "tokenizer.ggml.merges",
                        merges.stream()
                                .map(merge -> merge.left() + " " + merge.right())
                                .toList())
                .u32("tokenizer.ggml.bos_token_id", bos())
                .u32("tokenizer.ggml.eos_token_id", eos())
                .u32("tokenizer.ggml.eot_token_id", endOfTurn())
                .u32("tokenizer.ggml.padding_token_id", eos())
                .bool("tokenizer.ggml.add_bos_token", false)
                .text("tokenizer.chat_template", CHAT_TEMPLATE);
    }

    Json.Obj tokenizerJson() {
        Json.Obj byteLevel = Json.object(
                "type", Json.of("ByteLevel"),
                "add_prefix_space", Json.of(false),
                "trim_offsets", Json.of(true),
                "use_regex", Json.of(true));
        List<Json> added = new ArrayList<>();
        for (int id = plainTokens(); id < tokens.size(); id++) {
            added.add(addedToken(tokens.get(id)).with("id", Json.of(id)));
        }
        return Json.object(
                "version",
                Json.of("1.0"),
                "truncation",
                Json.NULL,
                "padding",
                Json.NULL,
                "added_tokens",
                Json.array(added),
                "normalizer",
                Json.NULL,
                "pre_tokenizer",
                byteLevel,
                "post_processor",
                byteLevel,
                "decoder",
                byteLevel,
                "model",
                bytePairs());
    }

    private Json.Obj bytePairs() {
        Map<String, Json> vocabulary = new LinkedHashMap<>();
        for (int id = 0; id < plainTokens(); id++) {
            vocabulary.put(tokens.get(id), Json.of(id));
        }
        List<Json.Arr> pairs = merges.stream()
                .map(merge -> Json.array(List.of(Json.of(merge.left()), Json.of(merge.right()))))
                .toList();
        return Json.object(
                "type",
                Json.of("BPE"),
                "dropout",
                Json.NULL,
                "unk_token",
                Json.NULL,
                "continuing_subword_prefix",
                Json.NULL,
                "end_of_word_suffix",
                Json.NULL,
                "fuse_unk",
                Json.of(false),
                "byte_fallback",
                Json.of(false),
                "ignore_merges",
                Json.of(false),
                "vocab",
                new Json.Obj(vocabulary),
                "merges",
                Json.array(pairs));
    }

    /** The byte tokens and those of the merges. */
    private int plainTokens() {
        return tokens.size() - SPECIALS.size() - unused;
    }

    private static Json.Obj addedToken(String spelling) {
        return Json.object(
                "content", Json.of(spelling),
                "single_word", Json.of(false),
                "lstrip", Json.of(false),
                "rstrip", Json.of(false),
                "normalized", Json.of(false),
                "special", Json.of(true));
    }

    Json.Obj tokenizerConfig() {
        return Json.object(
                "tokenizer_class", Json.of("PreTrainedTokenizerFast"),
                "add_bos_token", Json.of(false),
                "add_eos_token", Json.of(false),
                "clean_up_tokenization_spaces", Json.of(false),
                "bos_token", Json.of("<|bos|>"),
                "eos_token", Json.of("<|eos|>"),
                "pad_token", Json.of("<|eos|>"),
                "chat_template", Json.of(CHAT_TEMPLATE));
    }

    Json.Obj generationConfig() {
        return Json.object(
                "bos_token_id", Json.of(bos()),
                "eos_token_id", Json.array(List.of(Json.of(eos()), Json.of(endOfTurn()))),
                "pad_token_id", Json.of(eos()));
    }
}
