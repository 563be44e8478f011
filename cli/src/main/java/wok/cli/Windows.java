package wok.cli;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * How a window moves over a text's tokens (see {@link PerplexityCommand}). A value; any thread.
 *
 * @param text the text's tokens
 * @param beginning the token that every window has in front, if any
 * @param context tokens of a window, {@code beginning} included
 * @param stride how far it moves
 */
@SuppressWarnings("ArrayRecordComponent") // token ids are an int[] everywhere in Wok; this one stays inside a command
record Windows(int[] text, OptionalInt beginning, int context, int stride) {

    static Windows of(int[] text, OptionalInt beginning, int context, int stride) {
        return new Windows(text, beginning, context, stride);
    }

    /** How many windows there are until all tokens have been in one. */
    int count() {
        int beyond = Math.max(0, text.length - body());
        return text.length == 0 ? 0 : 1 + Math.ceilDiv(beyond, stride);
    }

    /** The tokens of a window, {@code beginning} in front. */
    int[] tokens(int window) {
        int from = Math.multiplyExact(window, stride);
        int to = Math.min(text.length, from + body());
        if (beginning.isEmpty()) {
            return Arrays.copyOfRange(text, from, to);
        }
        int[] tokens = new int[to - from + 1];
        tokens[0] = beginning.getAsInt();
        System.arraycopy(text, from, tokens, 1, to - from);
        return tokens;
    }

    /** Where in {@link #tokens} the first one is that is counted; it has a token before it. */
    int firstCounted(int window) {
        return window == 0 ? 1 : context - stride;
    }

    /** How many tokens are counted in all windows. */
    long counted() {
        return beginning.isPresent() ? text.length : text.length - 1L;
    }

    private int body() {
        return context - (beginning.isPresent() ? 1 : 0);
    }
}
