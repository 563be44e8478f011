package wok.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wok.formats.ModelSource;
import wok.kernels.KernelSet;
import wok.kernels.KvType;
import wok.tensor.DType;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

/**
 * A row's logits must be the same to the bit whatever kernel set, number of threads, batch, chunking or cached prefix
 * they came about with. The measure is always one sequence, alone, in one forward, by the reference kernels on one
 * thread.
 */
class BitIdentityTest {
    @TempDir
    static Path folder;

    record Subject(TinyFamily family, DType dtype, KvType kv) implements BitSubject {

        @Override
        public Transformer open(KernelSet kernels, int threads) {
            Path file = folder.resolve(family + "-" + dtype + ".gguf");
            if (!file.toFile().exists()) {
                TinyModel tiny =
                        dtype == DType.Q4_K ? TinyModel.of(family).withWidth(256, 4, 2, 64, 256) : TinyModel.of(family);
                tiny.withDtype(dtype).writeGguf(file);
            }
            ModelOptions options = ModelOptions.defaults().withKernels(kernels).withThreads(threads);
            return Transformer.open(ModelSource.open(file), options);
        }
    }

    static Stream<Subject> subjects() {
        return Arrays.stream(TinyFamily.values())
                .flatMap(family -> Stream.of(
                        new Subject(family, DType.F32, KvType.F32),
                        new Subject(family, DType.Q8_0, KvType.F16),
                        new Subject(family, DType.Q8_0, KvType.Q8),
                        new Subject(family, DType.Q4_K, KvType.F16)));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void logitsAreTheSameHoweverTheyAreComputed(Subject subject) {
        BitSubject.requireSameBits(subject);
    }

    /** A family's golden folder, or a GGUF file. */
    record Published(Golden golden, KvType kv) implements BitSubject {

        @Override
        public Transformer open(KernelSet kernels, int threads) {
            ModelOptions options = ModelOptions.defaults().withKernels(kernels).withThreads(threads);
            return Transformer.open(ModelSource.open(golden.model()), options);
        }
    }

    static Stream<Published> published() {
        return Stream.concat(
                        Golden.folders(
                                "qwen3_moe",
                                "mixtral",
                                "gpt_oss",
                                "gpt_oss-mxfp4",
                                "glm4_moe",
                                "minimax_m2",
                                "llama4",
                                "olmo2",
                                "olmo3",
                                "phi3",
                                "phi3-longrope",
                                "smollm3",
                                "granite",
                                "cohere2",
                                "ministral3",
                                "deepseek_v2",
                                "deepseek_v3",
                                "deepseek_v3-fp8",
                                "mistral4",
                                "deepseek_v32",
                                "qwen3_next",
                                "qwen3_5",
                                "qwen3_5_moe",
                                "olmo_hybrid",
                                "kimi_linear")
                                .stream(),
                        Golden.ggufs("gpt_oss-MXFP4", "qwen2_moe", "granitemoe", "olmoe", "glm4-", "gemma2-").stream())
                .map(golden -> new Published(golden, KvType.F16));
    }

    @ParameterizedTest
    @MethodSource("published")
    void logitsOfPublishedLayoutsAreTheSameToo(Published published) {
        BitSubject.requireSameBits(published);
    }
}
