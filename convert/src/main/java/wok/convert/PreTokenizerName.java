package wok.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;

/**
 * What GGUF calls the way in which a tokenizer.json cuts text ({@code tokenizer.ggml.pre}). llama.cpp's converter
 * compares a hash of what the tokenizer makes of a text with a list of known models; here the expressions themselves
 * are compared, so that a fine-tuned model with a longer vocabulary is known too. Stateless; any thread.
 */
final class PreTokenizerName {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String SYMBOLS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
    private static final String WORDS = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String LLAMA3 = CONTRACTIONS + WORDS + "|\\p{N}{1,3}" + SYMBOLS + SPACES;
    private static final String QWEN2 = CONTRACTIONS + WORDS + "|\\p{N}" + SYMBOLS + SPACES;

    /** GPT-2's own expression, and digits one by one, as tokenizers' components are described below. */
    private static final String GPT2 = "gpt2";

    private static final String DIGITS = "digits";

    private PreTokenizerName() {}

    /** Whether text becomes bytes, and bytes the characters of GPT-2's alphabet. */
    static boolean isByteLevel(Json.Obj json) {
        return stages(json).stream().anyMatch(stage -> stage.text("type").equals(Optional.of("ByteLevel")));
    }

    /** Whether SentencePiece's sign for a space is put before a text. */
    static boolean putsSpaceInFront(Json.Obj json) {
        boolean prepends = flat(json.object("normalizer"), "normalizers").stream()
                .anyMatch(stage -> stage.text("type").equals(Optional.of("Prepend")));
        boolean marks = stages(json).stream()
                .anyMatch(stage -> stage.text("type").equals(Optional.of("Metaspace"))
                        && !stage.text("prepend_scheme").equals(Optional.of("never")));
        return prepends || marks;
    }

    /**
     * The name.
     *
     * @throws ConvertException if it is not known how GGUF calls it
     */
    static String of(HuggingFaceFolder folder, Json.Obj json) {
        List<String> cuts = new ArrayList<>();
        stages(json).forEach(stage -> cut(stage).ifPresent(cuts::add));
        String modelType = folder.config().text("model_type").orElse("");
        boolean ignoresMerges = json.object("model")
                .flatMap(model -> model.get("ignore_merges"))
                .equals(Optional.of(Json.of(true)));
        return name(cuts, modelType, ignoresMerges)
                .orElseThrow(() -> new ConvertException(folder.path() + ": tokenizer.json: pre_tokenizer: " + cuts
                        + " (expected: one that GGUF has a name for)"));
    }

    /** Names that mean the same cuts are told apart by the model, as far as readers tell them apart. */
    private static Optional<String> name(List<String> cuts, String modelType, boolean ignoresMerges) {
        return switch (cuts.size()) {
            case 1 -> one(cuts.getFirst(), modelType, ignoresMerges);
            case 2 -> Optional.of(digits(modelType)).filter(name -> cuts.equals(List.of(DIGITS, GPT2)));
            case 3 -> Optional.of("deepseek-v3").filter(name -> cuts.getFirst().equals("\\p{N}{1,3}"));
            default -> Optional.of("deepseek-llm").filter(name -> cuts.contains("\\s+$"));
        };
    }

    private static Optional<String> one(String cut, String modelType, boolean ignoresMerges) {
        if (cut.equals(LLAMA3)) {
            return Optional.of(ignoresMerges ? "llama-bpe" : modelType.startsWith("glm4") ? "glm4" : "dbrx");
        }
        if (cut.equals(GPT2)) {
            return Optional.of(modelType.startsWith("olmo") ? "olmo" : "gpt-2");
        }
        boolean isCased = cut.contains("\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}");
        if (isCased && cut.contains("\\p{N}{1,3}")) {
            return Optional.of(Map.of("llama4", "llama4", "llama4_text", "llama4", "minimax_m2", "minimax-m2")
                    .getOrDefault(modelType, "gpt-4o"));
        }
        if (isCased) {
            return Optional.of("tekken");
        }
        if (cut.equals(QWEN2)) {
            return Optional.of("qwen2");
        }
        return Optional.of("qwen35").filter(name -> cut.contains("[\\p{L}\\p{M}]+|\\p{N}|"));
    }

    private static String digits(String modelType) {
        return switch (modelType) {
            case "granite", "granitemoe" -> "refact";
            case "cohere", "cohere2" -> "command-r";
            default -> "smollm";
        };
    }

    /** An expression, or one of the two words above; empty for a stage that cuts nothing. */
    private static Optional<String> cut(Json.Obj stage) {
        return switch (stage.text("type").orElse("")) {
            case "Split" ->
                stage.object("pattern").flatMap(pattern -> pattern.text("Regex").or(() -> pattern.text("String")));
            case "Digits" -> Optional.of(DIGITS);
            case "ByteLevel" ->
                stage.get("use_regex").equals(Optional.of(Json.of(false))) ? Optional.empty() : Optional.of(GPT2);
            default -> Optional.empty();
        };
    }

    private static List<Json.Obj> stages(Json.Obj json) {
        return flat(json.object("pre_tokenizer"), "pretokenizers");
    }

    /** A component, or the components of a sequence. */
    private static List<Json.Obj> flat(Optional<Json.Obj> component, String members) {
        return component
                .map(one -> one.array(members)
                        .map(list -> list.elements().stream()
                                .filter(Json.Obj.class::isInstance)
                                .map(Json.Obj.class::cast)
                                .toList())
                        .orElse(List.of(one)))
                .orElse(List.of());
    }
}
