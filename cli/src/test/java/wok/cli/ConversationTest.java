package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import wok.formats.Json;

class ConversationTest {
    private final Conversation conversation = new Conversation();

    private static Json.Obj json(String text) {
        return Json.parseObject("test", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsTheSystemMessageFirst() {
        conversation.user("hi");
        conversation.system("be brief");
        conversation.system("be kind");
        assertThat(conversation.messages())
                .hasToString("[{\"role\":\"system\",\"content\":\"be kind\"},{\"role\":\"user\",\"content\":\"hi\"}]");
        conversation.clear();
        assertThat(conversation.messages()).hasToString("[{\"role\":\"system\",\"content\":\"be kind\"}]");
        conversation.system("");
        assertThat(conversation.messages()).hasToString("[]");
    }

    @Test
    void takesBackAnswersAndTurns() {
        conversation.user("a");
        conversation.assistant("b", "hm");
        assertThat(conversation.forgetAnswer()).isTrue();
        assertThat(conversation.messages()).hasToString("[{\"role\":\"user\",\"content\":\"a\"}]");
        conversation.assistant("c", "");
        assertThat(conversation.forgetTurn()).isTrue();
        assertThat(conversation.messages()).hasToString("[]");
        assertThat(conversation.forgetTurn()).isFalse();
    }

    @Test
    void loadsWhatItSaved() {
        conversation.user("a");
        conversation.assistant("b", "");
        Conversation other = new Conversation();
        other.load("f", Json.object("messages", conversation.messages()));
        assertThat(other.messages()).isEqualTo(conversation.messages());
    }

    @Test
    void rejectsAFileThatIsNoConversation() {
        assertThatThrownBy(() -> conversation.load("f", json("{}"))).hasMessageContaining("no messages");
        assertThatThrownBy(() -> conversation.load("f", json("{\"messages\":[{\"role\":\"user\"}]}")))
                .hasMessageContaining("message 0");
    }
}
