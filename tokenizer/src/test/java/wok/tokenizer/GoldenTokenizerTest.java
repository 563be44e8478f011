package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wok.formats.Json;

/** Ids and text equal what the tokenizers library computes for the same files. */
class GoldenTokenizerTest {

    static List<Path> folders() {
        return Goldens.folders();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void encodesAndDecodesAsTheLibraryDoes(Path folder) {
        Tokenizer tokenizer = Goldens.tokenizer(folder);
        Json.Obj golden = Goldens.json(folder.resolve("golden_tokenizer.json"));
        assertThat(tokenizer.vocabularySize())
                .isEqualTo(golden.number("vocab_size").orElseThrow().intValue());
        SoftAssertions softly = new SoftAssertions();
        for (Json.Obj example : Goldens.objects(golden, "cases")) {
            String text = example.text("text").orElseThrow();
            String name = example.text("name").orElseThrow();
            int[] ids = tokenizer.encode(text, EncodeOptions.SPECIAL);
            int[] plain = tokenizer.encode(text, EncodeOptions.PLAIN);
            softly.assertThat(ids).as(name).isEqualTo(Goldens.ints(example, "ids"));
            softly.assertThat(plain).as(name + " plain").isEqualTo(Goldens.ints(example, "ids_plain"));
            softly.assertThat(tokenizer.encode(text, new EncodeOptions(true, true)))
                    .as(name + " with special tokens")
                    .isEqualTo(Goldens.ints(example, "ids_with_special_tokens_added"));
            softly.assertThat(tokenizer.decode(Goldens.ints(example, "ids"), false))
                    .as(name + " decoded")
                    .isEqualTo(example.text("decoded").orElseThrow());
            softly.assertThat(tokenizer.decode(Goldens.ints(example, "ids"), true))
                    .as(name + " decoded without special tokens")
                    .isEqualTo(example.text("decoded_skip_special").orElseThrow());
            softly.assertThat(tokenizer.decode(Goldens.ints(example, "ids_plain"), false))
                    .as(name + " plain decoded")
                    .isEqualTo(example.text("decoded_plain").orElseThrow());
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void decodesBytesAndSingleTokensAsTheLibraryDoes(Path folder) {
        Tokenizer tokenizer = Goldens.tokenizer(folder);
        Json.Obj golden = Goldens.json(folder.resolve("golden_tokenizer.json"));
        SoftAssertions softly = new SoftAssertions();
        for (Json.Obj example : Goldens.objects(golden, "byte_decode")) {
            softly.assertThat(tokenizer.decode(Goldens.ints(example, "ids"), false))
                    .as(example.toString())
                    .isEqualTo(example.text("decoded").orElseThrow());
        }
        List<Json> singles = golden.array("decode_single").orElseThrow().elements();
        for (int id = 0; id < singles.size(); id++) {
            softly.assertThat(tokenizer.decode(new int[] {id}, false))
                    .as("id " + id)
                    .isEqualTo(((Json.Str) singles.get(id)).value());
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void streamsWhatWholeDecodingGives(Path folder) {
        Tokenizer tokenizer = Goldens.tokenizer(folder);
        for (Json.Obj example : Goldens.objects(Goldens.json(folder.resolve("golden_tokenizer.json")), "cases")) {
            int[] ids = Goldens.ints(example, "ids");
            StreamingDecoder decoder = tokenizer.streamingDecoder(false);
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                String part = decoder.accept(id);
                assertThat(part.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff))
                        .isTrue();
                text.append(part);
            }
            text.append(decoder.finish());
            assertThat(text.toString()).isEqualTo(tokenizer.decode(ids, false));
        }
    }
}
