package wok.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.engine.GenerationEvent;

/**
 * A conversation: a list of messages that grows. An answer becomes part of it when it was read to its end, also when it
 * was cancelled on the way; when the model fails, or the conversation does not fit the context, it is as before the
 * question.
 *
 * <p>The model itself remembers nothing: every question sends the whole conversation, of which the engine has computed
 * all but the new part already, as long as the beginning stays the same.
 *
 * <p>The space that SentencePiece tokenizers write before the first word is no part of an answer's text.
 *
 * <p>One conversation belongs to one thread at a time; any number of them run side by side on one {@link Wok}.
 */
public final class Chat {
    private final Wok wok;
    private final AnswerOptions defaults;
    private final List<Message> messages;
    private Optional<Answer> last = Optional.empty();

    Chat(Wok wok, ChatOptions options) {
        this.wok = wok;
        this.defaults = options.answers();
        this.messages = new ArrayList<>(options.history());
    }

    /**
     * Asks; the answer begins at once.
     *
     * @throws WokException if the last answer was not read to its end, the conversation does not fit the context
     *     ({@link WokException#isContextOverflow}), or the model can't chat
     */
    public Answer send(String text) {
        return send(text, defaults);
    }

    /** Asks, with options of its own for this answer; otherwise as {@link #send(String)}. */
    public Answer send(String text, AnswerOptions options) {
        if (last.isPresent() && !last.get().isOver()) {
            throw new WokException(
                    "send: the last answer is not over (expected: read it to its end first; after cancel() too)");
        }
        List<Message> asked = new ArrayList<>(history());
        asked.add(Message.user(text));
        Prompt prompt = wok.prompts().chat(asked, options.thinking());
        Answer answer = wok.answer(prompt, options, over -> keep(text, over));
        last = Optional.of(answer);
        return answer;
    }

    private void keep(String question, Answer answer) {
        if (answer.end().orElseThrow() instanceof GenerationEvent.Finished) {
            synchronized (messages) {
                messages.add(Message.user(question));
                messages.add(new Message(Message.Role.ASSISTANT, answer.textSoFar(), answer.reasoningSoFar()));
            }
        }
    }

    /** What has been said so far. */
    public List<Message> history() {
        synchronized (messages) {
            return List.copyOf(messages);
        }
    }

    /** Another conversation that begins with the same messages and goes its own way. */
    public Chat fork() {
        return new Chat(wok, new ChatOptions(history(), defaults));
    }

    /** How many tokens the conversation takes when it is sent with this question. */
    public int countTokens(String question) {
        List<Message> asked = new ArrayList<>(history());
        asked.add(Message.user(question));
        return wok.prompts().chat(asked, defaults.thinking()).tokens().length;
    }
}
