package wok.api;

import java.util.ArrayList;
import java.util.List;

/**
 * How a conversation begins, and how its answers are to be. Immutable; any thread.
 *
 * @param history what was said before, a system message first if there is one
 * @param answers for every answer that is not asked for with options of its own
 */
public record ChatOptions(List<Message> history, AnswerOptions answers) {

    /** Nothing said yet, default answers. */
    public static final ChatOptions DEFAULTS = new ChatOptions(List.of(), AnswerOptions.DEFAULTS);

    public ChatOptions {
        history = List.copyOf(history);
    }

    /** With this as the system message. */
    public ChatOptions withSystem(String text) {
        List<Message> messages = new ArrayList<>(history);
        messages.removeIf(message -> message.role() == Message.Role.SYSTEM);
        messages.addFirst(Message.system(text));
        return new ChatOptions(messages, answers);
    }

    public ChatOptions withHistory(List<Message> messages) {
        return new ChatOptions(messages, answers);
    }

    public ChatOptions withAnswers(AnswerOptions options) {
        return new ChatOptions(history, options);
    }
}
