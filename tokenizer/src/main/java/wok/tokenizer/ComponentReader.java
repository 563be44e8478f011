package wok.tokenizer;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Reads the normalizers, pre-tokenizers and decoders of a tokenizer.json. Stateless; any thread may use it. */
final class ComponentReader {
    private static final int COUNT_MAX = 1 << 20;

    /** GPT-2's expression, which ByteLevel brings along. */
    static final String GPT2_EXPRESSION =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    /** What Rust's expressions call a word, which the Whitespace pre-tokenizer uses. */
    private static final String WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d";

    private ComponentReader() {}

    /** Nothing rewrites nothing. */
    static Normalizer normalizer(Optional<JsonFields> json) {
        return json.map(ComponentReader::normalizer).orElse(new Normalizer.InTurn(List.of()));
    }

    private static Normalizer normalizer(JsonFields json) {
        return switch (json.type()) {
            case "Sequence" ->
                new Normalizer.InTurn(json.objects("normalizers").stream()
                        .map(ComponentReader::normalizer)
                        .toList());
            case "NFC" -> new Normalizer.Unicode(Form.NFC);
            case "NFD" -> new Normalizer.Unicode(Form.NFD);
            case "NFKC" -> new Normalizer.Unicode(Form.NFKC);
            case "NFKD" -> new Normalizer.Unicode(Form.NFKD);
            case "Lowercase" -> new Normalizer.Lowercase();
            case "StripAccents" -> new Normalizer.StripAccents();
            case "BertNormalizer" -> bert(json);
            case "Prepend" -> new Normalizer.Prepend(json.text("prepend"));
            case "Replace" -> new Normalizer.Replace(pattern(json), json.text("content"));
            case "Strip" -> new Normalizer.Strip(json.bool("strip_left", true), json.bool("strip_right", true));
            case "Precompiled" -> precompiled(json);
            case "Nmt" -> new Normalizer.Nmt();
            case "ByteLevel" -> new Normalizer.BytesAsCharacters();
            default -> throw json.unknown("a normalizer of the tokenizers library");
        };
    }

    private static Normalizer bert(JsonFields json) {
        boolean lowercase = json.bool("lowercase", true);
        return new Normalizer.Bert(
                json.bool("clean_text", true),
                json.bool("handle_chinese_chars", true),
                json.bool("strip_accents", lowercase),
                lowercase);
    }

    private static Normalizer precompiled(JsonFields json) {
        String table = json.text("precompiled_charsmap", "");
        if (table.isEmpty()) {
            return new Normalizer.InTurn(List.of());
        }
        try {
            return new Normalizer.Precompiled(Charsmap.of(Base64.getDecoder().decode(table)));
        } catch (IllegalArgumentException e) {
            throw json.wrong("precompiled_charsmap", "base64");
        }
    }

    private static SplitPattern pattern(JsonFields json) {
        JsonFields pattern = json.object("pattern");
        return pattern.object().has("Regex")
                ? SplitPattern.regex(pattern.text("Regex"))
                : new SplitPattern.Literal(pattern.text("String"));
    }

    /** Sequences within sequences come out flat. */
    static PreTokenizer.InTurn preTokenizer(Optional<JsonFields> json) {
        List<PreTokenizer> stages = new ArrayList<>();
        json.ifPresent(fields -> addPreTokenizer(fields, stages));
        return new PreTokenizer.InTurn(List.copyOf(stages));
    }

    private static void addPreTokenizer(JsonFields json, List<PreTokenizer> stages) {
        switch (json.type()) {
            case "Sequence" -> json.objects("pretokenizers").forEach(fields -> addPreTokenizer(fields, stages));
            case "ByteLevel" -> addByteLevel(json.bool("add_prefix_space", true), json.bool("use_regex", true), stages);
            case "Split" ->
                stages.add(new PreTokenizer.Split(
                        pattern(json), behavior(json, "behavior", ""), json.bool("invert", false)));
            case "Metaspace" -> stages.add(metaspace(json));
            case "Digits" ->
                stages.add(split(
                        CodePoints::isNumber,
                        json.bool("individual_digits", false) ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS));
            case "Punctuation" -> stages.add(split(CodePoints::isPunctuation, behavior(json, "behavior", "Isolated")));
            case "WhitespaceSplit" -> stages.add(split(CodePoints::isSpace, SplitBehavior.REMOVED));
            case "BertPreTokenizer" -> {
                stages.add(split(CodePoints::isSpace, SplitBehavior.REMOVED));
                stages.add(split(CodePoints::isPunctuation, SplitBehavior.ISOLATED));
            }
            case "Whitespace" ->
                stages.add(new PreTokenizer.Split(
                        SplitPattern.regex("[" + WORD + "]+|[^" + WORD + "\\s]+"), SplitBehavior.REMOVED, true));
            case "CharDelimiterSplit" -> {
                String delimiter = json.text("delimiter");
                stages.add(new PreTokenizer.Split(new SplitPattern.Literal(delimiter), SplitBehavior.REMOVED, false));
            }
            case "FixedLength" ->
                stages.add(new PreTokenizer.FixedLength(Math.max(1, json.count("length", 5, COUNT_MAX))));
            default -> throw json.unknown("a pre-tokenizer of the tokenizers library besides UnicodeScripts");
        }
    }

    /** ByteLevel: GPT-2's expression if wanted, then bytes as characters. */
    static void addByteLevel(boolean prefixSpace, boolean useRegex, List<PreTokenizer> stages) {
        if (prefixSpace) {
            stages.add(new PreTokenizer.PrefixSpace());
        }
        if (useRegex) {
            stages.add(isolated(GPT2_EXPRESSION));
        }
        stages.add(new PreTokenizer.BytesAsCharacters());
    }

    /** Cuts out every match of an expression. */
    static PreTokenizer isolated(String expression) {
        return new PreTokenizer.Split(SplitPattern.regex(expression), SplitBehavior.ISOLATED, false);
    }

    private static PreTokenizer split(java.util.function.IntPredicate set, SplitBehavior behavior) {
        return new PreTokenizer.Split(new SplitPattern.OneOf(set), behavior, false);
    }

    private static SplitBehavior behavior(JsonFields json, String key, String ifAbsent) {
        return switch (json.text(key, ifAbsent)) {
            case "Removed" -> SplitBehavior.REMOVED;
            case "Isolated" -> SplitBehavior.ISOLATED;
            case "MergedWithPrevious" -> SplitBehavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> SplitBehavior.MERGED_WITH_NEXT;
            case "Contiguous" -> SplitBehavior.CONTIGUOUS;
            default -> throw json.wrong(key, "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
        };
    }

    private static PreTokenizer.Metaspace metaspace(JsonFields json) {
        return new PreTokenizer.Metaspace(sign(json), scheme(json), json.bool("split", true));
    }

    private static String sign(JsonFields json) {
        String sign = json.text("replacement", "\u2581");
        if (sign.codePointCount(0, sign.length()) != 1) {
            throw json.wrong("replacement", "one character");
        }
        return sign;
    }

    /** Older files have add_prefix_space instead of prepend_scheme. */
    private static PreTokenizer.PrependScheme scheme(JsonFields json) {
        boolean prefix = json.bool("add_prefix_space", true);
        return switch (json.text("prepend_scheme", prefix ? "always" : "never")) {
            case "always" -> PreTokenizer.PrependScheme.ALWAYS;
            case "first" -> PreTokenizer.PrependScheme.FIRST;
            case "never" -> PreTokenizer.PrependScheme.NEVER;
            default -> throw json.wrong("prepend_scheme", "always, first or never");
        };
    }

    /** Sequences within sequences come out flat; nothing joins tokens with spaces. */
    static DecoderChain decoder(Optional<JsonFields> json) {
        List<Decoder> decoders = new ArrayList<>();
        json.ifPresent(fields -> addDecoder(fields, decoders));
        if (json.isPresent() && decoders.isEmpty()) {
            decoders.add(new Decoder.Fuse());
        }
        return new DecoderChain(decoders);
    }

    private static void addDecoder(JsonFields json, List<Decoder> decoders) {
        switch (json.type()) {
            case "Sequence" -> json.objects("decoders").forEach(fields -> addDecoder(fields, decoders));
            case "ByteLevel" -> decoders.add(new Decoder.ByteLevel());
            case "ByteFallback" -> decoders.add(new Decoder.ByteFallback());
            case "Fuse" -> decoders.add(new Decoder.Fuse());
            case "Replace" -> decoders.add(new Decoder.Replace(pattern(json), json.text("content")));
            case "Strip" -> {
                String content = json.text("content");
                if (content.codePointCount(0, content.length()) != 1) {
                    throw json.wrong("content", "one character");
                }
                decoders.add(new Decoder.Strip(
                        content.codePointAt(0), json.count("start", COUNT_MAX), json.count("stop", COUNT_MAX)));
            }
            case "Metaspace" ->
                decoders.add(new Decoder.Metaspace(sign(json), scheme(json) != PreTokenizer.PrependScheme.NEVER));
            case "WordPiece" ->
                decoders.add(new Decoder.WordPiece(json.text("prefix", "##"), json.bool("cleanup", true)));
            case "BPEDecoder" -> decoders.add(new Decoder.WordSuffix(json.text("suffix", "</w>")));
            default -> throw json.unknown("a decoder of the tokenizers library besides CTC");
        }
    }
}
