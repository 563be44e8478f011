package wok.api;

import wok.formats.Json;

/**
 * One message of a conversation. Immutable; any thread.
 *
 * @param content what was said; always plain text: control tokens spelled in it stay text
 * @param reasoning what an assistant thought before, or empty; most templates show it for the last turn alone
 */
public record Message(Role role, String content, String reasoning) {

    /** Who speaks. */
    public enum Role {
        /** What the model is told before everything else. */
        SYSTEM("system"),
        USER("user"),
        ASSISTANT("assistant"),
        /** What a tool gave back. */
        TOOL("tool");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        /** As chat templates call it. */
        public String word() {
            return word;
        }
    }

    public static Message system(String content) {
        return new Message(Role.SYSTEM, content, "");
    }

    public static Message user(String content) {
        return new Message(Role.USER, content, "");
    }

    public static Message assistant(String content) {
        return new Message(Role.ASSISTANT, content, "");
    }

    /** As chat templates take it: {@code {"role", "content"[, "reasoning_content"]}}. */
    public Json.Obj toJson() {
        Json.Obj json = Json.object("role", Json.of(role.word), "content", Json.of(content));
        return reasoning.isEmpty() ? json : json.with("reasoning_content", Json.of(reasoning));
    }
}
