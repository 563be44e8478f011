package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wok.formats.Json;
import wok.testkit.RandomText;

/** What the floors above ask of a tokenizer. */
class TokenizerTest {

    private static Tokenizer tokenizer(String folder) {
        return Goldens.tokenizer(Path.of("src", "test", "resources", "goldens", folder));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "deepseek_v2", "phi3"})
    void bytesOfTokensJoinedAreTheText(String folder) {
        Tokenizer tokenizer = tokenizer(folder);
        String text = "x" + RandomText.of(new Random(4), 500);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : tokenizer.encode(text, EncodeOptions.PLAIN)) {
            bytes.writeBytes(tokenizer.bytes(id));
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8).strip()).isEqualTo(text.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "phi3", "mistral", "bert"})
    void randomIdsStreamAsTheyDecode(String folder) {
        Tokenizer tokenizer = tokenizer(folder);
        Random random = new Random(8);
        for (int i = 0; i < 500; i++) {
            int[] ids = random.ints(12, 0, tokenizer.vocabularySize()).toArray();
            StreamingDecoder decoder = tokenizer.streamingDecoder(true);
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(decoder.accept(id));
            }
            assertThat(text.append(decoder.finish()).toString()).isEqualTo(tokenizer.decode(ids, true));
        }
    }

    @Test
    void aLoneSurrogateIsEncodedAsTheReplacementCharacter() {
        Tokenizer tokenizer = tokenizer("llama");
        assertThat(tokenizer.encode("a\ud83d b\ude42", EncodeOptions.PLAIN))
                .isEqualTo(tokenizer.encode("a\ufffd b\ufffd", EncodeOptions.PLAIN));
    }

    @Test
    void tellsTheTokensThatBeginAndEndATextAndAnAnswer() {
        Tokenizer tokenizer = tokenizer("llama");
        assertThat(tokenizer.bos()).hasValue(311);
        assertThat(tokenizer.eos()).hasValue(312);
        assertThat(tokenizer.endOfGeneration()).contains(312);
        assertThat(tokenizer.isSpecial(311)).isTrue();
        assertThat(tokenizer.id("<|bos|>")).hasValue(311);
        assertThat(tokenizer.id("no such piece")).isEmpty();
        assertThat(tokenizer.templateVariables().get("bos_token")).contains(Json.of("<|bos|>"));
    }

    @Test
    void endsAnAnswerOfGptOssAtReturnAndCallAndNotAtEveryMessage() {
        assertThat(EndOfGeneration.collect(java.util.Set.of(1), name -> switch (name) {
                    case "<|return|>" -> java.util.OptionalInt.of(1);
                    case "<|call|>" -> java.util.OptionalInt.of(2);
                    case "<|end|>" -> java.util.OptionalInt.of(3);
                    default -> java.util.OptionalInt.empty();
                }))
                .containsExactly(1, 2);
    }
}
