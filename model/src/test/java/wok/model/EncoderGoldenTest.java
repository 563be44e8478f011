package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.KernelException;
import wok.kernels.KernelSet;
import wok.kernels.Kernels;

/** Encoders against transformers, in 32-bit floats: at most 1e-4 of the greatest number, as everywhere. */
class EncoderGoldenTest {
    static List<EncoderGolden> goldens() {
        return EncoderGolden.embedders();
    }

    static List<EncoderGolden> rerankers() {
        return EncoderGolden.rerankers();
    }

    private static Encoder open(EncoderGolden golden, KernelSet set, int threads) {
        ModelOptions options = ModelOptions.defaults().withKernels(set).withThreads(threads);
        return Encoder.open(ModelSource.open(golden.model()), options);
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void everyTextHasTheReferencesVectors(EncoderGolden golden) {
        try (Encoder encoder = open(golden, KernelSet.VECTOR, 2);
                EncoderBatch batch = encoder.newBatch(300)) {
            for (Json.Obj one : golden.cases()) {
                batch.clear();
                batch.add(EncoderGolden.tokens(one), EncoderGolden.types(one));
                encoder.forward(batch);
                compare(encoder, batch, 0, one);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void textsOfOneBatchHaveTheReferencesVectorsToo(EncoderGolden golden) {
        try (Encoder encoder = open(golden, KernelSet.VECTOR, 1);
                EncoderBatch batch = encoder.newBatch(600)) {
            for (Json.Obj one : golden.cases()) {
                batch.add(EncoderGolden.tokens(one), EncoderGolden.types(one));
            }
            encoder.forward(batch);
            for (int text = 0; text < golden.cases().size(); text++) {
                compare(encoder, batch, text, golden.cases().get(text));
            }
        }
    }

    private static void compare(Encoder encoder, EncoderBatch batch, int text, Json.Obj golden) {
        for (Pooling pooling : List.of(Pooling.MEAN, Pooling.CLS)) {
            float[] expected = EncoderGolden.floats(golden.get(pooling.name().toLowerCase(java.util.Locale.ROOT))
                    .orElseThrow());
            float[] ours = EncoderGolden.normalised(encoder.pooled(batch, text, pooling));
            assertThat(EncoderGolden.difference(ours, expected))
                    .as("%s", pooling)
                    .isLessThan(1e-4);
        }
        List<Json> rows = golden.array("last_hidden_first8").orElseThrow().elements();
        for (int position = 0; position < rows.size(); position++) {
            float[] expected = EncoderGolden.floats(rows.get(position));
            float[] ours = Arrays.copyOf(encoder.vector(batch, text, position), expected.length);
            assertThat(EncoderGolden.difference(ours, expected))
                    .as("position %d", position)
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void kernelSetsThreadsAndBatchesDoNotChangeABit(EncoderGolden golden) {
        int[][] expected = bits(golden, KernelSet.REFERENCE, 1, false);
        for (KernelSet set : KernelSet.values()) {
            if (isHere(set)) {
                assertThat(bits(golden, set, 3, true)).as("%s", set).isEqualTo(expected);
            }
        }
    }

    private static boolean isHere(KernelSet set) {
        try {
            return Kernels.create(set).set() != KernelSet.REFERENCE;
        } catch (KernelException e) {
            return false;
        }
    }

    /** The bits of every text's mean, each computed alone or all in one batch. */
    private static int[][] bits(EncoderGolden golden, KernelSet set, int threads, boolean together) {
        int[][] all = new int[golden.cases().size()][];
        try (Encoder encoder = open(golden, set, threads);
                EncoderBatch batch = encoder.newBatch(600)) {
            for (int text = 0; text < all.length; text++) {
                if (!together) {
                    batch.clear();
                }
                Json.Obj one = golden.cases().get(text);
                batch.add(EncoderGolden.tokens(one), EncoderGolden.types(one));
                if (!together) {
                    encoder.forward(batch);
                    all[text] = bitsOf(encoder.pooled(batch, 0, Pooling.MEAN));
                }
            }
            if (together) {
                encoder.forward(batch);
                for (int text = 0; text < all.length; text++) {
                    all[text] = bitsOf(encoder.pooled(batch, text, Pooling.MEAN));
                }
            }
        }
        return all;
    }

    private static int[] bitsOf(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void bothWaysToWriteTheConfigurationAreOneModel(EncoderGolden golden) {
        java.nio.file.Path newer = golden.model().resolve("config.v5.json");
        if (java.nio.file.Files.exists(newer)) {
            EncoderConfig config = new EncoderFolderConfig("v5", EncoderGolden.json(newer)).read();
            try (ModelSource source = ModelSource.open(golden.model())) {
                assertThat(config).isEqualTo(EncoderConfig.of(source));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rerankers")
    void pairsHaveTheReferencesScores(EncoderGolden golden) {
        try (Encoder encoder = open(golden, KernelSet.VECTOR, 1);
                EncoderBatch batch = encoder.newBatch(600)) {
            assertThat(encoder.labels()).isEqualTo(1);
            for (Json.Obj one : golden.cases()) {
                batch.add(EncoderGolden.tokens(one), EncoderGolden.types(one));
            }
            encoder.forward(batch);
            for (int text = 0; text < golden.cases().size(); text++) {
                float[] expected = EncoderGolden.floats(
                        golden.cases().get(text).get("logits").orElseThrow());
                assertThat(EncoderGolden.difference(encoder.scores(batch, text), expected))
                        .isLessThan(1e-4);
            }
        }
    }
}
