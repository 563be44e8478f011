package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.formats.AdapterFolder;
import wok.formats.GgufWriter;
import wok.formats.MalformedModelException;
import wok.formats.ModelSource;
import wok.formats.SafetensorsWriter;
import wok.kernels.ActivationPrecision;
import wok.kernels.FloatRows;
import wok.kernels.KvType;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Adapters against PEFT's own numbers, alone and many in one batch. */
class AdapterTest {
    private static final ModelOptions EXACT =
            ModelOptions.defaults().withThreads(2).withActivations(ActivationPrecision.F32);
    private static final Path LLAMA = Golden.find("llama").orElseThrow();
    private static final Path LORA = LLAMA.resolve("lora");

    @TempDir
    private Path folder;

    @Test
    void givesTheLogitsOfPeft() {
        requireGolden(LLAMA, LORA, 1e-4);
    }

    @Test
    void givesTheSameOnAModelConvertedToGguf() throws IOException {
        requireGolden(llamaAsGguf(), LORA, 1e-4);
    }

    @Test
    void givesTheSameFromAGgufAdapter() throws IOException {
        Path adapter = loraAsGguf();

        requireGolden(llamaAsGguf(), adapter, 1e-4);
        requireGolden(LLAMA, adapter, 1e-4);
    }

    private static void requireGolden(Path model, Path adapterPath, double distance) {
        try (Transformer transformer = Transformer.open(ModelSource.open(model), EXACT);
                Adapter adapter = transformer.openAdapter(adapterPath)) {
            for (Golden.Case c : Golden.read(LORA, LORA.resolve("golden.json")).cases()) {
                float[] logits = last(transformer, AdapterMix.of(adapter), c.tokens());
                assertThat(SequenceRun.distance(logits, c.logits())).isLessThan(distance);
                float[] plain = last(transformer, AdapterMix.none(), c.tokens());
                assertThat(SequenceRun.distance(plain, c.logits())).isGreaterThan(0.01);
            }
        }
    }

    private static float[] last(Transformer transformer, AdapterMix mix, int[] tokens) {
        try (SequenceRun run = new SequenceRun(transformer, KvType.F32, tokens.length)) {
            float[][] logits = run.with(mix).logits(tokens);
            return logits[logits.length - 1];
        }
    }

    @Test
    void mergedWeightsGiveTheLogitsOfPeft() throws IOException {
        Path merged = mergedFolder(new AdapterMerge.Part(LORA, 1));
        try (Transformer transformer = Transformer.open(ModelSource.open(merged), EXACT)) {
            for (Golden.Case c : Golden.read(LORA, LORA.resolve("golden.json")).cases()) {
                float[] logits = last(transformer, AdapterMix.none(), c.tokens());
                assertThat(SequenceRun.distance(logits, c.logits())).isLessThan(1e-4);
            }
        }
    }

    @Test
    void mergingAnAdapterAndItsOppositeChangesNothingButRounding() throws IOException {
        Path merged = mergedFolder(new AdapterMerge.Part(LORA, 1), new AdapterMerge.Part(LORA, -1));
        int[] tokens = {1, 2, 3, 4, 5};
        try (Transformer plain = Transformer.open(ModelSource.open(LLAMA), EXACT);
                Transformer twice = Transformer.open(ModelSource.open(merged), EXACT)) {
            assertThat(SequenceRun.distance(
                            last(twice, AdapterMix.none(), tokens), last(plain, AdapterMix.none(), tokens)))
                    .isLessThan(1e-5);
        }
    }

    private Path mergedFolder(AdapterMerge.Part... parts) throws IOException {
        Path merged = Files.createTempDirectory(folder, "merged");
        SafetensorsWriter writer = new SafetensorsWriter();
        try (ModelSource source = ModelSource.open(LLAMA)) {
            AdapterMerge.tensors(source, List.of(parts)).values().forEach(writer::tensor);
            writer.write(merged.resolve("model.safetensors"));
        }
        Files.copy(LLAMA.resolve("config.json"), merged.resolve("config.json"));
        return merged;
    }

    @Test
    void rowsWithManyAdaptersInOneBatchAreAsIfAlone() {
        try (Transformer transformer = Transformer.open(ModelSource.open(LLAMA), ModelOptions.defaults());
                Adapter one = transformer.openAdapter(LORA);
                Adapter other = transformer.openAdapter(LORA)) {
            List<AdapterMix> mixes = List.of(
                    AdapterMix.none(),
                    AdapterMix.of(one),
                    new AdapterMix(List.of(new AdapterMix.Part(one, 0.5f))),
                    new AdapterMix(List.of(new AdapterMix.Part(other, 1), new AdapterMix.Part(one, -0.25f))),
                    AdapterMix.of(one));
            int[][] tokens = new int[mixes.size()][];
            SplittableRandom random = new SplittableRandom(7);
            Arrays.setAll(tokens, i -> random.ints(5, 0, 200).toArray());
            int[][] together = together(transformer, mixes, tokens);
            for (int i = 0; i < mixes.size(); i++) {
                float[] alone = last(transformer, mixes.get(i), tokens[i]);
                assertThat(together[i]).as("mix %d", i).containsExactly(SequenceRun.bits(alone));
            }
        }
    }

    /** Five sequences of five tokens, position by position; the last logits of each. */
    private static int[][] together(Transformer transformer, List<AdapterMix> mixes, int[][] tokens) {
        int count = mixes.size();
        int[][] bits = new int[count][];
        try (KvCache kv = transformer.allocateKv(count, KvType.F32);
                Batch batch = transformer.newBatch(5 * count, count)) {
            for (int i = 0; i < count; i++) {
                batch.use(mixes.get(i));
                for (int p = 0; p < 5; p++) {
                    batch.add(tokens[i][p], p, new int[] {i}, p == 4);
                }
            }
            FloatRows logits = transformer.forward(batch, kv);
            Arrays.setAll(bits, i -> SequenceRun.bits(logits.row(i)));
        }
        return bits;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"peft_type\": \"LORA\"|\"peft_type\": \"IA3\"|peft_type",
                "\"use_dora\": false|\"use_dora\": true|use_dora",
                "\"bias\": \"none\"|\"bias\": \"all\"|bias",
                "\"modules_to_save\": null|\"modules_to_save\": [\"lm_head\"]|modules_to_save",
                "\"lora_alpha\": 8|\"lora_alpha\": \"much\"|lora_alpha",
                "\"lora_alpha\": 8|\"lora_alpha\": 1e300|scale",
                "\"alpha_pattern\": {}|\"alpha_pattern\": {\"a.*\": 2}|alpha_pattern"
            })
    void refusesWhatItWouldHaveToLeaveOut(String from, String to, String named) throws IOException {
        Path changed = copy();
        Path config = changed.resolve(AdapterFolder.CONFIG);
        Files.writeString(config, Files.readString(config).replace(from, to));

        requireRefused(changed, named);
    }

    @Test
    void refusesMatricesThatDoNotFitOrAreUnknown() throws IOException {
        Path unknown = copy();
        rewrite(unknown, "q_proj", "z_proj");
        requireRefused(unknown, "z_proj: no such projection");
        Path swapped = copy();
        rewrite(swapped, "down_proj", "gate_proj.x");
        requireRefused(swapped, "no such projection");
        Path half = copy();
        rewrite(half, "lora_A.weight", "lora_C.weight");
        requireRefused(half, "not a matrix of LoRA");
        Path other = copy();
        try (Transformer transformer =
                Transformer.open(ModelSource.open(Golden.find("qwen3").orElseThrow()), EXACT)) {
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(() -> transformer.openAdapter(other))
                    .withMessageContaining("is it an adapter of qwen3?");
        }
    }

    @Test
    void refusesFilesThatAreNoAdapters() throws IOException {
        try (Transformer transformer = Transformer.open(ModelSource.open(LLAMA), EXACT)) {
            Path gguf = llamaAsGguf();
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(() -> transformer.openAdapter(gguf))
                    .withMessageContaining("adapter.type");
            assertThatExceptionOfType(MalformedModelException.class)
                    .isThrownBy(() -> transformer.openAdapter(LLAMA))
                    .withMessageContaining(AdapterFolder.CONFIG);
            assertThatExceptionOfType(MalformedModelException.class)
                    .isThrownBy(() -> transformer.openAdapter(folder.resolve("nothing")));
        }
    }

    @Test
    void survivesDamagedWeights() throws IOException {
        byte[] good = Files.readAllBytes(LORA.resolve("adapter_model.safetensors"));
        SplittableRandom random = new SplittableRandom(11);
        Path damaged = copy();
        try (Transformer transformer = Transformer.open(ModelSource.open(LLAMA), EXACT)) {
            for (int round = 0; round < 300; round++) {
                byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
                    bytes[random.nextInt(Math.min(bytes.length, 4000))] = (byte) random.nextInt();
                }
                Files.write(damaged.resolve("adapter_model.safetensors"), bytes);
                try {
                    transformer.openAdapter(damaged).close();
                } catch (ModelException | MalformedModelException e) {
                    assertThat(e.getMessage()).contains(damaged.toString());
                }
            }
        }
    }

    private static void requireRefused(Path adapter, String named) {
        try (Transformer transformer = Transformer.open(ModelSource.open(LLAMA), EXACT)) {
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(() -> transformer.openAdapter(adapter))
                    .withMessageContaining(adapter.toString())
                    .withMessageContaining(named);
        }
    }

    private Path copy() throws IOException {
        Path copy = Files.createTempDirectory(folder, "lora");
        for (String name : List.of(AdapterFolder.CONFIG, "adapter_model.safetensors")) {
            Files.copy(LORA.resolve(name), copy.resolve(name));
        }
        return copy;
    }

    /** The weights with parts of names replaced. */
    private static void rewrite(Path adapterFolder, String from, String to) throws IOException {
        Path weights = adapterFolder.resolve("adapter_model.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        try (AdapterFolder adapter = AdapterFolder.open(adapterFolder)) {
            for (Tensor tensor : adapter.tensors().values()) {
                writer.tensor(tensor.named(tensor.name().replace(from, to)));
            }
            writer.write(weights.resolveSibling("new"));
        }
        Files.move(weights.resolveSibling("new"), weights, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The golden model as the GGUF converter would write it: names, and rows of queries and keys in its order. */
    private Path llamaAsGguf() throws IOException {
        Path gguf = folder.resolve("llama.gguf");
        try (ModelSource source = ModelSource.open(LLAMA)) {
            ModelConfig config = ModelConfig.of(source);
            AttentionConfig attention = config.layers().getFirst().attention();
            GgufWriter writer = new GgufWriter()
                    .text("general.architecture", "llama")
                    .u32("llama.vocab_size", config.vocabularySize())
                    .u32("llama.context_length", config.contextLength())
                    .u32("llama.embedding_length", config.hidden())
                    .u32("llama.block_count", config.layers().size())
                    .u32(
                            "llama.feed_forward_length",
                            config.layers().getFirst().dense().inner())
                    .u32("llama.attention.head_count", attention.heads())
                    .u32("llama.attention.head_count_kv", attention.kvHeads())
                    .u32("llama.attention.key_length", attention.headDim())
                    .u32("llama.attention.value_length", attention.headDim())
                    .f32("llama.attention.layer_norm_rms_epsilon", config.norm().epsilon())
                    .f32("llama.rope.freq_base", (float)
                            attention.rope().orElseThrow().base());
            TensorNames here = TensorNames.of(source, Family.LLAMA);
            TensorNames there = TensorNames.ofGguf(Family.LLAMA);
            for (Tensor tensor : source.tensors().values()) {
                String stem = tensor.name().substring(0, tensor.name().lastIndexOf('.'));
                String name =
                        there.translate(stem, here, config.layers().size()).orElseThrow();
                name = name.replace("post_attention_norm", "ffn_norm") + ".weight";
                boolean moved = name.endsWith("attn_q.weight") || name.endsWith("attn_k.weight");
                writer.tensor(moved ? permuted(tensor.named(name), attention.headDim()) : tensor.named(name));
            }
            addRopeScaling(writer, attention);
            writer.write(gguf);
        }
        return gguf;
    }

    private static void addRopeScaling(GgufWriter writer, AttentionConfig attention) {
        RopeConfig rope = attention.rope().orElseThrow();
        if (rope.scaling() instanceof RopeScaling.None) {
            return;
        }
        double[] scaled = rope.frequencies(512);
        double[] plain =
                new RopeConfig(rope.pairing(), rope.dimensions(), rope.base(), new RopeScaling.None()).frequencies(512);
        MemorySegment divisors = MemorySegment.ofArray(new byte[4 * scaled.length]);
        for (int i = 0; i < scaled.length; i++) {
            divisors.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, (float) (plain[i] / scaled[i]));
        }
        writer.tensor(new Tensor("rope_freqs.weight", DType.F32, Shape.of(scaled.length), divisors));
    }

    private static Tensor permuted(Tensor tensor, int headDim) {
        MemorySegment moved = MemorySegment.ofArray(new byte[Math.toIntExact(tensor.bytes())]);
        for (int row = 0; row < tensor.shape().rows(); row++) {
            int inHead = row % headDim;
            int to = row - inHead + (inHead % (headDim / 2)) * 2 + inHead / (headDim / 2);
            MemorySegment.copy(tensor.row(row), 0, moved, to * tensor.rowBytes(), tensor.rowBytes());
        }
        return new Tensor(tensor.name(), tensor.dtype(), tensor.shape(), moved);
    }

    private Path loraAsGguf() throws IOException {
        Path gguf = folder.resolve("lora.gguf");
        GgufWriter writer = new GgufWriter()
                .text("general.architecture", "llama")
                .text("general.type", "adapter")
                .text("adapter.type", "lora")
                .f32("adapter.lora.alpha", 8);
        Map<String, String> names = Map.of("lora_A.weight", "weight.lora_a", "lora_B.weight", "weight.lora_b");
        try (AdapterFolder adapter = AdapterFolder.open(LORA)) {
            for (Tensor tensor : adapter.tensors().values()) {
                String name = tensor.name().substring("base_model.model.".length());
                String end = name.substring(name.indexOf(".lora_") + 1);
                String stem = name.substring(0, name.indexOf(".lora_"));
                String there = TensorNames.ofGguf(Family.LLAMA)
                        .translate(stem, TensorNames.Folder.of(Set.of(), Map.of()), 8)
                        .orElseThrow();
                Tensor named = tensor.named(there + "." + names.get(end));
                boolean moved = end.startsWith("lora_B") && (there.endsWith("attn_q") || there.endsWith("attn_k"));
                writer.tensor(moved ? permuted(named, headDim()) : named);
            }
            writer.write(gguf);
        }
        return gguf;
    }

    private static int headDim() {
        try (ModelSource source = ModelSource.open(LLAMA)) {
            return ModelConfig.of(source).layers().getFirst().attention().headDim();
        }
    }
}
