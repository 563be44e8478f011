package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import wok.formats.GgufMetadata;
import wok.formats.Json;
import wok.formats.ModelSource;

/** Vocabularies in GGUF metadata give the ids of the tokenizer.json they were made from. */
class GgufTokenizerTest {

    private record Kind(String model, String pre) {}

    private static final Kind LLAMA = new Kind("gpt2", "llama-bpe");

    private static final Map<String, Kind> KINDS = Map.of(
            "llama", LLAMA,
            "qwen2", new Kind("gpt2", "qwen2"),
            "deepseek_v2", new Kind("gpt2", "deepseek-llm"));

    @Test
    void metadataMadeFromTokenizerJsonGivesTheSameIds() {
        SoftAssertions softly = new SoftAssertions();
        KINDS.forEach((folder, kind) -> {
            Path path = Goldens.committed().resolve(folder);
            Tokenizer tokenizer = TokenizerGguf.read(folder, metadata(path, kind));
            compare(folder, tokenizer, Goldens.json(path.resolve("golden_tokenizer.json")), softly);
        });
        softly.assertAll();
    }

    @Test
    void ggufFilesGiveTheIdsOfTheirTokenizerJson() {
        SoftAssertions softly = new SoftAssertions();
        for (Path file : ggufFiles()) {
            String folder = file.getFileName()
                    .toString()
                    .replaceFirst("-[^-]*\\.gguf", "")
                    .replace("-wide", "");
            Path golden = Goldens.shared().orElseThrow().resolve(folder).resolve("golden_tokenizer.json");
            try (ModelSource source = ModelSource.open(file)) {
                compare(file.toString(), Tokenizer.of(source), Goldens.json(golden), softly);
            }
        }
        softly.assertAll();
    }

    private static List<Path> ggufFiles() {
        if (Goldens.shared().isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(Goldens.shared().get().resolve("gguf"))) {
            return files.filter(file -> file.toString().endsWith(".gguf"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compare(String name, Tokenizer tokenizer, Json.Obj golden, SoftAssertions softly) {
        for (Json.Obj example : Goldens.objects(golden, "cases")) {
            String text = example.text("text").orElseThrow();
            String as = name + " " + example.text("name").orElseThrow();
            softly.assertThat(tokenizer.encode(text, EncodeOptions.SPECIAL))
                    .as(as)
                    .isEqualTo(Goldens.ints(example, "ids"));
            softly.assertThat(tokenizer.encode(text, EncodeOptions.PLAIN))
                    .as(as + " plain")
                    .isEqualTo(Goldens.ints(example, "ids_plain"));
            softly.assertThat(tokenizer.encode(text, new EncodeOptions(true, true)))
                    .as(as + " with special tokens")
                    .isEqualTo(Goldens.ints(example, "ids_with_special_tokens_added"));
            softly.assertThat(tokenizer.decode(Goldens.ints(example, "ids"), false))
                    .as(as + " decoded")
                    .isEqualTo(example.text("decoded").orElseThrow());
        }
    }

    /** As the converter writes it: tokens by id, their types, merges. */
    private static GgufMetadata metadata(Path folder, Kind kind) {
        Json.Obj json = Goldens.json(folder.resolve("tokenizer.json"));
        Map<Integer, String> pieces = new HashMap<>();
        Map<Integer, Long> types = new HashMap<>();
        Json.Obj model = json.object("model").orElseThrow();
        model.object("vocab")
                .orElseThrow()
                .members()
                .forEach((piece, id) -> pieces.put(((Json.Num) id).intValue(), piece));
        for (Json.Obj token : Goldens.objects(json, "added_tokens")) {
            int id = token.number("id").orElseThrow().intValue();
            pieces.put(id, token.text("content").orElseThrow());
            types.put(id, token.bool("special").orElseThrow() ? 3L : 4L);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("tokenizer.ggml.model", kind.model());
        values.put("tokenizer.ggml.pre", kind.pre());
        values.put(
                "tokenizer.ggml.tokens",
                LongStream.range(0, pieces.size())
                        .mapToObj(id -> pieces.get((int) id))
                        .toList());
        values.put(
                "tokenizer.ggml.token_type",
                LongStream.range(0, pieces.size())
                        .mapToObj(id -> types.getOrDefault((int) id, 1L))
                        .toList());
        values.put(
                "tokenizer.ggml.merges",
                model.array("merges").orElseThrow().elements().stream()
                        .map(GgufTokenizerTest::merge)
                        .toList());
        addIds(folder, values);
        return new GgufMetadata(values);
    }

    private static String merge(Json merge) {
        if (merge instanceof Json.Arr pair) {
            return ((Json.Str) pair.elements().get(0)).value() + " "
                    + ((Json.Str) pair.elements().get(1)).value();
        }
        return ((Json.Str) merge).value();
    }

    private static void addIds(Path folder, Map<String, Object> values) {
        Json.Obj golden = Goldens.json(folder.resolve("golden_tokenizer.json"));
        Json.Obj empty = Goldens.objects(golden, "cases").getFirst();
        int[] around = Goldens.ints(empty, "ids_with_special_tokens_added");
        values.put("tokenizer.ggml.add_bos_token", around.length > 0);
        golden.number("bos_token_id").ifPresent(id -> values.put("tokenizer.ggml.bos_token_id", id.longValue()));
        golden.number("eos_token_id").ifPresent(id -> values.put("tokenizer.ggml.eos_token_id", id.longValue()));
    }

    @Test
    void everyKnownNameCutsWithoutLosingText() {
        Map<String, Object> values = new LinkedHashMap<>(
                metadata(Goldens.committed().resolve("llama"), LLAMA).values());
        String text = "Hello, it's 12345 \u00e9t\u00e9s\u0301 \u4e2d\u6587\u304b \uac00!?\n\n  x_y\t\ud83d\ude42 ";
        for (String pre : GgufExpressions.names()) {
            values.put("tokenizer.ggml.pre", pre);
            Tokenizer tokenizer = TokenizerGguf.read(pre, new GgufMetadata(values));
            String back = tokenizer.decode(tokenizer.encode(text, EncodeOptions.PLAIN), false);
            String expected = GgufExpressions.of(pre).orElseThrow().composes()
                    ? java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFC)
                    : text;
            assertThat(back).as(pre).isEqualTo(expected);
        }
    }

    @Test
    void anUnknownNameCutsTheDefaultWay() {
        Map<String, Object> values = new LinkedHashMap<>(
                metadata(Goldens.committed().resolve("llama"), LLAMA).values());
        values.put("tokenizer.ggml.pre", "no-such-cut");
        Tokenizer unknown = TokenizerGguf.read("unknown", new GgufMetadata(values));
        values.put("tokenizer.ggml.pre", "default");
        Tokenizer plain = TokenizerGguf.read("default", new GgufMetadata(values));
        String text = "the thing is 1234 (or so).";
        assertThat(unknown.encode(text, EncodeOptions.PLAIN)).isEqualTo(plain.encode(text, EncodeOptions.PLAIN));
    }
}
