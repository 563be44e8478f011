package wok.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.formats.GgufModel;
import wok.formats.ModelSource;
import wok.kernels.FloatRows;
import wok.kernels.KvType;
import wok.model.Batch;
import wok.model.KvCache;
import wok.model.ModelOptions;
import wok.model.Transformer;
import wok.tensor.DType;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.Tokenizer;

class SynthModelTest {
    @TempDir
    Path folder;

    private Path write(SynthShape shape, SynthType type, long seed) {
        Path file = folder.resolve(shape.name() + type + seed + ".gguf");
        new SynthModel(shape, type, seed).write(file, bytes -> {});
        return file;
    }

    private static float[] logits(Path file) {
        try (Transformer transformer = Transformer.open(
                        ModelSource.open(file), ModelOptions.defaults().withThreads(1));
                KvCache kv = transformer.allocateKv(1, KvType.F16);
                Batch batch = transformer.newBatch(3, 1)) {
            for (int i = 0; i < 3; i++) {
                batch.add(100 + i, i, new int[] {0}, i == 2);
            }
            FloatRows logits = transformer.forward(batch, kv);
            return logits.row(0).clone();
        }
    }

    @ParameterizedTest
    @EnumSource(SynthType.class)
    void everyTypeIsAModelWhoseLogitsAreFiniteAndSpread(SynthType type) {
        float[] logits = logits(write(SynthShape.of("tiny"), type, 1));
        double squares = 0;
        for (float logit : logits) {
            assertThat(logit).isFinite();
            squares += logit * logit;
        }
        assertThat(Math.sqrt(squares / logits.length)).isBetween(0.3, 3.0);
    }

    static Stream<SynthShape> shapes() {
        return SynthShape.all().stream();
    }

    /** The families and the odd widths of the published shapes, cut to a few layers and tokens. */
    @ParameterizedTest
    @MethodSource("shapes")
    void everyShapeOfTheCatalogueLoadsAndGivesFiniteLogits(SynthShape shape) {
        SynthShape small = new SynthShape(
                shape.name(),
                shape.architecture(),
                2,
                Math.min(shape.hidden(), 640),
                shape.heads(),
                shape.kvHeads(),
                16,
                512,
                1000,
                256,
                shape.normEpsilon(),
                shape.ropeBase(),
                shape.tied(),
                shape.window(),
                shape.experts().map(experts -> new SynthShape.Experts(8, 3, 256)));
        for (float logit : logits(write(small, SynthType.Q4_K_M, 3))) {
            assertThat(logit).isFinite();
        }
    }

    @Test
    void theSameValueGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
        SynthShape tiny = SynthShape.of("tiny");
        Path first = write(tiny, SynthType.Q4_K_M, 1);
        byte[] once = Files.readAllBytes(first);
        write(tiny, SynthType.Q4_K_M, 1);
        assertThat(Files.readAllBytes(first)).isEqualTo(once);
        assertThat(Files.readAllBytes(write(tiny, SynthType.Q4_K_M, 2))).isNotEqualTo(once);
    }

    @Test
    void weightBytesAreThoseOfTheTensorsAndProgressAddsUpToThem() {
        AtomicLong written = new AtomicLong();
        SynthModel model = new SynthModel(SynthShape.of("tiny"), SynthType.Q5_K_S, 1);
        Path file = folder.resolve("m.gguf");
        model.write(file, written::addAndGet);
        assertThat(written.get()).isEqualTo(model.weightBytes());
        try (GgufModel gguf = GgufModel.open(file)) {
            assertThat(gguf.tensors().values().stream()
                            .mapToLong(tensor -> tensor.bytes())
                            .sum())
                    .isEqualTo(model.weightBytes());
        }
        assertThat(model.parameters())
                .isEqualTo(1024 * 256 + 2 * (256 * (2 * 256 + 2 * 128) + 3 * 256 * 512 + 512) + 256);
    }

    @Test
    void theTokenizerEncodesEveryTextAndDecodesItAgain() {
        try (ModelSource source = ModelSource.open(write(SynthShape.of("tiny"), SynthType.Q8_0, 1))) {
            Tokenizer tokenizer = Tokenizer.of(source);
            String text = "The tea is hot, Grüße 🙂 \u0000\t!";
            int[] tokens = tokenizer.encode(text, EncodeOptions.PLAIN);
            assertThat(tokens).hasSizeLessThan(text.length());
            assertThat(tokenizer.decode(tokens, false)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {260, 261, 1000, 49_152, 262_144})
    void vocabulariesOfAnySizeHaveDistinctTokens(int size) {
        SynthVocabulary vocabulary = SynthVocabulary.of(size);
        assertThat(vocabulary.tokens()).hasSize(size);
        assertThat(vocabulary.tokens().stream().distinct().count()).isEqualTo(size);
        assertThat(vocabulary.merges()).hasSize(size - SynthVocabulary.TOKENS_MIN);
    }

    @Test
    void mixesGiveTensorsTheTypesThatLlamaCppsQuantiserGives() {
        SynthShape llama = SynthShape.of("llama-3.2-1b");
        assertThat(types(llama, SynthType.Q4_K_M, "ffn_down"))
                .isEqualTo("Q6_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q6_K Q6_K");
        assertThat(types(llama, SynthType.Q4_K_M, "token_embd")).isEqualTo("Q6_K");
        assertThat(types(llama, SynthType.Q4_0, "token_embd")).isEqualTo("Q6_K");
        assertThat(types(llama, SynthType.Q8_0, "token_embd")).isEqualTo("Q8_0");
        SynthShape narrow = SynthShape.of("smollm2-135m");
        assertThat(types(narrow, SynthType.Q4_K_M, "attn_k")).startsWith("Q5_0 Q5_0");
        assertThat(types(narrow, SynthType.Q4_K_M, "attn_v")).startsWith("Q8_0 Q8_0 Q8_0 Q5_0");
        assertThat(types(narrow, SynthType.Q4_0, "token_embd")).isEqualTo("Q8_0");
        assertThat(types(SynthShape.of("mistral-7b"), SynthType.Q4_K_M, "token_embd"))
                .isEqualTo("Q4_K");
    }

    private static String types(SynthShape shape, SynthType type, String name) {
        StringBuilder types = new StringBuilder();
        for (SynthTensor tensor : SynthTensor.of(shape)) {
            if (tensor.name().contains(name + ".")) {
                types.append(' ').append(type.typeOf(tensor, shape));
            }
        }
        return types.substring(1);
    }

    @Test
    void shapesAreFoundByTheCataloguesSpellingToo() {
        assertThat(SynthShape.of("qwen3:0.6b")).isEqualTo(SynthShape.of("Qwen3-0.6B"));
        assertThat(SynthShape.of("llama3.2:1b").name()).isEqualTo("llama-3.2-1b");
    }

    @Test
    void rejectsUnknownNamesAndPlacesThatCanNotBeWritten() throws IOException {
        assertThatThrownBy(() -> SynthShape.of("gpt-5"))
                .isInstanceOf(SynthException.class)
                .hasMessageStartingWith("shape: gpt-5 (expected: one of tiny, smollm2-135m");
        assertThatThrownBy(() -> SynthType.of("Q7_Z"))
                .isInstanceOf(SynthException.class)
                .hasMessageContaining("Q4_K_M");
        SynthModel model = new SynthModel(SynthShape.of("tiny"), SynthType.Q8_0, 1);
        assertThatThrownBy(() -> model.write(folder.resolve("none").resolve("m.gguf"), bytes -> {}))
                .isInstanceOf(SynthException.class)
                .hasMessageContaining("folder");
        assertThatThrownBy(() -> model.write(folder, bytes -> {}))
                .isInstanceOf(SynthException.class)
                .hasMessageContaining("a folder");
    }

    @Test
    void aDeviceThatIsFullIsAnErrorOfOneLineAndLeavesNothing() throws IOException {
        SynthModel model = new SynthModel(SynthShape.of("tiny"), SynthType.Q8_0, 1);
        Path file = folder.resolve("m.gguf");
        assertThatThrownBy(() -> model.write(file, bytes -> {
                    throw new java.io.UncheckedIOException(new IOException("No space left on device"));
                }))
                .hasMessageContaining("No space left");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"
            })
    void blocksDoNotDependOnWhatWasMadeBefore(DType type) {
        byte[] all = new byte[10 * type.blockBytes()];
        byte[] part = new byte[3 * type.blockBytes()];
        RandomBlocks.fill(type, 5, 0, 0.1f, 0, all);
        RandomBlocks.fill(type, 5, 4, 0.1f, 0, part);
        assertThat(part).isEqualTo(java.util.Arrays.copyOfRange(all, 4 * type.blockBytes(), 7 * type.blockBytes()));
    }

    @Test
    void rejectsTypesThatAreNotMadeAndPartsOfBlocks() {
        assertThatThrownBy(() -> RandomBlocks.fill(DType.IQ1_S, 1, 0, 1, 0, new byte[50]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IQ1_S");
        assertThatThrownBy(() -> RandomBlocks.fill(DType.Q8_0, 1, 0, 1, 0, new byte[33]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiple of 34");
    }
}
