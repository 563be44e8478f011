package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import wok.kernels.KvType;

/** Every option refuses what it can't take, and says what it would take. */
class OptionsTest {

    private static SamplingOptions.Builder sampling() {
        return SamplingOptions.builder();
    }

    private static GenerationRequest.Builder request() {
        return GenerationRequest.builder(new int[] {1, 2, 3});
    }

    private static void rejects(Supplier<?> made, String message) {
        assertThatThrownBy(made::get).isInstanceOf(EngineException.class).hasMessage(message);
    }

    @Test
    void rejectsTemperatures() {
        rejects(sampling().temperature(-1)::build, "temperature: -1 (expected: 0 or more)");
        rejects(sampling().temperature(-0.5f)::build, "temperature: -0.5 (expected: 0 or more)");
        rejects(sampling().temperature(Float.NaN)::build, "temperature: NaN (expected: a finite number, 0 or more)");
        rejects(
                sampling().temperature(Float.POSITIVE_INFINITY)::build,
                "temperature: Infinity (expected: a finite number, 0 or more)");
        assertThat(sampling().temperature(-0.0f).build().temperature()).isZero();
    }

    @Test
    void rejectsTruncations() {
        rejects(sampling().topK(-1)::build, "topK: -1 (expected: 0 or more)");
        rejects(sampling().topP(1.5f)::build, "topP: 1.5 (expected: 0 to 1)");
        rejects(sampling().topP(-1e-9f)::build, "topP: -1.0E-9 (expected: 0 to 1)");
        rejects(sampling().minP(2)::build, "minP: 2 (expected: 0 to 1)");
        rejects(sampling().minP(Float.NaN)::build, "minP: NaN (expected: a finite number, 0 to 1)");
        rejects(sampling().typicalP(-1)::build, "typicalP: -1 (expected: 0 to 1)");
    }

    @Test
    void rejectsPenalties() {
        rejects(sampling().repeatPenalty(0)::build, "repeatPenalty: 0 (expected: 0.01 to 100)");
        rejects(sampling().repeatPenalty(1e30f)::build, "repeatPenalty: 1.0E30 (expected: 0.01 to 100)");
        rejects(sampling().repeatLastN(-2)::build, "repeatLastN: -2 (expected: -1 or more)");
        rejects(sampling().presencePenalty(101)::build, "presencePenalty: 101 (expected: -100 to 100)");
        rejects(
                sampling().frequencyPenalty(Float.NEGATIVE_INFINITY)::build,
                "frequencyPenalty: -Infinity (expected: a finite number, -100 to 100)");
    }

    @Test
    void rejectsBiases() {
        rejects(sampling().logitBias(Map.of(7, 1001f))::build, "logitBias[7]: 1001 (expected: -1000 to 1000)");
        rejects(
                sampling().logitBias(Map.of(7, Float.NaN))::build,
                "logitBias[7]: NaN (expected: a finite number, -1000 to 1000)");
        Map<Integer, Float> many = new HashMap<>();
        for (int id = 0; id < 5000; id++) {
            many.put(id, 1f);
        }
        rejects(sampling().logitBias(many)::build, "logitBias: 5000 tokens (expected: at most 4096)");
        assertThat(sampling()
                        .logitBias(Map.of(7, Float.NEGATIVE_INFINITY))
                        .build()
                        .logitBias())
                .hasSize(1);
    }

    @Test
    void rejectsDry() {
        rejects(() -> dry(-1, 2, 2, -1, List.of()), "dry.multiplier: -1 (expected: 0 to 1000)");
        rejects(() -> dry(1, 0.5f, 2, -1, List.of()), "dry.base: 0.5 (expected: 1 to 100)");
        rejects(() -> dry(1, Float.NaN, 2, -1, List.of()), "dry.base: NaN (expected: a finite number, 1 to 100)");
        rejects(() -> dry(1, 2, 0, -1, List.of()), "dry.allowedLength: 0 (expected: 1 or more)");
        rejects(() -> dry(1, 2, 2, -2, List.of()), "dry.lastN: -2 (expected: -1 or more)");
        rejects(
                () -> dry(1, 2, 2, -1, List.of("a", "")),
                "dry.sequenceBreakers: an empty text (expected: texts of one character or more)");
        rejects(
                () -> dry(1, 2, 2, -1, Collections.nCopies(65, "a")),
                "dry.sequenceBreakers: 65 texts (expected: at most 64)");
    }

    private static DryOptions dry(float multiplier, float base, int allowed, int lastN, List<String> breakers) {
        return new DryOptions(multiplier, base, allowed, lastN, breakers);
    }

    @Test
    void rejectsRequests() {
        rejects(GenerationRequest.builder(new int[0])::build, "promptTokens: 0 tokens (expected: 1 or more)");
        rejects(request().tokensMax(-1)::build, "tokensMax: -1 (expected: 0 or more)");
        rejects(request().topLogprobs(-2)::build, "topLogprobs: -2 (expected: -1 to 100)");
        rejects(request().topLogprobs(101)::build, "topLogprobs: 101 (expected: -1 to 100)");
        rejects(request().contextKeep(4)::build, "contextKeep: 4 (expected: 0 to 3)");
        rejects(request().stop("a", "")::build, "stop[1] characters: 0 (expected: 1 to 1024)");
        rejects(request().stop("a".repeat(1025))::build, "stop[0] characters: 1025 (expected: 1 to 1024)");
        rejects(request().stop(Collections.nCopies(65, "a"))::build, "stop: 65 texts (expected: at most 64)");
        rejects(request().stop("a\uD83D")::build, "stop[0]: a lone surrogate (expected: whole characters)");
    }

    @Test
    void rejectsReasoning() {
        rejects(() -> ReasoningOptions.THINK.withBudget(-2), "reasoning.budget: -2 (expected: -1 or more)");
        rejects(
                () -> new ReasoningOptions("<a>", "", false, -1),
                "reasoning.open: \"<a>\" (expected: both tags or neither)");
        rejects(
                () -> new ReasoningOptions("<a> ", "</a>", false, -1),
                "reasoning.open: \"<a> \" (expected: no whitespace at its ends)");
        rejects(
                () -> ReasoningOptions.NONE.withStartsInside(true),
                "reasoning.startsInside: true (expected: false when there are no tags)");
        rejects(
                () -> new ReasoningOptions("<a>", "b".repeat(257), false, -1),
                "reasoning.close: 257 characters (expected: at most 256)");
        rejects(
                () -> new ReasoningOptions("<a>", "\uDE00", false, -1),
                "reasoning.close: a lone surrogate (expected: whole characters)");
    }

    @Test
    void rejectsEngineOptions() {
        EngineOptions defaults = EngineOptions.DEFAULTS;
        rejects(() -> defaults.withContextMax(-1), "contextMax: -1 (expected: 0 to 16777216)");
        rejects(() -> defaults.withKvBytesMax(-1), "kvBytesMax: -1 (expected: 0 or more)");
        rejects(() -> defaults.withSequences(0, 1), "sequencesMax: 0 (expected: 1 to 65536)");
        rejects(() -> defaults.withSequences(1, 0), "queueMax: 0 (expected: 1 to 1048576)");
        rejects(() -> defaults.withBatch(7, 1), "batchTokens: 7 (expected: 8 to 65536)");
        rejects(() -> defaults.withBatch(8, 0), "prefillTokensBesideDecode: 0 (expected: 1 to 65536)");
        assertThat(defaults.withKvType(KvType.Q8).withPrefixCache(false).kvType())
                .isEqualTo(KvType.Q8);
    }

    @Test
    void aRequestOwnsItsPrompt() {
        int[] prompt = {1, 2};
        GenerationRequest request = GenerationRequest.builder(prompt).build();
        prompt[0] = 9;
        request.promptTokens()[1] = 9;
        assertThat(request.promptTokens()).containsExactly(1, 2);
        GenerationRequest same = GenerationRequest.builder(new int[] {1, 2}).build();
        assertThat(request).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(request)
                .isNotEqualTo(GenerationRequest.builder(new int[] {1, 3}).build());
    }

    @Test
    void memoryForKeysAndValuesFollowsTheOptions() {
        EngineOptions defaults = EngineOptions.DEFAULTS.withSequences(2, 1);
        assertThat(KvMemory.of(defaults, 100, 1000)).isEqualTo(new KvMemory(14, 100));
        assertThat(KvMemory.of(defaults.withKvBytesMax(5000), 100, 1000)).isEqualTo(new KvMemory(5, 80));
        assertThat(KvMemory.of(defaults.withContextMax(50), 100, 1000)).isEqualTo(new KvMemory(8, 50));
        assertThat(KvMemory.of(defaults.withSequences(9, 1), 100, 1000)).isEqualTo(new KvMemory(14, 100));
        assertThat(KvMemory.of(defaults, 1 << 20, 1 << 20)).isEqualTo(new KvMemory(1024, 1 << 14));
        assertThat(KvMemory.of(defaults.withContextMax(1 << 15), 1 << 20, 1 << 20))
                .isEqualTo(new KvMemory(2048, 1 << 15));
        rejects(
                () -> KvMemory.of(defaults.withContextMax(101), 100, 1000),
                "contextMax: 101 (expected: at most 100, the model's context)");
        rejects(
                () -> KvMemory.of(defaults.withContextMax(100).withKvBytesMax(6999), 100, 1000),
                "kvBytesMax: 6999 (expected: at least 7000 for this context)");
        rejects(
                () -> KvMemory.of(defaults.withKvBytesMax(999), 100, 1000),
                "kvBytesMax: 999 (expected: at least 1000 for this context)");
    }
}
