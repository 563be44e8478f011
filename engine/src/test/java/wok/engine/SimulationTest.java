package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scheduler under seeded random loads: arrivals, cancellations, too little memory, tiny batches. The model is
 * {@link FakeModel}, the clock counts calls, so a seed replays exactly.
 */
class SimulationTest {
    private static final int REQUESTS = 40;
    private static final int CONTEXT = 96;
    private static final int NO_STATES = -1;

    private final FakeVocabulary vocabulary = new FakeVocabulary();
    private final Map<GenerationRequest, Answer> alone = new HashMap<>();

    private static final class Load {
        final GenerationRequest request;
        final int cancelAfterSteps;
        GenerationStream stream = new GenerationStream();
        int age;

        Load(GenerationRequest request, int cancelAfterSteps) {
            this.request = request;
            this.cancelAfterSteps = cancelAfterSteps;
        }
    }

    private static final class World {
        final SplittableRandom random;
        final EngineOptions options;
        final FakeModel model;
        final EngineLoop loop;
        final int statesKept;
        final List<Load> submitted = new ArrayList<>();
        long now;
        long steps;
        long refused;
        long preemptions;
        long reused;
        boolean failed;

        World(long seed, FakeVocabulary vocabulary) {
            this(seed, vocabulary, NO_STATES);
        }

        /** @param statesKept at most, beside those of running sequences; {@link #NO_STATES} for a model without */
        World(long seed, FakeVocabulary vocabulary, int statesKept) {
            random = new SplittableRandom(seed);
            int sequencesMax = 1 + random.nextInt(6);
            int batch = sequencesMax + random.nextInt(40);
            options = EngineOptions.DEFAULTS
                    .withSequences(sequencesMax, 1 + random.nextInt(8))
                    .withBatch(batch, 1 + random.nextInt(batch))
                    .withPrefixCache(random.nextInt(4) > 0);
            int blocks = CONTEXT / 16 + random.nextInt(8);
            this.statesKept = statesKept;
            int states = statesKept == NO_STATES ? 0 : sequencesMax + statesKept;
            model = new FakeModel(vocabulary.size(), blocks, states);
            loop = new EngineLoop(model, vocabulary, new KvMemory(blocks, CONTEXT), options, () -> now++);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void everyAnswerIsWhatItWouldBeAloneAndNothingLeaks(int part) {
        long steps = 0;
        long preemptions = 0;
        for (int seed = part * 120; seed < part * 120 + 120; seed++) {
            World world = new World(seed, vocabulary);
            run(world);
            checkEnd(world, seed);
            steps += world.steps;
            preemptions += world.preemptions;
        }
        assertThat(steps).isGreaterThan(12_000);
        assertThat(preemptions).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void theSameHoldsForAModelWithRecurrentState(int part) {
        long reused = 0;
        long preemptions = 0;
        for (int seed = part * 60; seed < part * 60 + 60; seed++) {
            World world = new World(seed, vocabulary, part);
            if (seed % 3 == 0) {
                world.model.failAtForward(20 + seed % 40);
                world.failed = true;
            }
            run(world);
            checkEnd(world, seed);
            preemptions += world.preemptions;
            reused += world.reused;
        }
        assertThat(preemptions).isGreaterThan(30);
        if (part == 0) {
            assertThat(reused).as("nothing is kept, so nothing can be found").isZero();
        } else {
            assertThat(reused).isGreaterThan(500);
        }
    }

    @Test
    void theSameSeedGivesTheSameHistory() {
        for (int seed = 5000; seed < 5010; seed++) {
            World first = new World(seed, vocabulary);
            World second = new World(seed, vocabulary);
            run(first);
            run(second);
            assertThat(first.loop.statistics()).isEqualTo(second.loop.statistics());
            assertThat(first.now).isEqualTo(second.now);
            for (int i = 0; i < first.submitted.size(); i++) {
                assertThat(Answer.of(first.submitted.get(i).stream))
                        .isEqualTo(Answer.of(second.submitted.get(i).stream));
            }
        }
    }

    private void run(World world) {
        long bound = 0;
        List<Load> coming = loads(world.random);
        while (!coming.isEmpty() || busy(world)) {
            if (!coming.isEmpty() && world.random.nextInt(3) == 0) {
                Load load = coming.removeLast();
                bound += submit(world, load);
            }
            if (world.loop.step()) {
                world.steps++;
            }
            checkStep(world);
            world.submitted.forEach(load -> {
                if (++load.age == load.cancelAfterSteps) {
                    load.stream.cancel();
                }
            });
            // The oldest sequence comes forward in every step, so all of them together need no more steps than this.
            assertThat(world.steps).isLessThanOrEqualTo(bound);
        }
    }

    private static boolean busy(World world) {
        EngineStatistics now = world.loop.statistics();
        return now.running() + now.waiting() > 0 || world.loop.hasArrivals();
    }

    private static long submit(World world, Load load) {
        try {
            load.stream = world.loop.submit(load.request);
            world.submitted.add(load);
            int longest = load.request.promptLength() + load.request.tokensMax();
            return load.request.contextPolicy() == ContextPolicy.SHIFT ? 50L * longest : longest;
        } catch (EngineException full) {
            assertThat(full).hasMessageStartingWith("queue: ");
            world.refused++;
            return 0;
        }
    }

    private static void checkStep(World world) {
        EngineStatistics now = world.loop.statistics();
        assertThat(now.running()).isLessThanOrEqualTo(world.options.sequencesMax());
        assertThat(world.model.rowsGreatest()).isLessThanOrEqualTo(world.options.batchTokens());
        assertThat(now.kvBlocksHeld() + now.kvBlocksCached()).isBetween(0, now.kvBlocks());
        world.preemptions = now.preemptions();
        // A sequence whose context has just been shifted holds nothing until the next step.
        assertThat(now.statesHeld()).isBetween(0, world.statesKept == NO_STATES ? 0 : now.running());
        assertThat(now.statesKept()).isBetween(0, Math.max(0, world.statesKept));
    }

    private void checkEnd(World world, int seed) {
        EngineStatistics end = world.loop.statistics();
        assertThat(end.kvBlocksHeld()).as("blocks leaked, seed %d", seed).isZero();
        assertThat(end.statesHeld()).as("states leaked, seed %d", seed).isZero();
        assertThat(world.submitted.size() + world.refused).isEqualTo(REQUESTS);
        for (Load load : world.submitted) {
            Answer told = Answer.of(load.stream);
            Answer answer = told.withoutTimes();
            boolean hasState = world.statesKept != NO_STATES;
            Answer expected = alone.computeIfAbsent(load.request, request -> answerAlone(request, hasState));
            if (world.failed && told.end() instanceof GenerationEvent.Failed) {
                assertThat(Arrays.copyOf(expected.ids(), answer.ids().length)).isEqualTo(answer.ids());
                continue;
            }
            world.reused += told.usage().cachedPromptTokens();
            if (answer.finished().reason() == FinishReason.CANCELLED) {
                assertThat(expected.text()).startsWith(withoutHeldBack(answer.text()));
                assertThat(Arrays.copyOf(expected.ids(), answer.ids().length)).isEqualTo(answer.ids());
            } else {
                assertThat(answer).as("seed %d", seed).isEqualTo(expected);
            }
        }
    }

    /** A cancelled answer shows the broken last character, and what might have become a stop string. */
    private static String withoutHeldBack(String text) {
        return text.substring(0, Math.max(0, text.length() - 3));
    }

    private Answer answerAlone(GenerationRequest request, boolean hasState) {
        FakeModel model = new FakeModel(vocabulary.size(), CONTEXT / 16, hasState ? 1 : 0);
        EngineOptions options =
                EngineOptions.DEFAULTS.withSequences(1, 1).withBatch(1, 1).withPrefixCache(false);
        EngineLoop loop = new EngineLoop(model, vocabulary, new KvMemory(CONTEXT / 16, CONTEXT), options, () -> 0);
        GenerationStream stream = loop.submit(request);
        boolean busy = true;
        while (busy) {
            busy = loop.step();
        }
        return Answer.of(stream).withoutTimes();
    }

    /** Requests of a few conversations, so that many prompts begin alike. */
    private List<Load> loads(SplittableRandom random) {
        List<Load> loads = new ArrayList<>();
        int[] conversation = new int[CONTEXT];
        for (int i = 0; i < CONTEXT; i++) {
            conversation[i] = 3 + (i * 7) % 30;
        }
        for (int i = 0; i < REQUESTS; i++) {
            int[] prompt = Arrays.copyOf(conversation, 1 + random.nextInt(random.nextBoolean() ? CONTEXT - 1 : 20));
            if (random.nextInt(3) == 0) {
                prompt[random.nextInt(prompt.length)] = 3 + random.nextInt(30);
            }
            loads.add(new Load(request(prompt, random), random.nextInt(5) == 0 ? 1 + random.nextInt(60) : -1));
        }
        return loads;
    }

    private static GenerationRequest request(int[] prompt, SplittableRandom random) {
        SamplingOptions sampling = SamplingOptions.builder()
                .temperature(random.nextInt(3) == 0 ? 0 : 1.2f)
                .topK(random.nextInt(2) * 20)
                .repeatPenalty(random.nextInt(2) == 0 ? 1 : 1.1f)
                .dry(DryOptions.OFF.withMultiplier(random.nextInt(2)))
                .seed(random.nextInt(3))
                .build();
        ReasoningOptions reasoning =
                ReasoningOptions.THINK.withStartsInside(random.nextBoolean()).withBudget(random.nextInt(12) - 1);
        return GenerationRequest.builder(prompt)
                .sampling(sampling)
                .tokensMax(random.nextInt(80))
                .stop(random.nextInt(3) == 0 ? List.of("abc", "ba") : List.of())
                .topLogprobs(random.nextInt(3) - 1)
                .reasoning(random.nextBoolean() ? reasoning : ReasoningOptions.NONE)
                .contextPolicy(random.nextInt(4) == 0 ? ContextPolicy.SHIFT : ContextPolicy.ERROR)
                .contextKeep(random.nextInt(2) * Math.min(prompt.length, 10))
                .endOfGenerationIgnored(random.nextInt(3) > 0)
                .build();
    }
}
