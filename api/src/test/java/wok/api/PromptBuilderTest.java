package wok.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;
import wok.tokenizer.ChatTemplate;
import wok.tokenizer.Tokenizer;

/** Messages to tokens. */
final class PromptBuilderTest {
    @TempDir
    private Path folder;

    private PromptBuilder with(String template) {
        Path file = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("tiny.gguf"));
        try (ModelSource source = ModelSource.open(file)) {
            return PromptBuilder.of(Tokenizer.of(source), Optional.of(ChatTemplate.parse("test", template)));
        }
    }

    @Test
    void asksTheTemplateWhetherToThink() {
        PromptBuilder prompts = with(
                "{{ bos_token }}{% if enable_thinking is defined %}{{ enable_thinking }}{% else %}open{% endif %}");
        List<Message> messages = List.of(Message.user("x"));
        assertThat(prompts.chat(messages, Optional.empty()).text()).isEqualTo("<|bos|>open");
        assertThat(prompts.chat(messages, Optional.of(true)).text()).isEqualTo("<|bos|>True");
        assertThat(prompts.chat(messages, Optional.of(false)).text()).isEqualTo("<|bos|>False");
    }

    @Test
    void givesTheTemplateWhatElseItIsTold() {
        PromptBuilder prompts = with("{{ tools[0].name }} {{ messages[0].content }} {{ add_generation_prompt }}");
        Prompt prompt = prompts.chat(
                Json.array(List.of(Message.user("x").toJson())),
                Json.object("tools", Json.array(List.of(Json.object("name", Json.of("search"))))),
                Optional.empty());
        assertThat(prompt.text()).isEqualTo("search x True");
        assertThat(prompt.reasoning().splits()).isFalse();
    }

    @Test
    void passesOnWhatATemplateRefuses() {
        PromptBuilder prompts = with("{{ raise_exception('roles must alternate') }}");
        assertThatThrownBy(() -> prompts.chat(List.of(Message.user("x")), Optional.empty()))
                .isInstanceOf(WokException.class)
                .hasMessageContaining("roles must alternate");
    }
}
