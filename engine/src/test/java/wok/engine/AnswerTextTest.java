package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import wok.model.AdapterMix;

/** From tokens to text and events, with a model that says what it is told to. */
class AnswerTextTest {
    private static final int A = 3;
    /** The first of the two bytes of é. */
    private static final int FIRST_BYTE = 33;

    private final FakeVocabulary vocabulary = new FakeVocabulary();

    private Answer say(String text, ReasoningOptions reasoning, String... stop) {
        return say(vocabulary.encode(text), reasoning, stop);
    }

    private Answer say(int[] ids, ReasoningOptions reasoning, String... stop) {
        int[] prompt = {3, 4, 5, 6, 7};
        ScriptedModel model = new ScriptedModel(vocabulary.size(), ids, prompt.length);
        EngineLoop loop = new EngineLoop(model, vocabulary, new KvMemory(8, 128), EngineOptions.DEFAULTS, () -> 0);
        GenerationStream stream = loop.submit(GenerationRequest.builder(prompt)
                .sampling(SamplingOptions.GREEDY)
                .reasoning(reasoning)
                .stop(stop)
                .build());
        boolean busy = true;
        while (busy) {
            busy = loop.step();
        }
        return Answer.of(stream);
    }

    @Test
    void theEndTokenEndsTheAnswerAndComesWithTheEnd() {
        Answer answer = say("abc", ReasoningOptions.NONE);
        assertThat(answer.text()).isEqualTo("abc");
        assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.finished().tokens()).containsExactly(TokenInfo.of(FakeVocabulary.END));
        assertThat(answer.usage().completionTokens()).isEqualTo(2);
    }

    @Test
    void aStopStringEndsTheAnswerAndItsTokensComeWithTheEnd() {
        Answer answer = say("ab the stopabc", ReasoningOptions.NONE, " stop");
        assertThat(answer.text()).isEqualTo("ab the");
        assertThat(answer.finished().stop()).isEqualTo(" stop");
        assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.ids()).isEqualTo(vocabulary.encode("ab the stop"));
        assertThat(answer.finished().tokens()).hasSize(2);
    }

    @Test
    void thinkingIsToldFromAnsweringAndCounted() {
        Answer answer = say("<think>ab the</think>\na é", ReasoningOptions.THINK);
        assertThat(answer.reasoning()).isEqualTo("ab the");
        assertThat(answer.text()).isEqualTo("a é");
        assertThat(answer.usage().reasoningTokens()).isEqualTo(3);
    }

    @Test
    void controlTokensStayHiddenWhereTheyAreNoTags() {
        assertThat(say("a<think>b</think>c", ReasoningOptions.THINK).text()).isEqualTo("abc");
        assertThat(say("<think>a</think>b</think>c", ReasoningOptions.THINK).text())
                .isEqualTo("bc");
        assertThat(say("a</think>b", ReasoningOptions.NONE).text()).isEqualTo("ab");
    }

    @Test
    void stopStringsAreNotLookedForInTheThinking() {
        Answer answer = say("<think>ab the</think>a the", ReasoningOptions.THINK, " the");
        assertThat(answer.reasoning()).isEqualTo("ab the");
        assertThat(answer.text()).isEqualTo("a");
    }

    @Test
    void noBudgetMeansNoThinkingEvenIfTheModelOpensIt() {
        Answer answer = say("<think>ab</think>a", ReasoningOptions.THINK.withBudget(0));
        assertThat(answer.reasoning()).isEmpty();
        assertThat(answer.ids()[1]).isEqualTo(FakeVocabulary.CLOSE);
    }

    @Test
    void brokenCharactersBecomeReplacementsAtTheEnd() {
        Answer answer = say(new int[] {A, FIRST_BYTE}, ReasoningOptions.NONE);
        assertThat(answer.text()).isEqualTo("a\uFFFD");
    }

    /** Says given tokens after a prompt of known length, then the end token. */
    private static final class ScriptedModel implements LanguageModel {
        private final int vocabularySize;
        private final int[] script;
        private final int promptLength;
        private int wanted;

        ScriptedModel(int vocabularySize, int[] script, int promptLength) {
            this.vocabularySize = vocabularySize;
            this.script = script;
            this.promptLength = promptLength;
        }

        @Override
        public void use(AdapterMix adapters) {}

        @Override
        public int vocabularySize() {
            return vocabularySize;
        }

        @Override
        public void clear() {
            wanted = 0;
        }

        @Override
        public void add(int tokenId, int position, int[] blockTable, int stateSlot, boolean wantsLogits) {
            wanted = position + 1 - promptLength;
        }

        @Override
        public int stateSlots() {
            return 0;
        }

        @Override
        public void keepState(int slot) {
            throw new AssertionError("no state to keep");
        }

        @Override
        public void copyState(int from, int to) {
            throw new AssertionError("no state to copy");
        }

        @Override
        public void forward() {}

        @Override
        public void logits(int index, float[] into) {
            Arrays.fill(into, 0);
            into[wanted < script.length ? script[wanted] : FakeVocabulary.END] = 1;
        }
    }
}
