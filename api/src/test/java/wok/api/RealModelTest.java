package wok.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import wok.formats.ModelSource;
import wok.hub.HubOptions;
import wok.hub.ModelStore;
import wok.hub.ProgressListener;
import wok.kernels.FloatRows;
import wok.kernels.KernelException;
import wok.kernels.KernelSet;
import wok.kernels.Kernels;
import wok.kernels.KvType;
import wok.model.Batch;
import wok.model.KvCache;
import wok.model.ModelOptions;
import wok.model.Transformer;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.Tokenizer;

/**
 * The promise on the default model as it is published, from the store or fetched into it: the same bits with any
 * kernels, threads and batch, and an answer that is right. The reference kernels are slow, so the prompts are short;
 * the tiny models' tests have the long ones.
 */
class RealModelTest {
    private static final String MODEL = "smollm2:135m";

    /** As many as an engine might have at once, of different lengths. */
    private static final List<String> PROMPTS =
            List.of("The", "Once upon", "A wok is", "2 + 2", "Why is", "Der Himmel", "def main(");

    private static Path file = Path.of("");
    private static List<int[]> sequences = List.of();

    @BeforeAll
    static void fetch() {
        file = ModelStore.open(HubOptions.defaults()).resolve(MODEL, ProgressListener.none());
        try (ModelSource source = ModelSource.open(file)) {
            Tokenizer tokenizer = Tokenizer.of(source);
            sequences = PROMPTS.stream()
                    .map(text -> tokenizer.encode(text, EncodeOptions.PLAIN))
                    .toList();
        }
    }

    @Test
    void logitsAreTheSameWithAnyKernelsThreadsAndBatch() {
        List<int[]> expected = alone(KernelSet.REFERENCE, 1);
        assertThat(alone(KernelSet.VECTOR, 1))
                .as("vector, 1 thread")
                .usingElementComparator(Arrays::compare)
                .isEqualTo(expected);
        assertThat(alone(KernelSet.VECTOR, 2))
                .as("vector, 2 threads")
                .usingElementComparator(Arrays::compare)
                .isEqualTo(expected);
        assertThat(together(KernelSet.VECTOR, 2))
                .as("vector, a batch of 7")
                .usingElementComparator(Arrays::compare)
                .isEqualTo(expected);
        for (KernelSet tier : machineTiers()) {
            assertThat(alone(tier, 1))
                    .as("%s, 1 thread", tier)
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(expected);
            assertThat(together(tier, 2))
                    .as("%s, a batch of 7", tier)
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(expected);
        }
        assertThat(together(KernelSet.REFERENCE, 2))
                .as("reference, a batch of 7")
                .usingElementComparator(Arrays::compare)
                .isEqualTo(expected);
    }

    /** Those that this machine can run. */
    private static List<KernelSet> machineTiers() {
        return Stream.of(KernelSet.MACHINE_AMX, KernelSet.MACHINE_AVX512, KernelSet.MACHINE_AVX2)
                .filter(RealModelTest::worksHere)
                .toList();
    }

    private static boolean worksHere(KernelSet set) {
        try {
            return Kernels.create(set).set() == set;
        } catch (KernelException e) {
            return false;
        }
    }

    @Test
    void knowsTheCapitalOfFrance() {
        try (Wok wok = Wok.open(MODEL);
                Answer answer = wok.complete(
                        "The capital of France is",
                        AnswerOptions.DEFAULTS.greedy().withTokensMax(8))) {
            assertThat(answer.text()).contains("Paris");
        }
    }

    /** The bits of each prompt's last logits, each prompt in a forward of its own. */
    private static List<int[]> alone(KernelSet kernels, int threads) {
        try (Transformer transformer = open(kernels, threads)) {
            return sequences.stream()
                    .map(sequence -> lastLogits(transformer, List.of(sequence)).getFirst())
                    .toList();
        }
    }

    /** The same, all prompts in one forward. */
    private static List<int[]> together(KernelSet kernels, int threads) {
        try (Transformer transformer = open(kernels, threads)) {
            return lastLogits(transformer, sequences);
        }
    }

    private static Transformer open(KernelSet kernels, int threads) {
        return Transformer.open(
                ModelSource.open(file),
                ModelOptions.defaults().withKernels(kernels).withThreads(threads));
    }

    private static List<int[]> lastLogits(Transformer transformer, List<int[]> prompts) {
        int rows = prompts.stream().mapToInt(prompt -> prompt.length).sum();
        try (KvCache kv = transformer.allocateKv(prompts.size(), KvType.F16);
                Batch batch = transformer.newBatch(rows, prompts.size())) {
            for (int p = 0; p < prompts.size(); p++) {
                int[] prompt = prompts.get(p);
                int[] blockTable = {p};
                for (int i = 0; i < prompt.length; i++) {
                    batch.add(prompt[i], i, blockTable, i == prompt.length - 1);
                }
            }
            FloatRows logits = transformer.forward(batch, kv);
            List<int[]> bits = new ArrayList<>();
            for (int p = 0; p < prompts.size(); p++) {
                float[] row = logits.row(p);
                bits.add(IntStream.range(0, row.length)
                        .map(i -> Float.floatToRawIntBits(row[i]))
                        .toArray());
            }
            return bits;
        }
    }
}
