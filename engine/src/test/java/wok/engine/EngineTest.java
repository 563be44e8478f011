package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.formats.ModelSource;
import wok.kernels.KernelSet;
import wok.kernels.KvType;
import wok.model.ModelOptions;
import wok.model.Transformer;
import wok.tensor.DType;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;
import wok.tokenizer.Tokenizer;

/** The engine with its thread and real, tiny models: an answer depends on its request alone, to the bit. */
@Timeout(120)
class EngineTest {
    private static final int PROMPTS = 7;
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULTS.withContextMax(256).withBatch(48, 8).withSequences(8, 32);

    @TempDir
    private static Path folder;

    private static Path gguf;
    private static Transformer transformer;
    private static Tokenizer tokenizer;
    private static List<Answer> alone = List.of();

    @BeforeAll
    static void openModel() {
        gguf = TinyModel.of(TinyFamily.LLAMA).withDtype(DType.Q8_0).writeGguf(folder.resolve("tiny.gguf"));
        ModelOptions options =
                ModelOptions.defaults().withKernels(KernelSet.REFERENCE).withThreads(1);
        transformer = Transformer.open(ModelSource.open(gguf), options);
        try (ModelSource source = ModelSource.open(gguf)) {
            tokenizer = Tokenizer.of(source);
        }
        alone = alone();
    }

    @AfterAll
    static void closeModel() {
        transformer.close();
    }

    /** Requests with prompts of which some begin alike; every logit's bits show in the log-probabilities. */
    private static List<GenerationRequest> requests() {
        SplittableRandom random = new SplittableRandom(11);
        int[] beginning = random.ints(40, 0, 256).toArray();
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < PROMPTS; i++) {
            int[] prompt = random.ints(30 + 17 * i, 0, 256).toArray();
            if (i % 2 == 0) {
                System.arraycopy(beginning, 0, prompt, 0, Math.min(prompt.length, 40));
            }
            requests.add(GenerationRequest.builder(prompt)
                    .sampling(SamplingOptions.DEFAULTS.withSeed(i).withTemperature(i == 3 ? 0 : 1.5f))
                    .tokensMax(24)
                    .topLogprobs(3)
                    .endOfGenerationIgnored(true)
                    .build());
        }
        return requests;
    }

    private static List<Answer> oneAfterTheOther(Engine engine, List<GenerationRequest> requests) {
        return requests.stream()
                .map(request -> Answer.of(engine.submit(request)).withoutTimes())
                .toList();
    }

    private static List<Answer> together(Engine engine, List<GenerationRequest> requests) {
        List<Generation> generations = requests.stream().map(engine::submit).toList();
        return generations.stream()
                .map(generation -> Answer.of(generation).withoutTimes())
                .toList();
    }

    private static List<Answer> alone() {
        EngineOptions alone = OPTIONS.withSequences(1, 32).withPrefixCache(false);
        try (Engine engine = Engine.start(transformer, tokenizer, alone)) {
            return oneAfterTheOther(engine, requests());
        }
    }

    @Test
    void answersAreTheSameInABatchWithACacheAndWhenPreempted() {
        List<Answer> expected = alone;
        assertThat(expected).allSatisfy(answer -> assertThat(answer.ids()).hasSize(24));
        try (Engine engine = Engine.start(transformer, tokenizer, OPTIONS)) {
            assertThat(together(engine, requests())).isEqualTo(expected);
            assertThat(oneAfterTheOther(engine, requests())).isEqualTo(expected);
            Answer cached = Answer.of(engine.submit(requests().get(6)));
            assertThat(cached.usage().cachedPromptTokens()).isEqualTo(128);
        }
        long bytes = 18 * transformer.kvBlockBytes(KvType.F16);
        EngineOptions scarce = OPTIONS.withKvBytesMax(bytes);
        try (Engine engine = Engine.start(transformer, tokenizer, scarce)) {
            assertThat(together(engine, requests())).isEqualTo(expected);
            assertThat(engine.statistics().preemptions()).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"REFERENCE, 2", "BEST, 1", "BEST, 2"})
    void answersAreTheSameWithOtherKernelsAndThreads(String kernels, int threads) {
        ModelOptions options = ModelOptions.defaults().withThreads(threads);
        ModelOptions chosen = kernels.equals("BEST") ? options : options.withKernels(KernelSet.valueOf(kernels));
        try (Transformer other = Transformer.open(ModelSource.open(gguf), chosen);
                Engine engine = Engine.start(other, tokenizer, OPTIONS)) {
            assertThat(together(engine, requests())).isEqualTo(alone);
        }
    }

    @Test
    void aSeedChoosesTheAnswer() {
        GenerationRequest.Builder builder =
                GenerationRequest.builder(new int[] {5, 6, 7}).tokensMax(30).endOfGenerationIgnored(true);
        SamplingOptions hot = SamplingOptions.DEFAULTS.withTemperature(2);
        try (Engine engine = Engine.start(transformer, tokenizer, OPTIONS)) {
            int[] first = Answer.of(
                            engine.submit(builder.sampling(hot.withSeed(1)).build()))
                    .ids();
            int[] second = Answer.of(
                            engine.submit(builder.sampling(hot.withSeed(2)).build()))
                    .ids();
            int[] again = Answer.of(
                            engine.submit(builder.sampling(hot.withSeed(1)).build()))
                    .ids();
            assertThat(again).isEqualTo(first).isNotEqualTo(second);
        }
    }

    @Test
    void closingEndsRunningAnswersAndRefusesNewOnes() {
        Engine engine = Engine.start(transformer, tokenizer, OPTIONS);
        GenerationRequest endless = GenerationRequest.builder(new int[] {5})
                .contextPolicy(ContextPolicy.SHIFT)
                .endOfGenerationIgnored(true)
                .build();
        Generation running = engine.submit(endless);
        assertThat(running.next()).isInstanceOf(GenerationEvent.Text.class);
        engine.close();
        assertThat(Answer.of(running).finished().reason()).isEqualTo(FinishReason.CANCELLED);
        assertThatThrownBy(() -> engine.submit(endless)).hasMessage("engine: closed (expected: open)");
        engine.close();
    }

    @Test
    void manyThreadsMaySubmitAndCancelAtOnce() throws InterruptedException {
        try (Engine engine = Engine.start(transformer, tokenizer, OPTIONS.withSequences(8, 1000))) {
            List<GenerationRequest> requests = requests();
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 12; t++) {
                int number = t;
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        submitSome(engine, requests, number);
                    } catch (RuntimeException | AssertionError e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
        }
    }

    private static void submitSome(Engine engine, List<GenerationRequest> requests, int number) {
        for (int i = 0; i < 2; i++) {
            int which = (number + i) % PROMPTS;
            try (Generation generation = engine.submit(requests.get(which))) {
                if ((number + i) % 3 == 0) {
                    generation.cancel();
                } else {
                    assertThat(Answer.of(generation).withoutTimes()).isEqualTo(alone.get(which));
                }
            }
        }
    }

    @Test
    void anInterruptedReaderIsToldSo() {
        try (Engine engine = Engine.start(transformer, tokenizer, OPTIONS)) {
            Generation generation = engine.submit(requests().getFirst());
            Thread.currentThread().interrupt();
            assertThatThrownBy(generation::next).isInstanceOf(EngineException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(Answer.of(generation).ids()).hasSize(24);
        }
    }

    @Test
    void textIsWhatTheTokensSpell() {
        try (Engine engine = Engine.start(transformer, tokenizer, OPTIONS)) {
            for (GenerationRequest request : requests()) {
                Answer answer = Answer.of(engine.submit(request));
                int[] prompt = request.promptTokens();
                int[] all = Arrays.copyOf(prompt, prompt.length + 24);
                System.arraycopy(answer.ids(), 0, all, prompt.length, 24);
                assertThat(tokenizer.decode(all, true)).endsWith(answer.text());
            }
        }
    }
}
