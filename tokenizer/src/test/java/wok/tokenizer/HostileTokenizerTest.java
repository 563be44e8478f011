package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.formats.GgufMetadata;
import wok.formats.Json;

/** A tokenizer that is not what it claims gets one line that says what is wrong, and nothing else happens. */
class HostileTokenizerTest {
    private static final Json.Obj SMALL = parse("""
            {"added_tokens":[{"id":5,"content":"<s>","special":true}],
             "normalizer":{"type":"NFC"},
             "pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\\\s+"},"behavior":"Isolated","invert":false},
             "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],
               "special_tokens":{"<s>":{"ids":[5]}}},
             "decoder":{"type":"Sequence","decoders":[{"type":"Strip","content":" ","start":1,"stop":0}]},
             "model":{"type":"BPE","unk_token":"a","vocab":{"a":0,"b":1,"ab":2,"c":3,"abc":4},"merges":["a b",["ab","c"]]}}
            """);

    private static Json.Obj parse(String text) {
        return (Json.Obj) Json.parse("test", text);
    }

    private static Tokenizer read(Json.Obj json) {
        return TokenizerJson.read("test", name -> name.equals("tokenizer.json") ? Optional.of(json) : Optional.empty());
    }

    private static void assertRefused(Json.Obj json, String... words) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(TokenizerException.class)
                .hasMessageNotContaining("\n")
                .hasMessageContaining("expected:")
                .hasMessageContainingAll(words);
    }

    private static Json.Obj withModel(UnaryOperator<Json.Obj> change) {
        return SMALL.with("model", change.apply(SMALL.object("model").orElseThrow()));
    }

    @Test
    void theUnharmedTokenizerWorks() {
        Tokenizer tokenizer = read(SMALL);
        assertThat(tokenizer.encode("abcab <s>", new EncodeOptions(true, true))).containsExactly(5, 4, 2, 0, 5);
    }

    @Test
    void rejectsAFolderWithoutTokenizer() {
        assertThatThrownBy(() -> TokenizerJson.read("folder", name -> Optional.empty()))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @ParameterizedTest
    @CsvSource({"normalizer", "pre_tokenizer", "post_processor", "decoder", "model"})
    void rejectsAnUnknownComponentByName(String key) {
        assertRefused(SMALL.with(key, parse("{\"type\":\"Frobnicate\"}")), key, "Frobnicate");
    }

    @Test
    void rejectsAnAbsurdId() {
        assertRefused(withModel(model -> model.with("vocab", parse("{\"a\":2147483648}"))), "vocab.a", "2147483648");
        assertRefused(withModel(model -> model.with("vocab", parse("{\"a\":-1}"))), "vocab.a");
        assertRefused(withModel(model -> model.with("vocab", parse("{\"a\":1.5}"))), "vocab.a");
        assertRefused(withModel(model -> model.with("vocab", parse("{\"a\":1e999999}"))), "vocab.a");
    }

    @Test
    void rejectsTwoPiecesOfOneId() {
        assertRefused(withModel(model -> model.with("vocab", parse("{\"a\":1,\"b\":1}"))), "id 1", "\"a\"", "\"b\"");
    }

    @Test
    void leavesGapsInTheVocabularyEmpty() {
        Tokenizer tokenizer = read(withModel(
                model -> model.with("vocab", parse("{\"a\":0,\"b\":900}")).with("merges", Json.array(List.of()))));
        assertThat(tokenizer.vocabularySize()).isEqualTo(901);
        assertThat(tokenizer.piece(500)).isEmpty();
        assertThat(tokenizer.decode(new int[] {0, 500, 900}, false)).isEqualTo("ab");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {901}, false)).isInstanceOf(TokenizerException.class);
        assertThatThrownBy(() -> tokenizer.piece(-1)).isInstanceOf(TokenizerException.class);
    }

    @ParameterizedTest
    @CsvSource({"'a x'", "'x a'", "'b a'", "'a'", "'a b c'", "' '", "''"})
    void rejectsAMergeOfUnknownTokens(String merge) {
        assertRefused(withModel(model -> model.with("merges", Json.array(List.of(Json.of(merge))))), "merges[0]");
    }

    @Test
    void rejectsABrokenExpression() {
        assertRefused(
                SMALL.with(
                        "pre_tokenizer",
                        parse("{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a\"},\"behavior\":\"Isolated\"}")),
                "(a");
    }

    @Test
    void anExpressionThatBacktracksWithoutEndIsStopped() {
        Tokenizer tokenizer = read(SMALL.with(
                "pre_tokenizer",
                parse("{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+\\\\1x\"},\"behavior\":\"Isolated\"}")));
        String text = "a".repeat(5000);
        assertThatThrownBy(() -> tokenizer.encode(text, EncodeOptions.PLAIN)).isInstanceOf(TokenizerException.class);
    }

    @Test
    void anExpressionThatRecursesIsStopped() {
        Tokenizer tokenizer = read(SMALL.with(
                "pre_tokenizer",
                parse("{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a|b)*\\\\1\"},\"behavior\":\"Isolated\"}")));
        String text = "ab".repeat(500_000);
        assertThatThrownBy(() -> tokenizer.encode(text, EncodeOptions.PLAIN)).isInstanceOf(TokenizerException.class);
    }

    @Test
    void rejectsATableOfRewritingsWithWrongLengths() {
        for (byte[] table :
                List.of(new byte[3], new byte[] {-1, -1, -1, -1, 0}, new byte[] {5, 0, 0, 0, 0, 0, 0, 0, 0})) {
            assertRefused(
                    SMALL.with(
                            "normalizer",
                            Json.object(
                                    "type",
                                    Json.of("Precompiled"),
                                    "precompiled_charsmap",
                                    Json.of(Base64.getEncoder().encodeToString(table)))),
                    "precompiled_charsmap");
        }
    }

    @Test
    void aRandomTableOfRewritingsHarmsNothing() {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            byte[] table = new byte[4 + 256 + 16];
            random.nextBytes(table);
            table[0] = 0;
            table[1] = 1;
            table[2] = 0;
            table[3] = 0;
            String text =
                    new Normalizer.Precompiled(Charsmap.of(table)).apply("Hello \u00e9 \u4e2d\ud83d\ude42 x\u0301");
            assertThat(text).isNotNull();
        }
    }

    @Test
    void mutantsOfTokenizerJsonAreReadOrRefused() {
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            List<String> keys = List.copyOf(SMALL.members().keySet());
            String key = keys.get(random.nextInt(keys.size()));
            Json.Obj mutant = SMALL.with(key, mutate(SMALL.get(key).orElseThrow(), random));
            try {
                Tokenizer tokenizer = read(mutant);
                int[] ids = tokenizer.encode("abc <s> ab\u00e9", new EncodeOptions(true, true));
                tokenizer.decode(ids, false);
            } catch (TokenizerException e) {
                refused++;
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
        assertThat(refused).isBetween(1000, 19_500);
    }

    /** Changes one value somewhere below. */
    private static Json mutate(Json json, Random random) {
        if (random.nextInt(6) == 0) {
            return replacement(random);
        }
        return switch (json) {
            case Json.Obj object -> {
                Map<String, Json> members = new LinkedHashMap<>(object.members());
                if (members.isEmpty()) {
                    yield replacement(random);
                }
                List<String> keys = new ArrayList<>(members.keySet());
                String key = keys.get(random.nextInt(keys.size()));
                Json old = members.remove(key);
                if (random.nextInt(8) > 0 && old != null) {
                    members.put(random.nextInt(12) == 0 ? key + "x" : key, mutate(old, random));
                }
                yield new Json.Obj(members);
            }
            case Json.Arr array -> {
                List<Json> elements = new ArrayList<>(array.elements());
                if (elements.isEmpty()) {
                    yield replacement(random);
                }
                int at = random.nextInt(elements.size());
                elements.set(at, mutate(elements.get(at), random));
                yield new Json.Arr(elements);
            }
            case Json.Str text -> Json.of(text.value() + (random.nextBoolean() ? "?" : "\ud800"));
            case Json.Num number -> Json.of(random.nextLong());
            case Json.Bool bool -> Json.of(!bool.value());
            case Json.Null nothing -> replacement(random);
        };
    }

    private static Json replacement(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> Json.NULL;
            case 1 -> Json.of(random.nextInt(8));
            case 2 -> Json.of(-1L);
            case 3 -> Json.of(1L << 31);
            case 4 -> Json.of("");
            case 5 -> Json.of("a");
            case 6 -> Json.array(List.of());
            case 7 -> Json.Obj.of();
            default -> Json.of(random.nextDouble());
        };
    }

    private static Map<String, Object> smallGguf(String model) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("tokenizer.ggml.model", model);
        values.put("tokenizer.ggml.pre", "llama-bpe");
        values.put("tokenizer.ggml.tokens", List.of("<unk>", "a", "b", "ab", "\u2581", "<0x41>", "<s>"));
        values.put("tokenizer.ggml.token_type", List.of(2L, 1L, 1L, 1L, 1L, 6L, 3L));
        values.put("tokenizer.ggml.scores", List.of(0.0, -1.0, -2.0, -0.5, -1.0, 0.0, 0.0));
        values.put("tokenizer.ggml.merges", List.of("a b"));
        values.put("tokenizer.ggml.bos_token_id", 6L);
        values.put("tokenizer.ggml.unknown_token_id", 0L);
        values.put("tokenizer.ggml.precompiled_charsmap", List.of(4L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
        return values;
    }

    private static void assertGgufRefused(String model, String key, Object value, String word) {
        Map<String, Object> values = smallGguf(model);
        if (value.equals("absent")) {
            values.remove("tokenizer.ggml." + key);
        } else {
            values.put("tokenizer.ggml." + key, value);
        }
        assertThatThrownBy(() -> TokenizerGguf.read("file.gguf", new GgufMetadata(values)))
                .isInstanceOf(TokenizerException.class)
                .hasMessageNotContaining("\n")
                .hasMessageContaining("file.gguf")
                .hasMessageContaining(word);
    }

    @Test
    void rejectsMissingOrContradictoryMetadata() {
        assertGgufRefused("gpt2", "model", "absent", "model");
        assertGgufRefused("gpt2", "model", "rwkv", "rwkv");
        assertGgufRefused("gpt2", "tokens", "absent", "tokens");
        assertGgufRefused("gpt2", "tokens", List.of(), "tokens");
        assertGgufRefused("gpt2", "tokens", List.of(1L), "tokens");
        assertGgufRefused("gpt2", "token_type", List.of(1L), "token_type");
        assertGgufRefused("gpt2", "merges", "absent", "merges");
        assertGgufRefused("gpt2", "merges", List.of("a z"), "merges[0]");
        assertGgufRefused("gpt2", "merges", List.of("ab"), "merges[0]");
        assertGgufRefused("llama", "scores", "absent", "scores");
        assertGgufRefused("llama", "scores", List.of(1.0), "scores");
        assertGgufRefused("llama", "scores", List.of(0.0, 0.0, Double.NaN, 0.0, 0.0, 0.0, 0.0), "scores[2]");
        assertGgufRefused("bert", "unknown_token_id", "absent", "unknown_token_id");
        assertGgufRefused("bert", "unknown_token_id", 99L, "unknown_token_id");
    }

    @Test
    void mutantsOfGgufMetadataAreReadOrRefused() {
        Random random = new Random(5);
        List<String> models = List.of("gpt2", "llama", "bert", "t5", "gemma4");
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            Map<String, Object> values = smallGguf(models.get(random.nextInt(models.size())));
            values.put("tokenizer.ggml.pre", random.nextInt(50) == 0 ? "gpt-2" : "olmo");
            mutate(values, random);
            try {
                Tokenizer tokenizer = TokenizerGguf.read("mutant", new GgufMetadata(values));
                tokenizer.decode(tokenizer.encode("ab <s> A\u00e9", new EncodeOptions(true, true)), false);
            } catch (TokenizerException e) {
                refused++;
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
        assertThat(refused).isBetween(1000, 19_500);
    }

    private static void mutate(Map<String, Object> values, Random random) {
        List<String> keys = new ArrayList<>(values.keySet());
        String key = keys.get(random.nextInt(keys.size()));
        if (key.endsWith(".pre")) {
            return;
        }
        List<Object> replacements = List.of(
                -1L,
                1L << 31,
                Long.MAX_VALUE,
                3L,
                0.5,
                true,
                "",
                "x",
                List.of(),
                List.of("a"),
                List.of(7L),
                List.of(0.1),
                List.of("", "", "a", "a", "b", "ab", "<s>"),
                List.of(9L, -9L, 1L << 40, 3L, 3L, 3L, 3L));
        if (random.nextInt(8) == 0) {
            values.remove(key);
        } else {
            values.put(key, replacements.get(random.nextInt(replacements.size())));
        }
    }
}
