package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import wok.formats.Json;

/** Two texts in one sequence, as rerankers read them. Expected ids are those of the tokenizers library. */
class PairTest {
    private static final String BERT = "{\"type\":\"BertProcessing\",\"cls\":[\"[CLS]\",1],\"sep\":[\"[SEP]\",2]}";

    private static Tokenizer tokenizer(String postProcessor) {
        String json =
                "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2,\"a\":3,\"b\":4,"
                        + "\"c\":5}},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"post_processor\":"
                        + postProcessor + "}";
        Json.Obj object = Json.parseObject("tokenizer.json", json.getBytes(StandardCharsets.UTF_8));
        return TokenizerJson.read(
                "test", file -> file.equals("tokenizer.json") ? Optional.of(object) : Optional.empty());
    }

    @Test
    void bertTellsItsTextsApartByType() {
        TypedTokens pair = tokenizer(BERT).encodePair("a b", "c", 100);
        assertThat(pair.ids()).containsExactly(1, 3, 4, 2, 5, 2);
        assertThat(pair.types()).containsExactly(0, 0, 0, 0, 1, 1);
        assertThat(pair.isCut()).isFalse();
    }

    @Test
    void robertaPutsItsSeparatorTwice() {
        TypedTokens pair = tokenizer(BERT.replace("Bert", "Roberta")).encodePair("a b", "c", 100);
        assertThat(pair.ids()).containsExactly(1, 3, 4, 2, 2, 5, 2);
        assertThat(pair.types()).containsOnly(0);
    }

    @Test
    void templatesSayWhatStandsWhere() {
        String template = """
                {"type":"TemplateProcessing",
                 "single":[{"Sequence":{"id":"A","type_id":0}}],
                 "pair":[{"Sequence":{"id":"B","type_id":3}},{"SpecialToken":{"id":"[SEP]","type_id":1}},
                         {"Sequence":{"id":"A","type_id":2}}],
                 "special_tokens":{"[SEP]":{"id":"[SEP]","ids":[2,1],"tokens":["[SEP]","[CLS]"]}}}""";
        TypedTokens pair = tokenizer(template).encodePair("a", "b c", 100);
        assertThat(pair.ids()).containsExactly(4, 5, 2, 1, 3);
        assertThat(pair.types()).containsExactly(3, 3, 1, 1, 2);
    }

    @Test
    void controlTokensInATextAreText() {
        TypedTokens pair = tokenizer(BERT).encodePair("[SEP]", "c", 100);
        assertThat(pair.ids()).containsExactly(1, 0, 0, 0, 2, 5, 2);
    }

    @Test
    void theLongerTextIsCutFirst() {
        Tokenizer tokenizer = tokenizer(BERT);
        assertThat(tokenizer.encodePair("a", "b b b b b", 6).ids()).containsExactly(1, 3, 2, 4, 4, 2);
        assertThat(tokenizer.encodePair("a a a a a", "b", 6).ids()).containsExactly(1, 3, 3, 2, 4, 2);
        assertThat(tokenizer.encodePair("a a a a a", "b b b b", 8).ids()).containsExactly(1, 3, 3, 3, 2, 4, 4, 2);
        TypedTokens pair = tokenizer.encodePair("a a", "b b b", 3);
        assertThat(pair.ids()).containsExactly(1, 2, 2);
        assertThat(pair.isCut()).isTrue();
        assertThat(pair.wanted()).isEqualTo(8);
    }

    @Test
    void aTextIsCutAtItsEnd() {
        Tokenizer tokenizer = tokenizer(BERT);
        TypedTokens cut = tokenizer.encodeText("a b c a b c", 4);
        assertThat(cut.ids()).containsExactly(1, 3, 4, 2);
        assertThat(cut.wanted()).isEqualTo(8);
        assertThat(tokenizer.encodeText("", 2).ids()).containsExactly(1, 2);
        assertThatThrownBy(() -> tokenizer.encodeText("a", 1))
                .hasMessageContaining("tokensMax: 1 (expected: at least 2");
    }

    @Test
    void rejectsTokenizersWithoutATemplate() {
        assertThatThrownBy(() -> tokenizer("null").encodePair("a", "b", 10))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("no template for two texts");
    }

    @Test
    void rejectsTemplatesWithATextMissing() {
        String template = """
                {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],
                 "pair":[{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{}}""";
        assertThatThrownBy(() -> tokenizer(template)).hasMessageContaining("pair");
    }
}
