package wok.engine;

import java.util.ArrayList;
import java.util.List;

/** All that a generation has told, joined; also checks the order of its events. */
record Answer(String text, String reasoning, List<TokenInfo> tokens, GenerationEvent end) {

    static Answer of(Generation generation) {
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        List<TokenInfo> tokens = new ArrayList<>();
        while (true) {
            switch (generation.next()) {
                case GenerationEvent.Text event -> {
                    text.append(event.text());
                    tokens.addAll(event.tokens());
                }
                case GenerationEvent.Reasoning event -> {
                    if (!text.isEmpty()) {
                        throw new AssertionError("thinking after answering: " + event);
                    }
                    reasoning.append(event.text());
                    tokens.addAll(event.tokens());
                }
                case GenerationEvent.Finished event -> {
                    tokens.addAll(event.tokens());
                    return new Answer(text.toString(), reasoning.toString(), tokens, event);
                }
                case GenerationEvent.Failed event -> {
                    return new Answer(text.toString(), reasoning.toString(), tokens, event);
                }
            }
        }
    }

    int[] ids() {
        return tokens.stream().mapToInt(TokenInfo::id).toArray();
    }

    GenerationEvent.Finished finished() {
        if (end instanceof GenerationEvent.Finished finished) {
            return finished;
        }
        throw new AssertionError("not finished: " + end);
    }

    Usage usage() {
        return finished().usage();
    }

    /** What must not depend on anything but the request. */
    Answer withoutTimes() {
        if (end instanceof GenerationEvent.Finished(FinishReason reason, Usage u, List<TokenInfo> last, String stop)) {
            Usage counts = new Usage(u.promptTokens(), 0, u.completionTokens(), u.reasoningTokens(), 0, 0, 0);
            return new Answer(text, reasoning, tokens, new GenerationEvent.Finished(reason, counts, last, stop));
        }
        return this;
    }
}
