package wok.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class TinyModelTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void bothFormatsOpenAndHoldTheSameNumberOfWeights(TinyFamily family) {
        TinyModel model = TinyModel.of(family);
        try (ModelSource gguf = ModelSource.open(model.writeGguf(folder.resolve("m.gguf")));
                ModelSource hf = ModelSource.open(model.writeHuggingFace(folder.resolve("hf")))) {
            assertThat(gguf.tensors()).hasSameSizeAs(hf.tensors());
            assertThat(gguf.tensorBytes()).isEqualTo(hf.tensorBytes());
            assertThat(((GgufModel) gguf).metadata().text("general.architecture"))
                    .contains(family.architecture());
            assertThat(((HuggingFaceFolder) hf).config().text("model_type")).contains(family.modelType());
        }
    }

    @Test
    void llamaRowsOfQueriesAreNeighboursInGgufAndHalvesInTheFolder() {
        TinyModel model = TinyModel.of(TinyFamily.LLAMA);
        try (ModelSource gguf = ModelSource.open(model.writeGguf(folder.resolve("m.gguf")));
                ModelSource hf = ModelSource.open(model.writeHuggingFace(folder.resolve("hf")))) {
            Tensor neighbours = tensor(gguf, "blk.1.attn_q.weight");
            Tensor halves = tensor(hf, "model.layers.1.self_attn.q_proj.weight");
            // Head 2 (rows 32 to 47), pair 3: rows 3 and 8 + 3 of the halves, rows 6 and 7 of the neighbours.
            assertThat(neighbours.row(32 + 6).mismatch(halves.row(32 + 3))).isEqualTo(-1);
            assertThat(neighbours.row(32 + 7).mismatch(halves.row(32 + 11))).isEqualTo(-1);
            assertThat(tensor(gguf, "blk.1.attn_v.weight")
                            .data()
                            .mismatch(tensor(hf, "model.layers.1.self_attn.v_proj.weight")
                                    .data()))
                    .isEqualTo(-1);
        }
    }

    @Test
    void theSameValueGivesTheSameBytesAndAnotherSeedOthers() {
        TinyModel model = TinyModel.of(TinyFamily.QWEN3);
        Path first = model.writeGguf(folder.resolve("a.gguf"));
        assertThat(model.writeGguf(folder.resolve("b.gguf"))).hasSameBinaryContentAs(first);
        Path other = model.withSeed(2).writeGguf(folder.resolve("c.gguf"));
        assertThatThrownBy(() -> assertThat(other).hasSameBinaryContentAs(first))
                .isInstanceOf(AssertionError.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q6_K"})
    void wideModelsHoldEveryMatrixInTheAskedType(DType dtype) {
        TinyModel model = TinyModel.wide(TinyFamily.LLAMA, dtype);
        try (ModelSource gguf = ModelSource.open(model.writeGguf(folder.resolve("m.gguf")))) {
            for (Tensor tensor : gguf.tensors().values()) {
                assertThat(tensor.dtype())
                        .as(tensor.name())
                        .isEqualTo(tensor.shape().rank() == 2 ? dtype : DType.F32);
            }
        }
    }

    @Test
    void rowsThatAreNotWholeBlocksAreHalfPrecision() {
        TinyModel model = TinyModel.of(TinyFamily.LLAMA).withDtype(DType.Q4_K);
        try (ModelSource gguf = ModelSource.open(model.writeGguf(folder.resolve("m.gguf")))) {
            assertThat(tensor(gguf, "blk.0.ffn_up.weight").dtype()).isEqualTo(DType.F16);
        }
    }

    @Test
    void theVocabularyHasTheAskedSizeAndEachSpellingOnce() {
        for (int size : List.of(TinyTokenizer.TOKENS_MIN, 320, 2000)) {
            TinyTokenizer tokenizer =
                    TinyModel.of(TinyFamily.QWEN2).withVocabulary(size).tokenizer();
            assertThat(tokenizer.tokens()).hasSize(size).doesNotHaveDuplicates().endsWith("<|end|>");
            assertThat(tokenizer.tokens().get(tokenizer.bos())).isEqualTo("<|bos|>");
        }
    }

    @Test
    void bothFilesCarryTheSameTokenizer() {
        TinyModel model = TinyModel.of(TinyFamily.LLAMA).withVocabulary(400);
        try (GgufModel gguf = GgufModel.open(model.writeGguf(folder.resolve("m.gguf")));
                HuggingFaceFolder hf = HuggingFaceFolder.open(model.writeHuggingFace(folder.resolve("hf")))) {
            List<String> tokens = gguf.metadata().texts("tokenizer.ggml.tokens").orElseThrow();
            Json.Obj json = hf.json("tokenizer.json").orElseThrow();
            Json.Obj vocabulary =
                    json.object("model").orElseThrow().object("vocab").orElseThrow();
            vocabulary
                    .members()
                    .forEach((token, id) ->
                            assertThat(tokens.get(((Json.Num) id).intValue())).isEqualTo(token));
            assertThat(tensor(gguf, "token_embd.weight").shape()).isEqualTo(Shape.of(400, 64));
        }
    }

    @Test
    void rejectsSizesThatMakeNoModel() {
        TinyModel model = TinyModel.of(TinyFamily.QWEN2);
        assertThatThrownBy(() -> model.withLayers(0)).hasMessageContaining("layers: 0");
        assertThatThrownBy(() -> model.withVocabulary(10)).hasMessageContaining("vocabulary: 10");
        assertThatThrownBy(() -> model.withWidth(64, 4, 3, 16, 96)).hasMessageContaining("kvHeads: 3");
        assertThatThrownBy(() -> model.withWidth(64, 4, 2, 15, 96)).hasMessageContaining("headDim: 15");
        assertThatThrownBy(() -> model.withWidth(96, 4, 2, 16, 96)).hasMessageContaining("hidden: 96");
        assertThatThrownBy(() -> model.withDtype(DType.IQ1_S)).hasMessageContaining("dtype: IQ1_S");
    }

    private static Tensor tensor(ModelSource source, String name) {
        return Objects.requireNonNull(source.tensors().get(name), name);
    }
}
