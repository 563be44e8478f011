package wok.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.engine.FinishReason;
import wok.engine.Generation;
import wok.engine.GenerationEvent;
import wok.engine.Usage;
import wok.formats.ModelSource;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;
import wok.tokenizer.Tokenizer;

/** Answers of which every piece is known. */
final class AnswerTest {
    @TempDir
    private static Path folder;

    private static Tokenizer tokenizer;

    /** A generation that gives these events. */
    private record Script(Deque<GenerationEvent> events) implements Generation {
        @Override
        public GenerationEvent next() {
            return events.size() > 1 ? events.removeFirst() : events.getFirst();
        }

        @Override
        public void cancel() {
            // it is over at once
        }

        @Override
        public void close() {
            // it holds nothing
        }
    }

    @BeforeAll
    static void openTokenizer() {
        Path model = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("tiny.gguf"));
        try (ModelSource source = ModelSource.open(model)) {
            tokenizer = Tokenizer.of(source);
        }
    }

    private static Answer answer(boolean trimmed, GenerationEvent... events) {
        Usage usage = new Usage(1, 0, events.length, 0, 0, 0, 0);
        GenerationEvent end = new GenerationEvent.Finished(FinishReason.STOP, usage, List.of(), "");
        Deque<GenerationEvent> all = new ArrayDeque<>(
                Stream.concat(Stream.of(events), Stream.of(end)).toList());
        return new Answer(new Script(all), tokenizer, false, trimmed, over -> {});
    }

    private static GenerationEvent text(String text) {
        return new GenerationEvent.Text(text, List.of());
    }

    @Test
    void leavesOutWhiteSpaceBeforeTheFirstWordOfAMessage() {
        Answer answer = answer(true, text(" "), text("\n\n The"), text("  sky "), text("\n"));
        assertThat(answer.stream().map(AnswerPiece::text).toList()).containsExactly("", "The", "  sky ", "\n");
        assertThat(answer.text()).isEqualTo("The  sky \n");
    }

    @Test
    void keepsWhiteSpaceBehindThoughtsOutOfTheAnswerToo() {
        Answer answer = answer(true, new GenerationEvent.Reasoning(" hm", List.of()), text(" yes"));
        assertThat(answer.text()).isEqualTo("yes");
        assertThat(answer.reasoning()).isEqualTo(" hm");
    }

    @Test
    void keepsAllOfAContinuedText() {
        assertThat(answer(false, text(" "), text(" The")).text()).isEqualTo("  The");
    }
}
