package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import wok.formats.Json;
import wok.formats.ModelSource;

/** A decoder's last vector, against the reference's values after the last norm. */
class CausalEncoderTest {
    private static final Path QWEN3 = Path.of("src/test/resources/wok/model/goldens/qwen3");

    private static List<Json> cases() {
        return EncoderGolden.json(QWEN3.resolve("golden.json"))
                .array("cases")
                .orElseThrow()
                .elements();
    }

    @Test
    void aTextsVectorIsItsLastTokensAfterTheLastNorm() {
        try (Transformer transformer = Transformer.open(ModelSource.open(QWEN3), ModelOptions.defaults());
                CausalEncoder encoder = new CausalEncoder(transformer, 300, 8)) {
            for (Json one : cases()) {
                encoder.add(EncoderGolden.tokens((Json.Obj) one));
            }
            encoder.forward();
            for (int text = 0; text < cases().size(); text++) {
                Json.Obj golden = (Json.Obj) cases().get(text);
                float[] expected = EncoderGolden.floats(golden.get("final_norm").orElseThrow());
                float[] ours = Arrays.copyOf(encoder.vector(text), expected.length);
                assertThat(EncoderGolden.difference(ours, expected)).isLessThan(1e-4);
            }
        }
    }

    @Test
    void textsTogetherHaveTheBitsOfTextsAlone() {
        try (Transformer transformer = Transformer.open(ModelSource.open(QWEN3), ModelOptions.defaults());
                CausalEncoder together = new CausalEncoder(transformer, 300, 8);
                CausalEncoder alone = new CausalEncoder(transformer, 64, 1)) {
            for (Json one : cases()) {
                together.add(EncoderGolden.tokens((Json.Obj) one));
            }
            together.forward();
            for (int text = 0; text < cases().size(); text++) {
                alone.clear();
                alone.add(EncoderGolden.tokens((Json.Obj) cases().get(text)));
                alone.forward();
                assertThat(together.vector(text)).isEqualTo(alone.vector(0));
                assertThat(alone.hasRoomFor(1)).isFalse();
            }
        }
    }
}
