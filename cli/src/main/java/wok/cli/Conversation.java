package wok.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;

/** What has been said so far, as chat templates take it. One thread. */
final class Conversation {
    private static final String USER = "user";
    private static final String ASSISTANT = "assistant";
    private static final String SYSTEM = "system";

    private final List<Json.Obj> messages = new ArrayList<>();

    /** Sets what the model is told before everything else; empty takes it away. */
    void system(String text) {
        if (isRole(0, SYSTEM)) {
            messages.removeFirst();
        }
        if (!text.isEmpty()) {
            messages.addFirst(message(SYSTEM, text));
        }
    }

    /** What the model is told before everything else. */
    Optional<String> system() {
        return isRole(0, SYSTEM) ? messages.getFirst().text("content") : Optional.empty();
    }

    void user(String text) {
        messages.add(message(USER, text));
    }

    /** @param reasoning what the model thought before; empty if it did not */
    void assistant(String text, String reasoning) {
        Json.Obj message = message(ASSISTANT, text);
        messages.add(reasoning.isEmpty() ? message : message.with("reasoning_content", Json.of(reasoning)));
    }

    /** Forgets all but the system message. */
    void clear() {
        Optional<String> system = system();
        messages.clear();
        system.ifPresent(this::system);
    }

    /** Takes back the last answer, so that the last message is the user's; false if there is none. */
    boolean forgetAnswer() {
        if (isRole(messages.size() - 1, ASSISTANT)) {
            messages.removeLast();
        }
        return isRole(messages.size() - 1, USER);
    }

    /** Takes back the last question with its answer; false if there is none. */
    boolean forgetTurn() {
        boolean found = forgetAnswer();
        if (found) {
            messages.removeLast();
        }
        return found;
    }

    /** All messages in order. */
    Json.Arr messages() {
        return Json.array(messages);
    }

    /** Messages without the system one. */
    int turns() {
        return (int) messages.stream()
                .filter(message -> message.text("role").orElse("").equals(USER))
                .count();
    }

    /**
     * Replaces everything by the messages of a saved conversation.
     *
     * @throws CliException if it is none
     */
    void load(String name, Json.Obj saved) {
        List<Json.Obj> loaded = new ArrayList<>();
        for (Json element : saved.array("messages").map(Json.Arr::elements).orElse(List.of())) {
            if (element instanceof Json.Obj message
                    && message.text("role").isPresent()
                    && message.text("content").isPresent()) {
                loaded.add(message);
            } else {
                throw CliException.failed(
                        name + ": message " + loaded.size() + " (expected: an object with \"role\" and \"content\")");
            }
        }
        if (loaded.isEmpty()) {
            throw CliException.failed(name + ": no messages (expected: {\"messages\":[…]})");
        }
        messages.clear();
        messages.addAll(loaded);
    }

    private boolean isRole(int index, String role) {
        return index >= 0
                && index < messages.size()
                && messages.get(index).text("role").orElse("").equals(role);
    }

    private static Json.Obj message(String role, String text) {
        return Json.object("role", Json.of(role), "content", Json.of(text));
    }
}
