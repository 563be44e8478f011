package wok.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pre-tokenizers that GGUF files name by {@code tokenizer.ggml.pre}. Names and expressions are public facts from
 * the models' own tokenizer.json files and llama.cpp's table of names (src/llama-vocab.cpp). Where llama.cpp rewrote an
 * expression for its own matcher, the model's original stands here. Immutable; any thread may use it.
 */
final class GgufExpressions {

    /**
     * How one name cuts text.
     *
     * @param expressions each cuts out its matches from what the one before has left
     * @param ignoreMerges whether a word of the vocabulary is one token without merging
     * @param composes whether the model's own tokenizer composes text first (NFC); llama.cpp does not
     * @param addsBos whether BOS is added when the file does not say
     */
    record Cut(List<String> expressions, boolean ignoreMerges, boolean composes, boolean addsBos) {
        private static Cut plain(String... expressions) {
            return new Cut(List.of(expressions), false, false, false);
        }

        private Cut withIgnoreMerges() {
            return new Cut(expressions, true, composes, addsBos);
        }

        private Cut withNfc() {
            return new Cut(expressions, ignoreMerges, true, addsBos);
        }

        private Cut withBos() {
            return new Cut(expressions, ignoreMerges, composes, true);
        }
    }

    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String SYMBOLS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
    private static final String WORDS = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String LLAMA3 = CONTRACTIONS + WORDS + "|\\p{N}{1,3}" + SYMBOLS + SPACES;
    private static final String QWEN2 = CONTRACTIONS + WORDS + "|\\p{N}" + SYMBOLS + SPACES;
    private static final String QWEN35 = CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*" + SPACES;
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String CASED = "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+";
    private static final String SHOUTED = "|[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+" + LOWER + "*";
    private static final String SYMBOLS_SLASH = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*";
    private static final String GPT4O =
            CASED + CONTRACTIONS + "?" + SHOUTED + CONTRACTIONS + "?|\\p{N}{1,3}" + SYMBOLS_SLASH + SPACES;
    private static final String TEKKEN = CASED + SHOUTED + "|\\p{N}" + SYMBOLS_SLASH + SPACES;
    private static final String YOUTU =
            CASED + CONTRACTIONS + "?" + SHOUTED + CONTRACTIONS + "?|\\p{N}" + SYMBOLS_SLASH + SPACES;
    private static final String KIMI_UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]";
    private static final String KIMI_LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]";
    private static final String KIMI = "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?" + KIMI_UPPER + "*" + KIMI_LOWER + "+"
            + CONTRACTIONS + "?|[^\\r\\n\\p{L}\\p{N}]?" + KIMI_UPPER + "+" + KIMI_LOWER + "*" + CONTRACTIONS
            + "?|\\p{N}{1,3}" + SYMBOLS + SPACES;
    private static final String GPT2 = ComponentReader.GPT2_EXPRESSION;
    private static final String HAN_AND_KANA = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+";
    private static final String ASCII_SYMBOL = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]";
    private static final String DEEPSEEK3 = ASCII_SYMBOL + "[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
            + "| ?[\\p{P}\\p{S}]+[\\r\\n]*" + SPACES;
    private static final String CJK_WIDE = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+";
    private static final String BLOOM = " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+";
    private static final String BAILING = "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
    private static final String SEED = CONTRACTIONS + WORDS + "|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+" + SPACES;
    private static final String EXAONE_MOE = CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?"
            + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";

    /** What files without a known name get, as llama.cpp has it. */
    static final Cut DEFAULT = Cut.plain("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");

    private static final Cut LLAMA3_CUT = Cut.plain(LLAMA3).withIgnoreMerges().withBos();
    private static final Cut QWEN2_CUT = Cut.plain(QWEN2);
    private static final Cut GPT2_CUT = Cut.plain(GPT2);
    private static final Cut GPT4O_CUT = Cut.plain(GPT4O);
    private static final Cut DIGITS_CUT = Cut.plain("\\p{N}", GPT2);
    private static final Cut DEEPSEEK3_CUT = Cut.plain("\\p{N}{1,3}", HAN_AND_KANA, DEEPSEEK3);
    private static final Cut BAILING_CUT = Cut.plain(BAILING);
    private static final Cut BLOOM_CUT = Cut.plain(BLOOM);
    private static final Cut TINY_AYA_CUT = Cut.plain("\\d{1,3}(?=(?:\\d{3})*\\b)", GPT4O);

    private static final Map<String, Cut> CUTS = Map.ofEntries(
            named("default", DEFAULT),
            named("llama3", LLAMA3_CUT),
            named("llama-v3", LLAMA3_CUT),
            named("llama-bpe", LLAMA3_CUT),
            named("falcon3", LLAMA3_CUT),
            named("falcon-h1", LLAMA3_CUT),
            named("pixtral", LLAMA3_CUT),
            named("midm-2.0", LLAMA3_CUT),
            named("lfm2", LLAMA3_CUT),
            named("jina-v5-nano", LLAMA3_CUT),
            named(
                    "minicpm5",
                    Cut.plain("\\p{N}{1,3}", LLAMA3.replace("{1,3}", "+")).withIgnoreMerges()),
            named("dbrx", Cut.plain(LLAMA3)),
            named("smaug-bpe", Cut.plain(LLAMA3)),
            named("glm4", Cut.plain(LLAMA3)),
            named("chatglm-bpe", Cut.plain(LLAMA3)),
            named("qwen2", QWEN2_CUT.withNfc()),
            named("deepseek-r1-qwen", QWEN2_CUT.withNfc()),
            named("megrez", QWEN2_CUT),
            named("kormo", QWEN2_CUT),
            named("f2llmv2", QWEN2_CUT),
            named("stablelm2", QWEN2_CUT),
            named("hunyuan", QWEN2_CUT),
            named("solar-open", QWEN2_CUT),
            named("grok-2", QWEN2_CUT),
            named("qwen35", Cut.plain(QWEN35).withNfc()),
            named(
                    "deepseek-llm",
                    Cut.plain(
                            "[\\r\\n]",
                            "\\s?" + CasedLetters.SET + "+",
                            "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+",
                            "\\s+$",
                            CJK_WIDE,
                            "\\p{N}")),
            named("deepseek-coder", Cut.plain("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", CJK_WIDE, "\\p{N}")),
            named("deepseek-v3", DEEPSEEK3_CUT),
            named("hunyuan-dense", DEEPSEEK3_CUT),
            named("joyai-llm", DEEPSEEK3_CUT),
            named("gpt-2", GPT2_CUT),
            named("phi-2", GPT2_CUT),
            named("mpt", GPT2_CUT),
            named("olmo", GPT2_CUT),
            named("jais", GPT2_CUT),
            named("trillion", GPT2_CUT),
            named("granite-docling", GPT2_CUT),
            named("exaone4", GPT2_CUT),
            named("gigachat", GPT2_CUT),
            named("mellum", GPT2_CUT),
            named("a.x-4.0", GPT2_CUT),
            named("modern-bert", GPT2_CUT.withNfc()),
            named("jina-es", GPT2_CUT),
            named("jina-de", GPT2_CUT),
            named("jina-v1-en", GPT2_CUT),
            named("jina-v2-es", GPT2_CUT),
            named("jina-v2-de", GPT2_CUT),
            named("jina-v2-code", GPT2_CUT),
            named("roberta-bpe", GPT2_CUT),
            named("gpt-4o", GPT4O_CUT),
            named("llama4", GPT4O_CUT),
            named("kanana2", GPT4O_CUT),
            named("talkie", GPT4O_CUT),
            named("minimax-m2", GPT4O_CUT),
            named("granite-embed-multi-97m", GPT4O_CUT.withIgnoreMerges()),
            named("tekken", Cut.plain(TEKKEN).withIgnoreMerges().withBos()),
            named("kimi-k2", Cut.plain(KIMI)),
            named(
                    "youtu",
                    Cut.plain(
                                    "[\uac00-\ud7a3\u3131-\u318e]+"
                                            + "|[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f\ufe30-\ufe4f]+"
                                            + "|[\u3105-\u312f]+|" + HAN_AND_KANA,
                                    YOUTU)
                            .withIgnoreMerges()),
            named("starcoder", DIGITS_CUT),
            named("refact", DIGITS_CUT),
            named("command-r", DIGITS_CUT.withNfc()),
            named("smollm", DIGITS_CUT),
            named("codeshell", DIGITS_CUT),
            named("exaone", DIGITS_CUT),
            named("minerva-7b", DIGITS_CUT),
            named("mellum2", DIGITS_CUT),
            named("falcon", Cut.plain("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]")),
            named("bloom", BLOOM_CUT),
            named("gpt3-finnish", BLOOM_CUT),
            named("poro-chat", BLOOM_CUT),
            named("viking", Cut.plain(BLOOM, "\\p{N}")),
            named("bailingmoe", BAILING_CUT),
            named("bailingmoe2", BAILING_CUT),
            named("llada-moe", BAILING_CUT),
            named("seed-coder", Cut.plain(SEED)),
            named("exaone-moe", Cut.plain(EXAONE_MOE)),
            named("superbpe", Cut.plain("\\p{N}+", "(?=(\\d{3})+(?!\\d))")),
            named("tiny_aya", TINY_AYA_CUT),
            named("cohere2moe", TINY_AYA_CUT));

    private GgufExpressions() {}

    private static Map.Entry<String, Cut> named(String name, Cut cut) {
        return Map.entry(name, cut);
    }

    /** How a name cuts, if it is known. */
    static Optional<Cut> of(String name) {
        return Optional.ofNullable(CUTS.get(name));
    }

    /** All known names. */
    static java.util.Set<String> names() {
        return CUTS.keySet();
    }
}
