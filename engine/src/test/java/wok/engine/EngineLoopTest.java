package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The loop with {@link FakeModel}, where each thing can be arranged. */
class EngineLoopTest {
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULTS.withBatch(32, 4).withSequences(4, 8);

    private final FakeVocabulary vocabulary = new FakeVocabulary();
    private final FakeModel model = new FakeModel(vocabulary.size(), 64);
    private long now;
    private final EngineLoop loop = loop(64, 128, OPTIONS);

    private EngineLoop loop(int blocks, int context, EngineOptions options) {
        return new EngineLoop(model, vocabulary, new KvMemory(blocks, context), options, () -> now++);
    }

    private static int[] prompt(int length) {
        int[] prompt = new int[length];
        Arrays.setAll(prompt, i -> 3 + i % 30);
        return prompt;
    }

    private static GenerationRequest.Builder request(int promptLength) {
        return GenerationRequest.builder(prompt(promptLength))
                .sampling(SamplingOptions.GREEDY)
                .endOfGenerationIgnored(true)
                .tokensMax(20);
    }

    private Answer run(GenerationRequest request) {
        return run(loop, request);
    }

    private static Answer run(EngineLoop loop, GenerationRequest request) {
        GenerationStream stream = loop.submit(request);
        finish(loop);
        return Answer.of(stream);
    }

    private static void finish(EngineLoop loop) {
        boolean busy = true;
        while (busy) {
            busy = loop.step();
        }
    }

    @Test
    void greedyTokensAreThoseOfTheModel() {
        Answer answer = run(request(20).build());
        int[] tokens = Arrays.copyOf(prompt(20), 40);
        for (int length = 20; length < 40; length++) {
            tokens[length] = Sampler.best(FakeModel.logitsAfter(tokens, length, vocabulary.size()), vocabulary.size());
        }
        assertThat(answer.ids()).isEqualTo(Arrays.copyOfRange(tokens, 20, 40));
        assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void theNextTurnReusesTheBlocksOfTheTurnsBefore() {
        Answer first = run(request(40).build());
        int[] next = Arrays.copyOf(prompt(40), 70);
        System.arraycopy(first.ids(), 0, next, 40, 20);
        Answer second = run(GenerationRequest.builder(next).tokensMax(5).build());
        assertThat(first.usage().cachedPromptTokens()).isZero();
        assertThat(second.usage().cachedPromptTokens()).isEqualTo(48);
        assertThat(second.usage().promptTokens()).isEqualTo(70);
    }

    @Test
    void theLastPromptTokenIsAlwaysComputed() {
        run(request(32).build());
        assertThat(run(request(32).build()).usage().cachedPromptTokens()).isEqualTo(16);
        assertThat(run(request(33).build()).usage().cachedPromptTokens()).isEqualTo(32);
    }

    @Test
    void answersKeepComingWhileALongPromptIsRead() {
        GenerationStream talking = loop.submit(request(3).tokensMax(40).build());
        loop.step();
        GenerationStream reading = loop.submit(request(100).tokensMax(1).build());
        long before = loop.statistics().tokens();
        for (int step = 1; step <= 20; step++) {
            loop.step();
            assertThat(loop.statistics().tokens()).isEqualTo(before + step);
            assertThat(loop.statistics().running()).isEqualTo(2);
        }
        finish(loop);
        assertThat(Answer.of(talking).ids()).hasSize(40);
        assertThat(Answer.of(reading).ids()).hasSize(1);
        assertThat(model.rowsGreatest()).isEqualTo(5);
    }

    @Test
    void aPromptAloneUsesTheWholeBatch() {
        GenerationStream stream = loop.submit(request(64).tokensMax(1).build());
        loop.step();
        loop.step();
        assertThat(model.rowsGreatest()).isEqualTo(32);
        assertThat(Answer.of(stream).ids()).hasSize(1);
    }

    @Test
    void aPromptLongerThanTheContextIsRefusedWithBothNumbers() {
        assertThatThrownBy(() -> loop.submit(request(128).build()))
                .isInstanceOf(EngineException.class)
                .hasMessage("prompt: 128 tokens (expected: at most 127, one less than the context of 128; shorten the"
                        + " prompt or start the engine with a greater contextMax)");
        assertThat(run(request(127).build()).ids()).hasSize(1);
    }

    @Test
    void theContextsEndEndsTheAnswer() {
        Answer answer = run(request(100).tokensMax(1000).build());
        assertThat(answer.ids()).hasSize(28);
        assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shiftingDropsTheOlderHalfAndKeepsTheBeginning() {
        Answer answer = run(request(100)
                .tokensMax(60)
                .contextPolicy(ContextPolicy.SHIFT)
                .contextKeep(10)
                .build());
        int[] tokens = Arrays.copyOf(prompt(100), 128);
        int length = 100;
        for (int said = 0; said < 60; said++) {
            int next = Sampler.best(FakeModel.logitsAfter(tokens, length, vocabulary.size()), vocabulary.size());
            assertThat(answer.ids()[said]).isEqualTo(next);
            tokens[length++] = next;
            if (length == 128) {
                System.arraycopy(tokens, 10 + 59, tokens, 10, 59);
                length = 69;
            }
        }
        assertThat(answer.ids()).hasSize(60);
    }

    @Test
    void aTokensRandomNumberBelongsToItsPlaceInAllThatWasSaid() {
        SamplingOptions sampling =
                SamplingOptions.DEFAULTS.withTemperature(1.3f).withSeed(77);
        Answer answer = run(request(110)
                .sampling(sampling)
                .tokensMax(40)
                .contextPolicy(ContextPolicy.SHIFT)
                .build());
        Sampler sampler = new Sampler(vocabulary.size());
        int[] tokens = Arrays.copyOf(prompt(110), 128);
        int length = 110;
        for (int place = 110; place < 150; place++) {
            float[] logits = FakeModel.logitsAfter(tokens, length, vocabulary.size());
            int next = sampler.sample(logits, tokens, length, 0, sampling, place);
            assertThat(answer.ids()[place - 110]).isEqualTo(next);
            tokens[length++] = next;
            if (length == 128) {
                System.arraycopy(tokens, 64, tokens, 0, 64);
                length = 64;
            }
        }
    }

    @Test
    void anOutOfRangeTokenIsRefused() {
        GenerationRequest request =
                GenerationRequest.builder(new int[] {1, vocabulary.size()}).build();
        assertThatThrownBy(() -> loop.submit(request)).hasMessage("promptTokens: 40 (expected: a token id, 0 to 39)");
        GenerationRequest biased = GenerationRequest.builder(new int[] {1})
                .sampling(SamplingOptions.builder().logitBias(Map.of(-1, 1f)).build())
                .build();
        assertThatThrownBy(() -> loop.submit(biased)).hasMessage("logitBias: -1 (expected: a token id, 0 to 39)");
    }

    @Test
    void aFullQueueSaysSo() {
        for (int i = 0; i < 8; i++) {
            loop.submit(request(3).build());
        }
        assertThatThrownBy(() -> loop.submit(request(3).build()))
                .hasMessage(
                        "queue: 8 requests are waiting (expected: fewer than 8; try again later, or start the engine"
                                + " with a greater queueMax)");
        loop.step();
        GenerationStream later = loop.submit(request(3).build());
        finish(loop);
        assertThat(Answer.of(later).ids()).hasSize(20);
    }

    @Test
    void cancelledWhileWaitingLeavesTheQueue() {
        for (int round = 0; round < 20; round++) {
            GenerationStream stream = loop.submit(request(3).build());
            stream.cancel();
            loop.step();
            assertThat(Answer.of(stream).finished().reason()).isEqualTo(FinishReason.CANCELLED);
        }
        assertThat(loop.statistics().rows()).isZero();
    }

    @Test
    void aCancelledAnswerGivesItsBlocksBackAtTheNextStep() {
        GenerationStream stream = loop.submit(request(40).tokensMax(50).build());
        loop.step();
        loop.step();
        assertThat(loop.statistics().kvBlocksHeld()).isEqualTo(3);
        stream.close();
        loop.step();
        assertThat(loop.statistics().kvBlocksHeld()).isZero();
        assertThat(Answer.of(stream).finished().reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(stream.next()).isEqualTo(stream.next());
    }

    @Test
    void aFailedForwardFailsItsSequencesAndNoOthers() {
        model.failAtForward(1);
        GenerationStream first = loop.submit(request(3).build());
        loop.step();
        loop.step();
        assertThat(Answer.of(first).end())
                .isEqualTo(new GenerationEvent.Failed(
                        "the model's forward pass failed: java.lang.IllegalStateException: out of luck"));
        assertThat(loop.statistics().kvBlocksHeld()).isZero();
        assertThat(run(request(3).build()).ids()).hasSize(20);
    }

    @Test
    void noTokensAtAllComputesThePromptAlone() {
        Answer answer = run(request(40).tokensMax(0).build());
        assertThat(answer.ids()).isEmpty();
        assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
        assertThat(run(request(40).build()).usage().cachedPromptTokens()).isEqualTo(32);
    }

    @Test
    void damagedLogitsFailTheirSequenceAlone() {
        model.damageAtForward(1);
        GenerationStream damaged = loop.submit(request(3).build());
        loop.step();
        loop.step();
        assertThat(Answer.of(damaged).end())
                .isInstanceOfSatisfying(
                        GenerationEvent.Failed.class,
                        failed -> assertThat(failed.message())
                                .startsWith("logit of token 7: NaN (expected: a finite number)"));
        assertThat(loop.statistics().kvBlocksHeld()).isZero();
        assertThat(run(request(3).build()).ids()).hasSize(20);
    }

    @Test
    void aUsedUpBudgetClosesTheThinking() {
        ReasoningOptions inside = ReasoningOptions.THINK.withStartsInside(true);
        for (int budget = 0; budget < 6; budget++) {
            Answer answer = run(request(5).reasoning(inside.withBudget(budget)).build());
            assertThat(answer.ids()[budget]).isEqualTo(FakeVocabulary.CLOSE);
            assertThat(answer.usage().reasoningTokens()).isEqualTo(budget + 1);
            assertThat(answer.usage().completionTokens()).isEqualTo(20);
            assertThat(answer.text()).isNotEmpty();
            assertThat(answer.reasoning().isEmpty()).isEqualTo(budget == 0);
        }
    }

    @Test
    void logprobsComeWithEveryToken() {
        Answer answer = run(request(5).topLogprobs(2).build());
        assertThat(answer.tokens()).hasSize(20).allSatisfy(token -> {
            assertThat(token.top()).hasSize(2);
            assertThat(token.top().getFirst()).isEqualTo(new TokenLogprob(token.id(), token.logprob()));
        });
    }

    @Test
    void timesAreThoseOfTheClock() {
        Usage usage = run(request(40).build()).usage();
        assertThat(usage.queueNanos()).isPositive();
        assertThat(usage.promptNanos()).isPositive();
        assertThat(usage.completionNanos()).isEqualTo(19);
        assertThat(usage.firstTokenNanos()).isEqualTo(usage.queueNanos() + usage.promptNanos());
        assertThat(usage.totalTokens()).isEqualTo(60);
    }

    /** Two sequences outgrow the memory; the third would have room at once, but it came later than the one preempted. */
    @Test
    void aPreemptedSequenceGoesOnBeforeLaterOnesBegin() {
        EngineLoop scarce = loop(8, 128, OPTIONS.withSequences(2, 8));
        GenerationStream oldest = scarce.submit(request(40).tokensMax(60).build());
        GenerationStream preempted = scarce.submit(GenerationRequest.builder(prompt(44))
                .sampling(SamplingOptions.GREEDY.withTemperature(1))
                .endOfGenerationIgnored(true)
                .tokensMax(60)
                .build());
        GenerationStream later = scarce.submit(request(3).build());
        finish(scarce);
        Usage first = Answer.of(oldest).usage();
        assertThat(scarce.statistics().preemptions()).isPositive();
        assertThat(Answer.of(preempted).ids()).hasSize(60);
        assertThat(Answer.of(later).usage().queueNanos())
                .isGreaterThanOrEqualTo(first.firstTokenNanos() + first.completionNanos() - 4);
    }

    @Test
    void endingAllCancelsWhatRunsAndWhatWaits() {
        List<GenerationStream> streams =
                List.of(loop.submit(request(3).build()), loop.submit(request(3).build()));
        loop.step();
        GenerationStream waiting = loop.submit(request(3).build());
        loop.cancelAll();
        assertThat(Answer.of(waiting).finished().reason()).isEqualTo(FinishReason.CANCELLED);
        streams.forEach(
                stream -> assertThat(Answer.of(stream).finished().reason()).isEqualTo(FinishReason.CANCELLED));
        assertThat(loop.statistics().kvBlocksHeld()).isZero();
    }

    @Test
    void anUnreadAnswerIsOneEventAndItsEnd() {
        GenerationStream stream = loop.submit(request(5).build());
        finish(loop);
        assertThat(stream.next())
                .isInstanceOfSatisfying(
                        GenerationEvent.Text.class,
                        text -> assertThat(text.tokens()).hasSizeGreaterThan(15));
        assertThat(stream.next()).isInstanceOf(GenerationEvent.Finished.class);
    }
}
