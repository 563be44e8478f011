package wok.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import wok.formats.GgufModel;
import wok.formats.GgufWriter;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.formats.SafetensorsWriter;
import wok.kernels.FloatRows;
import wok.kernels.KvType;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

class TransformerTest {
    private static final ModelOptions OPTIONS = ModelOptions.defaults().withThreads(1);
    private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4};

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(TinyFamily.class)
    void givesTheSameLogitsFromBothFormats(TinyFamily family) {
        TinyModel tiny = TinyModel.of(family);
        float[] fromGguf = lastLogits(tiny.writeGguf(folder.resolve("model.gguf")));
        float[] fromFolder = lastLogits(tiny.writeHuggingFace(folder.resolve("model")));

        assertThat(SequenceRun.distance(fromGguf, fromFolder)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({"language_model.model., language_model.", "model.language_model., ''"})
    void readsTheTextPartOfAMultimodalGemma(String model, String head) throws IOException {
        Path plain = TinyModel.of(TinyFamily.GEMMA3_TEXT)
                .withTiedEmbeddings(false)
                .writeHuggingFace(folder.resolve("plain"));
        Path multimodal = Files.createDirectory(folder.resolve("multimodal"));
        Json.Obj text = Json.parseObject("config.json", Files.readAllBytes(plain.resolve("config.json")));
        Files.writeString(
                multimodal.resolve("config.json"),
                Json.object("model_type", Json.of("gemma3"), "text_config", text)
                        .toString());
        try (ModelSource source = ModelSource.open(plain)) {
            SafetensorsWriter writer = new SafetensorsWriter();
            for (Tensor tensor : source.tensors().values()) {
                String name = tensor.name();
                writer.tensor(tensor.named(
                        name.startsWith("model.") ? model + name.substring("model.".length()) : head + name));
            }
            writer.write(multimodal.resolve("model.safetensors"));
        }

        assertThat(lastLogits(multimodal)).containsExactly(lastLogits(plain));
    }

    @Test
    void givesLogitsOfTheRowsThatAskInTheirOrder() {
        Path file = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("model.gguf"));
        try (Transformer transformer = Transformer.open(ModelSource.open(file), OPTIONS);
                SequenceRun run = new SequenceRun(transformer, KvType.F32, TOKENS.length);
                KvCache kv = transformer.allocateKv(2, KvType.F32);
                Batch batch = transformer.newBatch(TOKENS.length, 3)) {
            float[][] all = run.logits(TOKENS);
            int[] table = {0, 1};
            for (int i = 0; i < TOKENS.length; i++) {
                batch.add(TOKENS[i], i, table, i == 2 || i == 11 || i == 19);
            }
            FloatRows logits = transformer.forward(batch, kv);

            assertThat(batch.logitsRows()).isEqualTo(3);
            assertThat(logits.row(0)).containsExactly(all[2]);
            assertThat(logits.row(1)).containsExactly(all[11]);
            assertThat(logits.row(2)).containsExactly(all[19]);
        }
    }

    @Test
    void anEmptyBatchDoesNothing() {
        Path file = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("model.gguf"));
        try (Transformer transformer = Transformer.open(ModelSource.open(file), OPTIONS);
                KvCache kv = transformer.allocateKv(1, KvType.F16);
                Batch batch = transformer.newBatch(1, 1)) {
            assertThat(transformer.forward(batch, kv)).isNotNull();
            assertThat(batch.logitsRows()).isZero();
        }
    }

    @Test
    void batchRejectsWhatTheModelCannotTake() {
        Path file = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("model.gguf"));
        try (Transformer transformer = Transformer.open(ModelSource.open(file), OPTIONS.withContextMax(40));
                Batch batch = transformer.newBatch(2, 1)) {
            int[] table = {0, 1, 2};
            assertThat(transformer.config().contextLength()).isEqualTo(40);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> batch.add(320, 0, table, false))
                    .withMessage("tokenId: 320 (expected: 0 to 319)");
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(-1, 0, table, false));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> batch.add(1, 40, table, false))
                    .withMessage("position: 40 (expected: 0 to 39, the model's context)");
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(1, -1, table, false));
            batch.add(1, 0, table, true);
            assertThatIllegalStateException()
                    .isThrownBy(() -> batch.add(1, 1, table, true))
                    .withMessageContaining("logitsRowsMax, 1");
            batch.add(1, 1, table, false);
            assertThatIllegalStateException()
                    .isThrownBy(() -> batch.add(1, 2, table, false))
                    .withMessageContaining("rowsMax, 2");
        }
    }

    @Test
    void rejectsBatchesAndCachesWithoutRows() {
        Path file = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("model.gguf"));
        try (Transformer transformer = Transformer.open(ModelSource.open(file), OPTIONS)) {
            assertThatIllegalArgumentException().isThrownBy(() -> transformer.newBatch(0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> transformer.newBatch(4, 5));
            assertThatIllegalArgumentException().isThrownBy(() -> transformer.newBatch(4, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> transformer.allocateKv(0, KvType.F16));
        }
    }

    @Test
    void blockBytesCountAllLayers() {
        Path file = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("model.gguf"));
        try (Transformer transformer = Transformer.open(ModelSource.open(file), OPTIONS);
                KvCache kv = transformer.allocateKv(3, KvType.F16)) {
            // 2 layers, keys and values, 16 positions, 2 heads of 16, 2 bytes.
            assertThat(transformer.kvBlockBytes(KvType.F16)).isEqualTo(2 * 2 * 16 * 2 * 16 * 2);
            assertThat(kv.blockBytes()).isEqualTo(transformer.kvBlockBytes(KvType.F16));
            assertThat(kv.blocks()).isEqualTo(3);
            assertThat(kv.type()).isEqualTo(KvType.F16);
        }
    }

    @ParameterizedTest
    @EnumSource(TinyFamily.class)
    void rejectsEveryMissingTensorByName(TinyFamily family) throws IOException {
        Path whole = TinyModel.of(family).withLayers(1).writeGguf(folder.resolve("whole.gguf"));
        for (String name : names(whole)) {
            Path file = rewritten(whole, name, List.of());
            if (name.equals("output.weight") || name.equals("rope_freqs.weight")) {
                continue;
            }
            assertThatExceptionOfType(ModelException.class)
                    .as(name)
                    .isThrownBy(() ->
                            Transformer.open(ModelSource.open(file), OPTIONS).close())
                    .withMessageContaining("tensor " + name + ": missing (expected: shape [");
        }
    }

    @ParameterizedTest
    @EnumSource(TinyFamily.class)
    void rejectsEveryTensorOfAnotherShapeByName(TinyFamily family) throws IOException {
        Path whole = TinyModel.of(family).withLayers(1).writeGguf(folder.resolve("whole.gguf"));
        for (String name : names(whole)) {
            for (Shape shape : List.of(Shape.of(7), Shape.of(7, 32), Shape.of(1, 7, 32))) {
                Path file = rewritten(whole, name, List.of(zeros(name, DType.F32, shape)));
                assertThatExceptionOfType(ModelException.class)
                        .as("%s as %s", name, shape)
                        .isThrownBy(() -> Transformer.open(ModelSource.open(file), OPTIONS)
                                .close())
                        .withMessageContaining("tensor " + name + ": shape " + shape + " (expected: [");
            }
        }
    }

    @Test
    void rejectsTypesThatNoKernelTakes() throws IOException {
        Path whole = TinyModel.of(TinyFamily.LLAMA).withLayers(1).writeGguf(folder.resolve("whole.gguf"));
        for (String name : List.of("token_embd.weight", "blk.0.attn_q.weight", "blk.0.attn_norm.weight")) {
            Shape shape;
            try (ModelSource source = ModelSource.open(whole)) {
                shape = requireNonNull(source.tensors().get(name)).shape();
            }
            Path file = rewritten(whole, name, List.of(zeros(name, DType.I32, shape)));
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(() ->
                            Transformer.open(ModelSource.open(file), OPTIONS).close())
                    .withMessageContaining("tensor " + name)
                    .withMessageContaining("I32");
        }
    }

    @Test
    void knowsWhichTensorsNothingUses() throws IOException {
        Path whole = TinyModel.of(TinyFamily.LLAMA).withLayers(1).writeGguf(folder.resolve("whole.gguf"));
        Path file = rewritten(
                whole,
                "",
                List.of(
                        zeros("blk.0.attn_sinks", DType.F32, Shape.of(4)),
                        zeros("blk.0.attn_rot_embd.weight", DType.F32, Shape.of(4))));
        try (Transformer transformer = Transformer.open(ModelSource.open(file), OPTIONS)) {
            assertThat(transformer.unusedTensors()).containsExactly("blk.0.attn_sinks");
        }
    }

    @Test
    void closesItsSourceAlsoWhenItCannotBeOpened() throws IOException {
        Path whole = TinyModel.of(TinyFamily.LLAMA).withLayers(1).writeGguf(folder.resolve("whole.gguf"));
        ModelSource good = ModelSource.open(whole);
        Transformer opened = Transformer.open(good, OPTIONS);
        opened.close();
        opened.close();
        ModelSource bad = ModelSource.open(rewritten(whole, "output_norm.weight", List.of()));
        assertThatExceptionOfType(ModelException.class).isThrownBy(() -> Transformer.open(bad, OPTIONS));

        for (ModelSource closed : List.of(good, bad)) {
            MemorySegment data =
                    requireNonNull(closed.tensors().get("token_embd.weight")).data();
            assertThat(data.scope().isAlive()).isFalse();
        }
    }

    @Test
    void describesTheModelWithoutItsWeights() {
        Path file = TinyModel.wide(TinyFamily.QWEN3, DType.Q4_K).writeGguf(folder.resolve("model.gguf"));
        try (GgufModel source = GgufModel.open(file)) {
            ModelDescription description = ModelDescription.of(source);

            assertThat(description.name()).isEqualTo("tiny qwen3");
            assertThat(description.config().family().label()).isEqualTo("qwen3");
            assertThat(description.storage().getFirst().type()).isEqualTo(DType.Q4_K);
            assertThat(description.storage().stream()
                            .mapToLong(ModelDescription.Storage::bytes)
                            .sum())
                    .isEqualTo(source.tensorBytes());
            assertThat(description.parameters())
                    .isEqualTo(source.tensors().values().stream()
                            .mapToLong(tensor -> tensor.shape().elements())
                            .sum());
            assertThat(description.card().licence()).isEmpty();
        }
    }

    private static float[] lastLogits(Path model) {
        try (Transformer transformer = Transformer.open(ModelSource.open(model), OPTIONS);
                SequenceRun run = new SequenceRun(transformer, KvType.F32, TOKENS.length)) {
            return run.logits(TOKENS)[TOKENS.length - 1];
        }
    }

    private static List<String> names(Path gguf) {
        try (ModelSource source = ModelSource.open(gguf)) {
            return List.copyOf(source.tensors().keySet());
        }
    }

    private static Tensor zeros(String name, DType type, Shape shape) {
        MemorySegment data = Arena.ofAuto().allocate(type.bytes(shape.elements()));
        return new Tensor(name, type, shape, data);
    }

    /** The same file without one tensor, and with some others. */
    private Path rewritten(Path gguf, String without, List<Tensor> with) throws IOException {
        Path file = folder.resolve("rewritten.gguf");
        try (GgufModel source = GgufModel.open(gguf)) {
            GgufWriter writer = new GgufWriter();
            source.metadata().values().forEach((key, value) -> {
                switch (value) {
                    case String text -> writer.text(key, text);
                    case Long number -> writer.u32(key, number);
                    case Double number -> writer.f32(key, number.floatValue());
                    default -> assertThat(key).startsWith("tokenizer.");
                }
            });
            source.tensors().values().stream()
                    .filter(tensor -> !tensor.name().equals(without))
                    .forEach(writer::tensor);
            with.forEach(writer::tensor);
            writer.write(file);
        }
        return file;
    }

    @Test
    void optionsRejectWhatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OPTIONS.withThreads(0))
                .withMessageContaining("threads: 0");
        assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withContextMax(0));
        assertThat(ModelOptions.defaults().threads()).isPositive();
    }
}
