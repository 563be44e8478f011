package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.ActivationPrecision;
import wok.kernels.KvType;

/**
 * The options of config.json that few published models use, against transformers: tiny models that
 * {@code src/test/python/make_variants.py} made.
 *
 * <p>A test of an option is worth something only if the numbers depend on it. Therefore every model brings changes of
 * its config.json that are wrong, and each of them must move the logits.
 */
class VariantsTest {
    private static final ModelOptions EXACT =
            ModelOptions.defaults().withThreads(1).withActivations(ActivationPrecision.F32);

    /** Well above the greatest distance reached, 1.9e-6. */
    private static final double DISTANCE_MAX = 1e-5;

    @TempDir
    Path folder;

    static List<Golden> variants() {
        return Golden.variants();
    }

    static Stream<Arguments> wrongOptions() {
        return variants().stream().flatMap(golden -> wrong(golden.model()).map(change -> Arguments.of(golden, change)));
    }

    private static Stream<Json.Obj> wrong(Path model) {
        return read(model.resolve("golden.json")).array("wrong").orElseThrow().elements().stream()
                .map(Json.Obj.class::cast);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void giveTheLogitsAndTheGreedyAnswersOfTransformers(Golden golden) {
        try (Transformer transformer = Transformer.open(ModelSource.open(golden.model()), options(golden))) {
            for (Golden.Case c : golden.cases()) {
                int length = c.tokens().length;
                try (SequenceRun prompted = new SequenceRun(transformer, KvType.F32, length);
                        SequenceRun answered = new SequenceRun(transformer, KvType.F32, length + c.greedy().length)) {
                    float[][] logits = prompted.logits(c.tokens());
                    assertThat(SequenceRun.distance(logits[length - 1], c.logits()))
                            .isLessThan(DISTANCE_MAX);
                    for (int position = 0; position < length; position++) {
                        assertThat(SequenceRun.best(logits[position], 5))
                                .as("best five of position %d", position)
                                .containsExactly(c.top5()[position]);
                    }
                    assertThat(answered.greedy(c.tokens(), c.greedy().length)).containsExactly(c.greedy());
                }
            }
        }
    }

    /** A model cut off behind a layer leaves that layer's output in the residual stream. */
    @ParameterizedTest
    @MethodSource("variants")
    void giveTheHiddenValuesOfTransformersBehindEveryLayer(Golden golden) {
        for (int layers = 1; layers <= golden.cases().getFirst().hidden().length; layers++) {
            Path cut = copy(golden.model(), cut(read(golden.model().resolve("config.json")), layers));
            try (Transformer transformer = Transformer.open(ModelSource.open(cut), options(golden))) {
                for (Golden.Case c : golden.cases()) {
                    float[] expected = c.hidden()[layers - 1];
                    try (SequenceRun run = new SequenceRun(transformer, KvType.F32, c.tokens().length)) {
                        run.logits(c.tokens());
                        float[] hidden = Arrays.copyOf(run.hidden(c.tokens().length - 1), expected.length);
                        assertThat(SequenceRun.distance(hidden, expected))
                                .as("behind layer %d", layers)
                                .isLessThan(DISTANCE_MAX);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("wrongOptions")
    void changeWhenAnOptionIsWrong(Golden golden, Json.Obj change) {
        Json.Obj config = read(golden.model().resolve("config.json"));
        for (var entry : change.members().entrySet()) {
            config = with(config, entry.getKey(), entry.getValue());
        }
        Golden.Case longest = golden.cases().getLast();
        try (Transformer transformer =
                        Transformer.open(ModelSource.open(copy(golden.model(), config)), options(golden));
                SequenceRun run = new SequenceRun(transformer, KvType.F32, longest.tokens().length)) {
            float[][] logits = run.logits(longest.tokens());
            assertThat(SequenceRun.distance(logits[logits.length - 1], longest.logits()))
                    .isGreaterThan(1e-3);
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void readTheSameFromWhatTransformers5Writes(Golden golden) {
        Path rewritten = copy(golden.model(), read(golden.model().resolve("config.v5.json")));

        assertThat(config(rewritten)).isEqualTo(config(golden.model()));
    }

    /** LongRoPE's long factors are asked for by a context beyond the original one. */
    private static ModelOptions options(Golden golden) {
        return read(golden.model().resolve("golden.json"))
                .get("context")
                .map(context -> EXACT.withContextMax(((Json.Num) context).intValue()))
                .orElse(EXACT);
    }

    private static ModelConfig config(Path model) {
        try (HuggingFaceFolder source = HuggingFaceFolder.open(model)) {
            return ModelConfig.of(source);
        }
    }

    private static Json.Obj cut(Json.Obj config, int layers) {
        Optional<Json.Obj> text = config.object("text_config");
        if (text.isPresent()) {
            return config.with("text_config", cut(text.get(), layers));
        }
        Json.Obj shorter = config.with("num_hidden_layers", Json.of(layers));
        return config.array("layer_types")
                .map(types ->
                        shorter.with("layer_types", Json.array(types.elements().subList(0, layers))))
                .orElse(shorter);
    }

    /** The object with another value behind a path of keys. */
    private static Json.Obj with(Json.Obj object, String path, Json value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return object.with(path, value);
        }
        String first = path.substring(0, dot);
        return object.with(first, with(object.object(first).orElseThrow(), path.substring(dot + 1), value));
    }

    private Path copy(Path model, Json.Obj config) {
        try {
            Path copy = Files.createTempDirectory(folder, "model");
            Files.copy(model.resolve("model.safetensors"), copy.resolve("model.safetensors"));
            Files.writeString(copy.resolve("config.json"), config.toString());
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Json.Obj read(Path file) {
        try {
            return Json.parseObject(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
