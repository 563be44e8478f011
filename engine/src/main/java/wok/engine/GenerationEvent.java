package wok.engine;

import java.util.List;

/**
 * What a {@link Generation} tells its reader. Any number of {@link Text} and {@link Reasoning}, then exactly one
 * {@link Finished} or {@link Failed}. The tokens of all events, in order, are the tokens that the model gave: each
 * comes with the event that shows its last character, or, if it shows none (a tag, part of a stop string, the
 * end-of-generation token), with the next event. All values are immutable.
 */
public sealed interface GenerationEvent {

    /** A piece of the answer: whole code points, never part of a stop string. */
    record Text(String text, List<TokenInfo> tokens) implements GenerationEvent {
        public Text {
            tokens = List.copyOf(tokens);
        }
    }

    /** A piece of what the model thinks before it answers, without its tags. */
    record Reasoning(String text, List<TokenInfo> tokens) implements GenerationEvent {
        public Reasoning {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * The end.
     *
     * @param tokens tokens that no event has shown: the end-of-generation token, a stop string's
     * @param stop the stop string that ended the answer; empty if none did
     */
    record Finished(FinishReason reason, Usage usage, List<TokenInfo> tokens, String stop) implements GenerationEvent {
        public Finished {
            tokens = List.copyOf(tokens);
        }
    }

    /** The end, for a reason that is the engine's or the model's fault; what came before is as far as it got. */
    record Failed(String message) implements GenerationEvent {}
}
