package wok.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wok.engine.SamplingOptions;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

/**
 * A model that thinks: a tiny random one whose tokens {@code <|tool|>} and {@code <|system|>} are spelled
 * {@code <think>} and {@code </think>}, and whose template opens the thinking at the end of the prompt, unless
 * {@code enable_thinking} is false. Which token it gives is decided by a bias.
 */
@Timeout(60)
final class ThinkingTest {
    @TempDir
    private static Path folder;

    private static Wok wok;

    @BeforeAll
    static void open() throws IOException {
        Path model = TinyModel.of(TinyFamily.QWEN3).writeHuggingFace(folder.resolve("thinker"));
        Path tokenizer = model.resolve("tokenizer.json");
        Files.writeString(
                tokenizer,
                Files.readString(tokenizer).replace("<|tool|>", "<think>").replace("<|system|>", "</think>"));
        Path config = model.resolve("tokenizer_config.json");
        String changed = Files.readString(config)
                .replace("<|tool|>", "")
                .replace("<|system|>", "")
                .replace(
                        "<|assistant|>{%- endif -%}",
                        "<|assistant|>{%- if enable_thinking is undefined or enable_thinking -%}<think>{%- endif -%}"
                                + "{%- endif -%}");
        assertThat(changed).contains("enable_thinking");
        Files.writeString(config, changed);
        wok = Wok.open(model, WokOptions.defaults().withThreads(1));
    }

    @AfterAll
    static void close() {
        wok.close();
    }

    private static int token(String spelling) {
        return wok.tokenizer().id(spelling).orElseThrow();
    }

    /** Chosen by bias alone: {@code a} most of the time; the penalty lets {@code </think>} win after a few. */
    private static AnswerOptions thinks(int close) {
        SamplingOptions sampling = SamplingOptions.GREEDY.toBuilder()
                .logitBias(Map.of(token("a"), 300f, token("</think>"), (float) close))
                .frequencyPenalty(50)
                .build();
        return AnswerOptions.DEFAULTS.withSampling(sampling).withTokensMax(6);
    }

    @Test
    void tellsThoughtFromAnswerWhenTheTemplateOpensTheThinking() {
        Chat chat = wok.chat();
        List<AnswerPiece> pieces = new ArrayList<>();
        Answer answer = chat.send("Hello", thinks(190));
        answer.forEachPiece(pieces::add);
        assertThat(answer.reasoning()).isEqualTo("aaa");
        assertThat(answer.text()).isNotEmpty().matches("a+");
        String thoughts = pieces.stream()
                .filter(AnswerPiece::isThought)
                .map(AnswerPiece::text)
                .reduce("", String::concat);
        assertThat(thoughts).isEqualTo("aaa");
        assertThat(chat.history().getLast())
                .isEqualTo(new Message(Message.Role.ASSISTANT, answer.text(), answer.reasoning()));
    }

    @Test
    void showsNoThoughtsToWhoReadsTheTextAlone() {
        List<String> texts = new ArrayList<>();
        Answer answer = wok.chat().send("Hello", thinks(-300));
        answer.forEachText(texts::add);
        assertThat(texts).isEmpty();
        assertThat(answer.text()).isEmpty();
        assertThat(answer.reasoning()).isEqualTo("aaaaaa");
    }

    @Test
    void doesNotThinkWhenAskedNotTo() {
        Answer answer = wok.chat().send("Hello", thinks(-300).withThinking(false));
        assertThat(answer.reasoning()).isEmpty();
        assertThat(answer.text()).isEqualTo("aaaaaa");
        Prompt prompt = wok.prompts().chat(List.of(Message.user("Hello")), Optional.of(false));
        assertThat(prompt.text()).doesNotContain("<think>");
        assertThat(prompt.reasoning().startsInside()).isFalse();
        assertThat(wok.prompts()
                        .chat(List.of(Message.user("Hello")), Optional.of(true))
                        .reasoning()
                        .startsInside())
                .isTrue();
    }

    @Test
    void endsThinkingAtItsBound() {
        Answer answer = wok.chat().send("Hello", thinks(-300).withThinkingTokensMax(2));
        assertThat(answer.reasoning()).isEqualTo("aa");
        assertThat(answer.text()).matches("a+");
    }
}
