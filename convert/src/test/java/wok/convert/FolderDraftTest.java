package wok.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import wok.formats.GgufModel;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.KernelSet;
import wok.kernels.KvType;
import wok.kernels.ThreadTeam;
import wok.model.Batch;
import wok.model.KvCache;
import wok.model.ModelOptions;
import wok.model.Transformer;
import wok.tensor.Tensor;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;
import wok.tokenizer.ChatTemplate;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.Tokenizer;

class FolderDraftTest {
    private static final String TEXT = "The quick brown fox, 12345 times: über den Zaun!\n\n  It's \u4f60\u597d.";

    @TempDir
    Path folder;

    private Path convert(Path from, FileType type) {
        Path out = folder.resolve(from.getFileName() + "-" + type + ".gguf");
        try (ModelSource source = ModelSource.open(from);
                ThreadTeam team = ThreadTeam.create(2)) {
            WritePlan plan =
                    WritePlan.of(Draft.of(source), QuantiseOptions.of(type).withRequantised(true));
            new ModelWriter(plan, source, team).write(out, (tensor, done, total) -> {});
        }
        return out;
    }

    private static float[] logits(Path model, int... tokens) {
        ModelOptions options = ModelOptions.defaults()
                .withThreads(1)
                .withKernels(KernelSet.named("reference").orElseThrow());
        try (Transformer transformer = Transformer.open(ModelSource.open(model), options);
                KvCache kv = transformer.allocateKv(2, KvType.F32);
                Batch batch = transformer.newBatch(tokens.length, 1)) {
            for (int i = 0; i < tokens.length; i++) {
                batch.add(tokens[i], i, new int[] {0, 1}, i == tokens.length - 1);
            }
            return transformer.forward(batch, kv).row(0);
        }
    }

    private static void assertSameModel(Path before, Path after) {
        int[] tokens = {3, 14, 15, 92, 65, 35, 89, 79, 3, 23, 84, 62, 64, 33, 83};
        float[] expected = logits(before, tokens);
        float[] found = logits(after, tokens);
        float greatest = 0;
        for (float value : expected) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as(before + ", logit " + i).isCloseTo(expected[i], within(1e-6f * greatest));
        }
        assertSameTokenizer(before, after);
    }

    private static void assertSameTokenizer(Path before, Path after) {
        try (ModelSource a = ModelSource.open(before);
                ModelSource b = ModelSource.open(after)) {
            Tokenizer expected = Tokenizer.of(a);
            Tokenizer found = Tokenizer.of(b);
            assertThat(found.encode(TEXT, EncodeOptions.PLAIN)).isEqualTo(expected.encode(TEXT, EncodeOptions.PLAIN));
            assertThat(found.encode(TEXT, EncodeOptions.PROMPT)).isEqualTo(expected.encode(TEXT, EncodeOptions.PROMPT));
            assertThat(found.bos()).isEqualTo(expected.bos());
            assertThat(found.eos()).isEqualTo(expected.eos());
            assertThat(ChatTemplate.of(b).isPresent())
                    .isEqualTo(ChatTemplate.of(a).isPresent());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConvertedModelGivesTheLogitsAndTokensOfItsFolder(TinyFamily family) {
        Path from = TinyModel.of(family).writeHuggingFace(folder.resolve("tiny"));
        assertSameModel(from, convert(from, FileType.F32));
    }

    @ParameterizedTest
    @EnumSource
    void tensorsAreThoseOfTheSameModelWrittenAsGguf(TinyFamily family) {
        TinyModel model = TinyModel.of(family);
        Path converted = convert(model.writeHuggingFace(folder.resolve("tiny")), FileType.F32);
        try (GgufModel expected = GgufModel.open(model.writeGguf(folder.resolve("expected.gguf")));
                GgufModel found = GgufModel.open(converted)) {
            assertThat(found.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(expected.tensors().keySet());
            expected.tensors().forEach((name, tensor) -> {
                Tensor other = Objects.requireNonNull(found.tensors().get(name));
                assertThat(other.shape()).as(name).isEqualTo(tensor.shape());
                float[] a = new float[Math.toIntExact(tensor.shape().elements())];
                float[] b = new float[a.length];
                RowSource.of(tensor).read(0, Math.toIntExact(tensor.shape().rows()), a);
                RowSource.of(other).read(0, Math.toIntExact(tensor.shape().rows()), b);
                assertThat(b).as(name).isEqualTo(a);
            });
        }
    }

    /** Published layouts of other families, where the goldens are beside the repository. */
    @Test
    void goldenFoldersGiveTheirLogitsWhenConverted() {
        List<Path> from =
                new ArrayList<>(List.of(TinyModel.of(TinyFamily.LLAMA).writeHuggingFace(folder.resolve("llama-tiny"))));
        for (String name : List.of(
                "llama",
                "llama-tied",
                "llama-bf16-sharded",
                "mistral",
                "qwen2",
                "qwen3",
                "qwen3_moe",
                "gemma3_text",
                "mixtral",
                "minimax_m2")) {
            golden(name).ifPresent(from::add);
        }
        from.forEach(path -> assertSameModel(path, convert(path, FileType.F32)));
    }

    private static Optional<Path> golden(String name) {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path found = up.resolve("shared").resolve("goldens").resolve(name);
            if (Files.isDirectory(found)) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    @Test
    void theCardGoesIntoTheFile() throws IOException {
        Path from = TinyModel.of(TinyFamily.QWEN3).writeHuggingFace(folder.resolve("My-Model"));
        Files.writeString(from.resolve("README.md"), """
                ---
                license: apache-2.0
                base_model: Some/Base-Model
                language:
                - en
                datasets: [a/b]
                ---
                """);
        try (GgufModel model = GgufModel.open(convert(from, FileType.F16))) {
            assertThat(model.metadata().text("general.name")).contains("My Model");
            assertThat(model.metadata().text("general.license")).contains("apache-2.0");
            assertThat(model.metadata().text("general.base_model.0.repo_url")).isPresent();
            assertThat(model.metadata().text("general.base_model.0.organization"))
                    .contains("Some");
            assertThat(model.metadata().texts("general.languages")).contains(List.of("en"));
            assertThat(model.metadata().texts("general.datasets")).contains(List.of("a/b"));
            assertThat(model.metadata().integer("general.file_type")).contains(1L);
        }
    }

    @Test
    void rowsThatAModelHasBeyondItsTokensArePaddingTokens() throws IOException {
        Path from = TinyModel.of(TinyFamily.QWEN3).writeHuggingFace(folder.resolve("tiny"));
        try (GgufModel model = GgufModel.open(convert(from, FileType.F32));
                ModelSource source = ModelSource.open(from)) {
            List<String> tokens =
                    model.metadata().texts("tokenizer.ggml.tokens").orElseThrow();
            Tensor embedding = Objects.requireNonNull(model.tensors().get("token_embd.weight"));
            assertThat(tokens).hasSize(Math.toIntExact(embedding.shape().rows()));
            for (int id = Tokenizer.of(source).vocabularySize(); id < tokens.size(); id++) {
                assertThat(tokens.get(id)).isEqualTo("[PAD" + id + "]");
            }
        }
    }

    @Test
    void rejectsAFamilyThatCannotBeWritten() throws IOException {
        Path from = TinyModel.of(TinyFamily.LLAMA).writeHuggingFace(folder.resolve("tiny"));
        Path config = from.resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replaceAll("\"model_type\": *\"llama\"", "\"model_type\": \"no\""));
        assertThat(Json.parseObject("config.json", Files.readAllBytes(config)).text("model_type"))
                .contains("no");
        assertThatThrownBy(() -> convert(from, FileType.F32)).hasMessageContaining("no");
    }

    @Test
    void rejectsATokenizerThatCutsTextInAWayWithoutAName() throws IOException {
        Path from = TinyModel.of(TinyFamily.LLAMA).writeHuggingFace(folder.resolve("tiny"));
        Path file = from.resolve("tokenizer.json");
        Json.Obj odd = Json.parseObject("pre_tokenizer", """
                {"type": "Sequence", "pretokenizers": [
                  {"type": "Split", "pattern": {"Regex": "odd{1,7}"}, "behavior": "Isolated", "invert": false},
                  {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}
                """.getBytes(StandardCharsets.UTF_8));
        Json.Obj json = Json.parseObject("tokenizer.json", Files.readAllBytes(file));
        Files.writeString(file, json.with("pre_tokenizer", odd).toString());
        assertThatThrownBy(() -> convert(from, FileType.F32))
                .isInstanceOf(ConvertException.class)
                .hasMessageContaining("pre_tokenizer")
                .hasMessageContaining("odd{1,7}");
    }
}
