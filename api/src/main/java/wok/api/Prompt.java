package wok.api;

import java.util.Arrays;
import wok.engine.ReasoningOptions;

/**
 * A prompt as the engine takes it. Immutable; any thread.
 *
 * @param tokens token ids (the arrays given and returned are copies)
 * @param text what they were made from
 * @param reasoning how thinking is told from answering behind it
 * @param isChat whether an answer is a message of its own: white space in front of it is then no part of it. What
 *     continues a text keeps it
 */
@SuppressWarnings("ArrayRecordComponent") // token ids are an int[] everywhere in Wok; copies and equals guard it
public record Prompt(int[] tokens, String text, ReasoningOptions reasoning, boolean isChat) {
    public Prompt {
        tokens = tokens.clone();
    }

    @Override
    public int[] tokens() {
        return tokens.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Prompt that
                && Arrays.equals(tokens, that.tokens)
                && text.equals(that.text)
                && reasoning.equals(that.reasoning)
                && isChat == that.isChat;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(tokens);
    }
}
