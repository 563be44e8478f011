package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wok.formats.ModelSource;
import wok.model.ModelOptions;
import wok.model.Transformer;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;
import wok.tokenizer.Tokenizer;

/** Models with recurrent layers: an answer behind a state that was kept is, to the bit, that of a fresh computation. */
@Timeout(120)
class RecurrentEngineTest {
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULTS.withContextMax(256).withBatch(48, 8).withSequences(4, 32);

    @TempDir
    private static Path folder;

    private static Tokenizer tokenizer;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void openTokenizer() {
        Path gguf = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("tiny.gguf"));
        try (ModelSource source = ModelSource.open(gguf)) {
            tokenizer = Tokenizer.of(source);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private Engine engine(String model, EngineOptions options) {
        Path path = Path.of("../model/src/test/resources/wok/model/goldens").resolve(model);
        Transformer transformer =
                Transformer.open(ModelSource.open(path), ModelOptions.defaults().withThreads(2));
        opened.add(transformer);
        Engine engine = Engine.start(transformer, tokenizer, options);
        opened.add(engine);
        return engine;
    }

    /** Every logit's bits show in the log-probabilities. */
    private static GenerationRequest request(int[] prompt, int tokensMax) {
        return GenerationRequest.builder(prompt)
                .sampling(SamplingOptions.DEFAULTS.withSeed(5).withTemperature(1.2f))
                .tokensMax(tokensMax)
                .topLogprobs(3)
                .endOfGenerationIgnored(true)
                .build();
    }

    private static int[] random(int length, long seed) {
        return new SplittableRandom(seed).ints(length, 0, 256).toArray();
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    private static Answer answer(Engine engine, int[] prompt) {
        return Answer.of(engine.submit(request(prompt, 24)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3_next", "olmo_hybrid"})
    void aConversationGoesOnWhereItsAnswerEnded(String model) {
        Engine cached = engine(model, OPTIONS);
        Engine fresh = engine(model, OPTIONS.withPrefixCache(false));
        int[] first = random(70, 1);
        Answer said = answer(cached, first);
        int[] second = joined(first, said.ids(), random(20, 2));
        int[] other = joined(first, random(30, 3));

        Answer next = answer(cached, second);
        Answer changed = answer(cached, other);

        assertThat(said.usage().cachedPromptTokens()).isZero();
        assertThat(next.usage().cachedPromptTokens()).isEqualTo(80); // of 70 + 23 computed positions
        assertThat(changed.usage().cachedPromptTokens()).isEqualTo(64); // of the prompt's 70
        assertThat(said.withoutTimes()).isEqualTo(answer(fresh, first).withoutTimes());
        assertThat(next.withoutTimes()).isEqualTo(answer(fresh, second).withoutTimes());
        assertThat(changed.withoutTimes()).isEqualTo(answer(fresh, other).withoutTimes());
        assertThat(cached.statistics().statesKept()).isEqualTo(6); // two each
        assertThat(cached.statistics().statesHeld()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3_next", "olmo_hybrid"})
    void aCommonBeginningIsKeptWhenASecondPromptHasIt(String model) {
        Engine cached = engine(model, OPTIONS);
        Engine fresh = engine(model, OPTIONS.withPrefixCache(false));
        int[] common = random(40, 4);
        int[] expected = {0, 0, 32, 32};

        for (int i = 0; i < expected.length; i++) {
            int[] prompt = joined(common, random(25, 10 + i));
            Answer answer = answer(cached, prompt);
            assertThat(answer.usage().cachedPromptTokens()).isEqualTo(expected[i]);
            assertThat(answer.withoutTimes()).isEqualTo(answer(fresh, prompt).withoutTimes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3_next", "olmo_hybrid"})
    void manyAtOnceWithTooLittleMemoryAnswerAsIfAlone(String model) {
        Engine fresh = engine(model, OPTIONS.withPrefixCache(false).withSequences(1, 32));
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            prompts.add(joined(random(48, 6), random(1 + 13 * i, 20 + i)));
        }
        List<Answer> alone = prompts.stream()
                .map(p -> Answer.of(fresh.submit(request(p, 70))).withoutTimes())
                .toList();
        Engine tight = engine(model, OPTIONS.withKvBytesMax(tightKvBytes(model)));

        List<Generation> generations =
                prompts.stream().map(p -> tight.submit(request(p, 70))).toList();
        List<Answer> together =
                generations.stream().map(g -> Answer.of(g).withoutTimes()).toList();

        assertThat(together).isEqualTo(alone);
        assertThat(tight.statistics().preemptions()).isPositive();
    }

    /** Keys and values of 272 positions: one context and a block. */
    private long tightKvBytes(String model) {
        Path path = Path.of("../model/src/test/resources/wok/model/goldens").resolve(model);
        try (Transformer transformer =
                Transformer.open(ModelSource.open(path), ModelOptions.defaults().withThreads(1))) {
            return 17 * transformer.kvBlockBytes(OPTIONS.kvType());
        }
    }
}
