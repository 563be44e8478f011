package wok.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.GgufModel;
import wok.formats.GgufValueType;
import wok.formats.GgufWriter;
import wok.kernels.ThreadTeam;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

class ModelWriterTest {
    @TempDir
    Path folder;

    private static void write(Path in, Path out, QuantiseOptions options, int threads) {
        try (GgufModel model = GgufModel.open(in);
                ThreadTeam team = ThreadTeam.create(threads)) {
            WritePlan plan = WritePlan.of(Draft.of(model), options);
            new ModelWriter(plan, model, team).write(out, (tensor, done, total) -> {});
        }
    }

    private static Tensor tensor(GgufModel model, String name) {
        return Objects.requireNonNull(model.tensors().get(name), name);
    }

    private static MemorySegment noise(long seed, long elements) {
        float[] numbers = new float[Math.toIntExact(elements)];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[4 * numbers.length]);
        MemorySegment.copy(numbers, 0, bytes, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, numbers.length);
        return bytes;
    }

    private Path wide(String... more) throws IOException {
        Path file = folder.resolve("wide.gguf");
        GgufWriter writer = new GgufWriter()
                .text("general.architecture", "llama")
                .u32("llama.block_count", 16)
                .u32("llama.attention.head_count", 8)
                .u32("llama.attention.head_count_kv", 2)
                .number("some.byte", GgufValueType.U8, 200)
                .array("some.shorts", GgufValueType.I16, List.of(1, -2));
        writer.tensor("token_embd.weight", DType.F32, Shape.of(4, 256), () -> noise(1, 1024));
        writer.tensor("output.weight", DType.F32, Shape.of(4, 256), () -> noise(2, 1024));
        writer.tensor("output_norm.weight", DType.F32, Shape.of(256), () -> noise(3, 256));
        for (int layer = 0; layer < 16; layer++) {
            String blk = "blk." + layer + ".";
            for (String name : Stream.concat(Stream.of("attn_q", "attn_v", "ffn_down"), Stream.of(more))
                    .toList()) {
                writer.tensor(blk + name + ".weight", DType.F32, Shape.of(2, 256), () -> noise(4, 512));
            }
        }
        writer.write(file);
        return file;
    }

    @Test
    void everyKeyKeepsItsTypeAndOnlyTheFilesTypeIsNew() throws IOException {
        Path out = folder.resolve("out.gguf");
        write(wide(), out, QuantiseOptions.of(FileType.Q4_K_M), 1);
        try (GgufModel before = GgufModel.open(folder.resolve("wide.gguf"));
                GgufModel after = GgufModel.open(out)) {
            Map<String, Object> values = new HashMap<>(after.metadata().values());
            assertThat(values.remove("general.file_type")).isEqualTo(15L);
            assertThat(values.remove("general.quantization_version")).isEqualTo(2L);
            assertThat(values).isEqualTo(before.metadata().values());
            before.metadata()
                    .types()
                    .forEach((key, type) -> assertThat(after.metadata().types()).containsEntry(key, type));
            assertThat(after.tensors().keySet())
                    .containsExactlyElementsOf(before.tensors().keySet());
        }
    }

    @Test
    void theMixIsTheUsualOne() throws IOException {
        Path out = folder.resolve("out.gguf");
        write(wide(), out, QuantiseOptions.of(FileType.Q4_K_M), 1);
        try (GgufModel model = GgufModel.open(out)) {
            assertThat(tensor(model, "output.weight").dtype()).isEqualTo(DType.Q6_K);
            assertThat(tensor(model, "token_embd.weight").dtype()).isEqualTo(DType.Q4_K);
            assertThat(tensor(model, "output_norm.weight").dtype()).isEqualTo(DType.F32);
            // Layers 0 and 1, 4, 7, 10, 13 (every third from the first eighth on), 14 and 15.
            for (int layer = 0; layer < 16; layer++) {
                boolean wider = List.of(0, 1, 4, 7, 10, 13, 14, 15).contains(layer);
                DType expected = wider ? DType.Q6_K : DType.Q4_K;
                assertThat(tensor(model, "blk." + layer + ".attn_v.weight").dtype())
                        .isEqualTo(expected);
                assertThat(tensor(model, "blk." + layer + ".ffn_down.weight").dtype())
                        .isEqualTo(expected);
                assertThat(tensor(model, "blk." + layer + ".attn_q.weight").dtype())
                        .isEqualTo(DType.Q4_K);
            }
        }
    }

    @Test
    void rowsThatAreNoWholeBlocksTakeAWiderType() throws IOException {
        Path in = folder.resolve("in.gguf");
        GgufWriter writer = new GgufWriter().text("general.architecture", "llama");
        writer.tensor("blk.0.attn_q.weight", DType.F32, Shape.of(3, 96), () -> noise(1, 288));
        writer.tensor("blk.0.attn_k.weight", DType.F32, Shape.of(3, 40), () -> noise(1, 120));
        writer.tensor("blk.0.attn_q.bias", DType.F32, Shape.of(96), () -> noise(1, 96));
        writer.write(in);
        Map<FileType, DType> expected = Map.of(
                FileType.Q4_K_M, DType.Q5_0,
                FileType.Q5_K_M, DType.Q5_1,
                FileType.Q6_K, DType.Q8_0,
                FileType.Q4_0, DType.Q4_0,
                FileType.IQ4_NL, DType.IQ4_NL);
        expected.forEach((type, wider) -> {
            Path out = folder.resolve(type + ".gguf");
            write(in, out, QuantiseOptions.of(type), 1);
            try (GgufModel model = GgufModel.open(out)) {
                assertThat(tensor(model, "blk.0.attn_q.weight").dtype()).isEqualTo(wider);
                assertThat(tensor(model, "blk.0.attn_k.weight").dtype()).isEqualTo(DType.F16);
                assertThat(tensor(model, "blk.0.attn_q.bias").dtype()).isEqualTo(DType.F32);
            }
        });
    }

    @Test
    void theBytesDoNotDependOnThreads() throws IOException {
        Path in = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("tiny.gguf"));
        for (FileType type : FileType.values()) {
            Path one = folder.resolve("one.gguf");
            Path three = folder.resolve("three.gguf");
            write(in, one, QuantiseOptions.of(type).withRequantised(true), 1);
            write(in, three, QuantiseOptions.of(type).withRequantised(true), 3);
            assertThat(Files.mismatch(one, three)).as(type.name()).isEqualTo(-1);
        }
    }

    @Test
    void whatIsNotConvertedIsTheSameBytes() throws IOException {
        Path in = wide();
        Path out = folder.resolve("out.gguf");
        write(in, out, QuantiseOptions.of(FileType.F32), 2);
        try (GgufModel before = GgufModel.open(in);
                GgufModel after = GgufModel.open(out)) {
            before.tensors()
                    .forEach((name, tensor) -> assertThat(
                                    tensor(after, name).data().mismatch(tensor.data()))
                            .isEqualTo(-1));
        }
    }

    @Test
    void patternsAndSpecialTypesComeBeforeTheMix() throws IOException {
        Path out = folder.resolve("out.gguf");
        QuantiseOptions options = QuantiseOptions.of(FileType.Q4_K_M)
                .withOutputType("q8_0")
                .withEmbeddingType("F16")
                .withRule(QuantiseOptions.Rule.of("blk\\.3\\..*=Q5_K"));
        write(wide(), out, options, 1);
        try (GgufModel model = GgufModel.open(out)) {
            assertThat(tensor(model, "output.weight").dtype()).isEqualTo(DType.Q8_0);
            assertThat(tensor(model, "token_embd.weight").dtype()).isEqualTo(DType.F16);
            assertThat(tensor(model, "blk.3.attn_v.weight").dtype()).isEqualTo(DType.Q5_K);
            assertThat(tensor(model, "blk.2.attn_q.weight").dtype()).isEqualTo(DType.Q4_K);
        }
        assertThatThrownBy(() -> QuantiseOptions.Rule.of("attn=Q9")).hasMessageContaining("Q9");
        assertThatThrownBy(() -> QuantiseOptions.Rule.of("attn")).hasMessageContaining("PATTERN=TYPE");
        assertThatThrownBy(() -> QuantiseOptions.Rule.of("(=Q8_0")).hasMessageContaining("regular expression");
    }

    @Test
    void rejectsWeightsThatAreQuantisedAlready() throws IOException {
        Path q8 = folder.resolve("q8.gguf");
        Path out = folder.resolve("out.gguf");
        write(wide(), q8, QuantiseOptions.of(FileType.Q8_0), 1);
        assertThatThrownBy(() -> write(q8, out, QuantiseOptions.of(FileType.Q4_0), 1))
                .isInstanceOf(ConvertException.class)
                .hasMessageContaining("token_embd.weight: Q8_0 already")
                .hasMessageContaining("--allow-requantize");
        write(q8, out, QuantiseOptions.of(FileType.Q4_0).withRequantised(true), 1);
        write(q8, out, QuantiseOptions.of(FileType.F16), 1);
        assertThat(out).exists();
    }

    @Test
    void rejectsNumbersThatAreNoneByTensorRowAndColumnAndLeavesNothing() throws IOException {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Path in = folder.resolve("bad.gguf");
            MemorySegment data = noise(1, 512);
            data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * 300, bad);
            new GgufWriter()
                    .text("general.architecture", "llama")
                    .tensor("blk.0.attn_q.weight", DType.F32, Shape.of(2, 256), () -> data)
                    .write(in);
            assertThatThrownBy(() -> write(in, folder.resolve("out.gguf"), QuantiseOptions.of(FileType.Q4_0), 2))
                    .isInstanceOf(ConvertException.class)
                    .hasMessageContaining("blk.0.attn_q.weight, row 1, column 44: " + bad);
            try (Stream<Path> left = Files.list(folder)) {
                assertThat(left).containsExactly(in);
            }
        }
    }

    @Test
    void rejectsTheModelItselfAsTheFileToWrite() throws IOException {
        Path in = wide();
        byte[] before = Files.readAllBytes(in);
        Path alias = Files.createSymbolicLink(folder.resolve("alias.gguf"), in);
        for (Path out : List.of(in, alias, folder)) {
            assertThatThrownBy(() -> write(in, out, QuantiseOptions.of(FileType.Q4_0), 1))
                    .isInstanceOf(ConvertException.class);
        }
        assertThat(Files.readAllBytes(in)).isEqualTo(before);
    }

    @Test
    void rejectsAnImportanceOfAnotherModel() throws IOException {
        Path in = wide();
        Importance foreign = Importance.of(Map.of("blk.0.attn_q.weight", new float[64]));
        QuantiseOptions options = QuantiseOptions.of(FileType.Q4_0).withImportance(foreign);
        assertThatThrownBy(() -> write(in, folder.resolve("out.gguf"), options, 1))
                .hasMessageContaining("blk.0.attn_q.weight: 64 columns");
        assertThatThrownBy(() -> Importance.of(Map.of("a", new float[] {Float.NaN})))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Importance.of(Map.of("a", new float[] {-1}))).hasMessageContaining("-1");
    }

    @Test
    void expertsHaveAnImportanceEach() throws IOException {
        Path in = folder.resolve("experts.gguf");
        String name = "blk.0.ffn_up_exps.weight";
        new GgufWriter()
                .text("general.architecture", "qwen3moe")
                .u32("qwen3moe.expert_count", 2)
                .tensor(name, DType.F32, Shape.of(2, 3, 32), () -> noise(1, 192))
                .write(in);
        float[] importance = new float[64];
        java.util.Arrays.fill(importance, 1);
        importance[5] = 1000;
        importance[40] = 1000; // of the second expert's ninth column
        QuantiseOptions plain = QuantiseOptions.of(FileType.Q4_0);
        double[] before = errors(in, name, plain);
        double[] after = errors(in, name, plain.withImportance(Importance.of(Map.of(name, importance))));
        assertThat(after[5]).isLessThan(before[5]);
        assertThat(after[32 + 8]).isLessThan(before[32 + 8]);
        assertThat(after[8] + after[32 + 5]).isGreaterThan(before[8] + before[32 + 5]);
    }

    /** For both experts the squared error of each of 32 columns. */
    private double[] errors(Path in, String name, QuantiseOptions options) {
        Path out = folder.resolve("out.gguf");
        write(in, out, options, 1);
        float[] expected = new float[192];
        float[] found = new float[192];
        try (GgufModel before = GgufModel.open(in);
                GgufModel after = GgufModel.open(out)) {
            RowSource.of(tensor(before, name)).read(0, 6, expected);
            RowSource.of(tensor(after, name)).read(0, 6, found);
        }
        double[] errors = new double[64];
        for (int i = 0; i < 192; i++) {
            errors[i / 96 * 32 + i % 32] += Math.pow(found[i] - expected[i], 2);
        }
        return errors;
    }
}
