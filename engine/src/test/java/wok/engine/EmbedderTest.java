package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.model.ModelOptions;
import wok.model.Pooling;

/** Texts to vectors and scores, from words on; the models and their expected numbers are the model floor's. */
class EmbedderTest {
    private static final Path ENCODERS = Path.of("../model/src/test/resources/wok/model/encoders");

    private static Embedder open(String model, EmbedderOptions options) {
        ModelSource source = ModelSource.open(ENCODERS.resolve(model));
        return Embedder.open(source, ModelOptions.defaults().withThreads(2), options);
    }

    private static Embedder open(String model) {
        return open(model, EmbedderOptions.defaults());
    }

    private static List<Json> cases(String model) throws IOException {
        Path file = ENCODERS.resolve(model.replace(".gguf", "")).resolve("golden.json");
        return Json.parseObject("golden", Files.readAllBytes(file))
                .array("cases")
                .orElseThrow()
                .elements();
    }

    private static String text(Json golden, String key) {
        return ((Json.Obj) golden).text(key).orElseThrow();
    }

    private static float[] floats(Json golden, String key) {
        List<Json> elements = ((Json.Obj) golden).array(key).orElseThrow().elements();
        float[] values = new float[elements.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((Json.Num) elements.get(i)).doubleValue();
        }
        return values;
    }

    private static List<String> texts(int count) {
        Random random = new Random(4);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add("some words ".repeat(random.nextInt(9)) + i);
        }
        return texts;
    }

    @ParameterizedTest
    @ValueSource(strings = {"nomic_bert", "nomic_bert.gguf"})
    void vectorsAreTheReferences(String model) throws IOException {
        try (Embedder embedder = open(model)) {
            for (Json golden : cases(model).subList(0, 2)) {
                EmbeddingRequest request = EmbeddingRequest.of(List.of(text(golden, "text")));
                float[] mean = embedder.embed(request).join().getFirst().vector();
                assertThat(mean).containsExactly(floats(golden, "mean"), Offset.offset(1e-5f));
                float[] cls = embedder.embed(request.withPooling(Optional.of(Pooling.CLS)))
                        .join()
                        .getFirst()
                        .vector();
                assertThat(cls).containsExactly(floats(golden, "cls"), Offset.offset(1e-5f));
            }
        }
    }

    /** ONNX Runtime quantises activations too, which costs it some digits; plain files agree to the last but one. */
    @ParameterizedTest
    @CsvSource({"plain, 0.9999999", "quantised, 0.9995"})
    void vectorsOfOnnxFilesAreThoseOfOnnxRuntime(String model, double cosine) throws IOException {
        Path folder = Path.of("../model/src/test/resources/wok/model/onnx", model);
        Json.Obj golden = Json.parseObject("golden", Files.readAllBytes(folder.resolve("golden.json")));
        List<Json> vectors = golden.array("mean").orElseThrow().elements();
        try (Embedder embedder =
                Embedder.open(ModelSource.open(folder), ModelOptions.defaults(), EmbedderOptions.defaults())) {
            int index = 0;
            for (Json text : golden.array("texts").orElseThrow().elements()) {
                EmbeddingRequest request = EmbeddingRequest.of(List.of(((Json.Str) text).value()));
                float[] ours = embedder.embed(request).join().getFirst().vector();
                List<Json> theirs = ((Json.Arr) vectors.get(index++)).elements();
                double product = 0;
                for (int i = 0; i < ours.length; i++) {
                    product += ours[i] * ((Json.Num) theirs.get(i)).doubleValue();
                }
                assertThat(product).isBetween(cosine, 1.000001);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert_reranker", "bert_reranker.gguf", "xlm_roberta_reranker", "modernbert_reranker"})
    void scoresAreTheReferences(String model) throws IOException {
        try (Embedder embedder = open(model)) {
            assertThat(embedder.reranks()).isTrue();
            for (Json golden : cases(model)) {
                List<String> documents = List.of(text(golden, "document"));
                float logit = floats(golden, "logits")[0];
                Score plain = embedder.rerank(new RerankRequest(text(golden, "query"), documents, false, false))
                        .join()
                        .getFirst();
                assertThat(plain.value()).isCloseTo(logit, Offset.offset(1e-4f));
                Score squeezed = embedder.rerank(new RerankRequest(text(golden, "query"), documents, true, false))
                        .join()
                        .getFirst();
                assertThat((double) squeezed.value()).isCloseTo(1 / (1 + Math.exp(-logit)), Offset.offset(1e-5));
            }
        }
    }

    @Test
    void vectorsComeInOrderWithTheBitsOfTextsAlone() {
        List<String> texts = texts(60);
        List<float[]> alone = new ArrayList<>();
        try (Embedder embedder = open("bert")) {
            texts.forEach(text -> alone.add(embedder.embed(EmbeddingRequest.of(List.of(text)))
                    .join()
                    .getFirst()
                    .vector()));
        }
        for (int tokens : new int[] {1, 40, 4096}) {
            try (Embedder embedder = open("bert", EmbedderOptions.defaults().withBatchTokens(tokens))) {
                List<Embedding> together =
                        embedder.embed(EmbeddingRequest.of(texts)).join();
                assertThat(together).hasSize(60);
                for (int i = 0; i < 60; i++) {
                    assertThat(together.get(i).vector()).isEqualTo(alone.get(i));
                }
            }
        }
    }

    @Test
    void manyThreadsMayAskAtOnce() {
        List<String> texts = texts(64);
        try (Embedder embedder = open("bert")) {
            List<Embedding> expected =
                    embedder.embed(EmbeddingRequest.of(texts)).join();
            List<CompletableFuture<float[]>> answers = new ArrayList<>();
            for (String text : texts) {
                answers.add(CompletableFuture.supplyAsync(() -> embedder.embed(EmbeddingRequest.of(List.of(text)))
                        .join()
                        .getFirst()
                        .vector()));
            }
            for (int i = 0; i < texts.size(); i++) {
                assertThat(answers.get(i).join()).isEqualTo(expected.get(i).vector());
            }
        }
    }

    @Test
    void longTextsAreRefusedByNameOrCut() {
        try (Embedder embedder = open("bert")) {
            assertThat(embedder.tokensMax()).isEqualTo(128);
            List<String> texts = List.of("short", "a b c d ".repeat(100));
            assertThatThrownBy(() -> embedder.embed(EmbeddingRequest.of(texts)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("text 2 of 2: 402 tokens (expected: at most 128, the model's limit");
            List<Embedding> cut = embedder.embed(EmbeddingRequest.of(texts).withCutTexts(true))
                    .join();
            assertThat(cut.get(0).isCut()).isFalse();
            assertThat(cut.get(1).isCut()).isTrue();
            assertThat(cut.get(1).tokens()).isEqualTo(128);
            String huge = "word ".repeat(200_000);
            assertThat(embedder.embed(EmbeddingRequest.of(List.of(huge)).withCutTexts(true))
                            .join()
                            .getFirst()
                            .tokens())
                    .isEqualTo(128);
        }
    }

    @Test
    void emptyAndOddTextsHaveVectorsToo() {
        try (Embedder embedder = open("bert")) {
            List<String> odd = List.of("", " \n\t", "\u0000", "\ud800", "[CLS][SEP]");
            for (Embedding embedding : embedder.embed(EmbeddingRequest.of(odd)).join()) {
                assertThat(length(embedding.vector())).isCloseTo(1, Offset.offset(1e-6));
            }
            assertThat(embedder.embed(EmbeddingRequest.of(List.of())).join()).isEmpty();
        }
    }

    private static double length(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    @Test
    void fewerDimensionsAreTheFirstOnesBroughtToLengthOneAgain() {
        try (Embedder embedder = open("bert")) {
            EmbeddingRequest request = EmbeddingRequest.of(List.of("some text"));
            float[] raw = embedder.embed(request.withNormalise(Optional.of(false)))
                    .join()
                    .getFirst()
                    .vector();
            float[] few = embedder.embed(request.withDimensions(OptionalInt.of(10)))
                    .join()
                    .getFirst()
                    .vector();
            assertThat(few).hasSize(10);
            double length = length(java.util.Arrays.copyOf(raw, 10));
            for (int i = 0; i < 10; i++) {
                assertThat((double) few[i]).isCloseTo(raw[i] / length, Offset.offset(1e-6));
            }
            assertThatThrownBy(() -> embedder.embed(request.withDimensions(OptionalInt.of(65))))
                    .hasMessageContaining("dimensions: 65 (expected: 1 to 64)");
        }
    }

    @Test
    void aPrefixIsPartOfTheText() {
        try (Embedder embedder = open("bert")) {
            float[] whole = embedder.embed(EmbeddingRequest.of(List.of("query: cats")))
                    .join()
                    .getFirst()
                    .vector();
            float[] prefixed = embedder.embed(
                            EmbeddingRequest.of(List.of("cats")).withPrefix("query: "))
                    .join()
                    .getFirst()
                    .vector();
            assertThat(prefixed).isEqualTo(whole);
        }
    }

    @Test
    void refusesMoreTextsThanMayWait() {
        try (Embedder embedder = open("bert", EmbedderOptions.defaults().withQueuedTextsMax(3))) {
            assertThatThrownBy(() -> embedder.embed(EmbeddingRequest.of(texts(4))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("4 more would (expected: at most 3)");
            assertThat(embedder.embed(EmbeddingRequest.of(texts(3))).join()).hasSize(3);
        }
    }

    @Test
    void whatWaitsWhenItClosesFailsAndLaterRequestsAreRefused() {
        Embedder embedder = open("bert");
        List<CompletableFuture<List<Embedding>>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(embedder.embed(EmbeddingRequest.of(texts(50))));
        }
        waiting.get(3).cancel(false);
        embedder.close();
        embedder.close();
        assertThat(waiting).allMatch(CompletableFuture::isDone);
        assertThatThrownBy(() -> embedder.embed(EmbeddingRequest.of(texts(1)))).hasMessageContaining("closed");
    }

    @Test
    void modelsWithoutAClassifierDoNotRerank() {
        try (Embedder embedder = open("bert")) {
            assertThat(embedder.reranks()).isFalse();
            assertThatThrownBy(() -> embedder.rerank(new RerankRequest("q", List.of("d"), false, false)))
                    .hasMessageContaining("0 scores for a text (expected: 1: a reranker)");
        }
    }

    @Test
    void longPairsAreRefusedByNameOrCut() {
        try (Embedder embedder = open("bert_reranker")) {
            List<String> documents = List.of("short", "a b c d ".repeat(100));
            assertThatThrownBy(() -> embedder.rerank(new RerankRequest("query", documents, false, false)))
                    .hasMessageContaining("document 2 of 2:")
                    .hasMessageContaining("expected: at most 128");
            List<Score> scores = embedder.rerank(new RerankRequest("query", documents, false, true))
                    .join();
            assertThat(scores).extracting(Score::isCut).containsExactly(false, true);
        }
    }
}
