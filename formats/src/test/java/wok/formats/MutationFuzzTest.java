package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.tensor.DType;
import wok.tensor.Shape;

/**
 * 150 000 damaged files. Each either opens, and then everything it promises can be read, or gets a
 * MalformedModelException; anything else (another exception, an OutOfMemoryError, a hang) is a failure. Seeds are
 * fixed: a failure names the mutant and comes again.
 */
class MutationFuzzTest {
    private static final String FP8 =
            "{\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[2,4]}}";
    private static final String GPTQ =
            "{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":4,\"group_size\":32}}";

    @TempDir
    Path folder;

    private static MemorySegment zeros(int count) {
        return MemorySegment.ofArray(new byte[count]);
    }

    private byte[] gguf() throws IOException {
        Path path = folder.resolve("seed.gguf");
        new GgufWriter()
                .text("general.architecture", "llama")
                .alignment(64)
                .bool("flag", true)
                .number("i64", GgufValueType.I64, -1)
                .f32("f32", 0.5f)
                .texts("tokens", List.of("a", "\udcff", "日", ""))
                .array("types", GgufValueType.I32, List.of(1, 2, 3))
                .array("bools", GgufValueType.BOOL, List.of(true, false))
                .array("nested", GgufValueType.ARRAY, List.of(GgufWriter.nested(GgufValueType.STRING, List.of("x"))))
                .tensor("token_embd.weight", DType.Q8_0, Shape.of(2, 32), () -> zeros(68))
                .tensor("blk.0.attn_q.weight", DType.F32, Shape.of(2, 3, 4), () -> zeros(96))
                .tensor("output_norm.weight", DType.F16, Shape.of(), () -> zeros(2))
                .write(path);
        return Files.readAllBytes(path);
    }

    private byte[] safetensors() throws IOException {
        Path path = folder.resolve("seed.safetensors");
        new SafetensorsWriter()
                .metadata("format", "pt")
                .tensor("a", DType.F32, Shape.of(2, 3), () -> zeros(24))
                .tensor("model.layers.0.b", DType.BF16, Shape.of(4), () -> zeros(8))
                .tensor("c", DType.U8, Shape.of(), () -> zeros(1))
                .write(path);
        return Files.readAllBytes(path);
    }

    @Test
    void mutantsOfAGgufFileOpenWholeOrAreRefused() throws IOException {
        mutate(50_000, 1, gguf(), file -> {
            GgufReader.Part part = GgufReader.read("m.gguf", MemorySegment.ofArray(file));
            return Touch.tensors(part.tensors()) + Touch.metadata(part.metadata());
        });
    }

    @Test
    void mutantsOfASafetensorsFileOpenWholeOrAreRefused() throws IOException {
        mutate(
                35_000,
                2,
                safetensors(),
                file -> Touch.tensors(SafetensorsReader.read("m.safetensors", MemorySegment.ofArray(file))));
    }

    /** Weights in several tensors: what a damaged header makes of their shapes must not be believed either. */
    @Test
    void mutantsOfQuantisedCheckpointsOpenWholeOrAreRefused() throws IOException {
        byte[] fp8 = quantised(new SafetensorsWriter()
                .tensor("a.weight", DType.F8_E4M3, Shape.of(5, 7), () -> zeros(35))
                .tensor("a.weight_scale_inv", DType.F32, Shape.of(3, 2), () -> zeros(24)));
        mutate(5_000, 6, fp8, file -> present(FP8, file));
        byte[] mxfp4 = quantised(new SafetensorsWriter()
                .tensor("a_blocks", DType.U8, Shape.of(2, 3, 2, 16), () -> zeros(192))
                .tensor("a_scales", DType.U8, Shape.of(2, 3, 2), () -> zeros(12)));
        mutate(5_000, 7, mxfp4, file -> present("{\"quantization_config\":{\"quant_method\":\"mxfp4\"}}", file));
        byte[] gptq = quantised(new SafetensorsWriter()
                .tensor("a.qweight", DType.I32, Shape.of(8, 8), () -> zeros(256))
                .tensor("a.qzeros", DType.I32, Shape.of(2, 1), () -> zeros(8))
                .tensor("a.scales", DType.F16, Shape.of(2, 8), () -> zeros(32))
                .tensor("a.g_idx", DType.I32, Shape.of(64), () -> zeros(256)));
        mutate(5_000, 8, gptq, file -> present(GPTQ, file));
        byte[] config = GPTQ.getBytes(StandardCharsets.UTF_8);
        mutate(5_000, 9, config, file -> present(new String(file, StandardCharsets.ISO_8859_1), gptq));
    }

    /** The pickle's sum is made right again, so that it is read and not only refused by its sum. */
    @Test
    void mutantsOfStateDictsOpenWholeOrAreRefused() throws IOException {
        byte[] zip = TorchCheckpointTest.resource("state.bin");
        mutate(5_000, 10, zip, MutationFuzzTest::stateDict);
        mutate(5_000, 11, TorchCheckpointTest.resource("legacy.bin"), MutationFuzzTest::stateDict);
        StoredZip read = StoredZip.read("seed", MemorySegment.ofArray(zip));
        byte[] pickle = read.entry("state/data.pkl").orElseThrow().toArray(ValueLayout.JAVA_BYTE);
        mutate(20_000, 12, pickle, mutant -> {
            ZipBytes again = new ZipBytes().entry("state/data.pkl", mutant);
            for (int i = 0; i < 8; i++) {
                String name = "state/data/" + i;
                read.entry(name).ifPresent(data -> again.entry(name, data.toArray(ValueLayout.JAVA_BYTE)));
            }
            return stateDict(again.bytes());
        });
    }

    private static long stateDict(byte[] file) {
        return Touch.tensors(TorchCheckpoint.read("m.bin", MemorySegment.ofArray(file)));
    }

    private byte[] quantised(SafetensorsWriter writer) throws IOException {
        Path path = folder.resolve("quantised.safetensors");
        writer.write(path);
        return Files.readAllBytes(path);
    }

    private static long present(String config, byte[] file) {
        Quantisation quantisation =
                Quantisation.of("config", Json.parseObject("config", config.getBytes(StandardCharsets.ISO_8859_1)));
        return Touch.tensors(StoredTensors.present(
                "m", quantisation, SafetensorsReader.read("m.safetensors", MemorySegment.ofArray(file))));
    }

    @Test
    void mutantsOfAnIndexAreReadOrRefused() {
        byte[] index =
                "{\"metadata\":{\"total_size\":3},\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}"
                        .getBytes(StandardCharsets.UTF_8);
        mutate(10_000, 3, index, file -> {
            ShardIndex read = ShardIndex.of(Path.of("index"), Json.parseObject("index", file));
            assertThat(read.shards()).allMatch(name -> !name.contains("/") && !name.contains("\\"));
            return read.shards().size();
        });
    }

    /** The same on disk, through the doors that people use: mapping, unmapping, folders. */
    @Test
    void mutantsOnDiskOpenWholeOrAreRefused() throws IOException {
        Path file = folder.resolve("mutant.gguf");
        mutate(3_000, 4, gguf(), mutant -> open(file, mutant, file));
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{}");
        mutate(2_000, 5, safetensors(), mutant -> open(model.resolve("model.safetensors"), mutant, model));
    }

    private static long open(Path file, byte[] content, Path model) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        try (ModelSource source = ModelSource.open(model)) {
            return Touch.everything(source);
        }
    }

    private static void mutate(int mutants, long seed, byte[] valid, ToLongFunction<byte[]> reader) {
        long seen = reader.applyAsLong(valid);
        int opened = 0;
        for (int i = 0; i < mutants; i++) {
            byte[] mutant = mutant(new SplittableRandom(seed * 1_000_003 + i), valid);
            try {
                seen += reader.applyAsLong(mutant);
                opened++;
            } catch (MalformedModelException refused) {
                String message = String.valueOf(refused.getMessage());
                if (message.contains("\n") || !message.contains("expected: ")) {
                    fail("seed " + seed + ", mutant " + i + ": " + message);
                }
            } catch (RuntimeException | Error e) {
                fail("seed " + seed + ", mutant " + i, e);
            }
        }
        // Both outcomes must occur, else the test shows nothing.
        assertThat(opened).as("opened, having read %d", seen).isBetween(mutants / 200, mutants * 9 / 10);
    }

    private static byte[] mutant(SplittableRandom random, byte[] valid) {
        byte[] mutant = valid.clone();
        for (int edits = 1 + random.nextInt(4); edits > 0 && mutant.length > 0; edits--) {
            mutant = edit(random, mutant);
        }
        return mutant;
    }

    private static byte[] edit(SplittableRandom random, byte[] file) {
        int at = random.nextInt(file.length);
        int count = Math.min(1 << random.nextInt(5), file.length - at);
        switch (random.nextInt(8)) {
            case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> file[at] = (byte) random.nextInt(256);
            case 2 -> file[at] = (byte) "0123456789{}[]\",:.-e/\\".charAt(random.nextInt(22));
            case 3 -> Arrays.fill(file, at, at + Math.min(count, 8), (byte) (random.nextBoolean() ? 0xff : 0));
            case 4 -> file[at] = (byte) (file[at] + (random.nextBoolean() ? 1 : -1));
            case 5 -> {
                int from = random.nextInt(file.length - count + 1);
                System.arraycopy(file, from, file, at, count);
            }
            case 6 -> {
                return random.nextInt(4) > 0 ? file : Arrays.copyOf(file, at);
            }
            default -> {
                // Cut out or double a piece.
                int end = random.nextBoolean() ? at + count : at;
                byte[] longer = Arrays.copyOf(file, file.length - (end - at) + (end == at ? count : 0));
                int target = end == at ? at + count : at;
                System.arraycopy(file, end, longer, target, file.length - end);
                return longer;
            }
        }
        return file;
    }
}
