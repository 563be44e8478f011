package wok.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import wok.tokenizer.StreamingDecoder;

/**
 * Turns the tokens of one answer into events: bytes to whole code points, thinking apart from answering, stop strings,
 * and for each piece of text the tokens that it completes. Text is what the answer adds to the prompt, hence the
 * decoder first sees the prompt's last tokens. One owner thread.
 */
final class AnswerAssembler implements ReasoningSplitter.Sink {
    private static final int PROMPT_TOKENS_DECODED = 4;

    private record Pending(TokenInfo token, long end) {}

    private final GenerationStream stream;
    private final StreamingDecoder decoder;
    private final ReasoningSplitter splitter;
    private final StopStrings stops;
    private final ReasoningOptions reasoning;
    private final OptionalInt openId;
    private final OptionalInt closeId;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private long decoded;
    private long answerEnd;

    AnswerAssembler(Vocabulary vocabulary, GenerationRequest request, int[] prompt, GenerationStream stream) {
        this.stream = stream;
        reasoning = request.reasoning();
        decoder = vocabulary.decoder(!request.specialShown());
        for (int i = Math.max(0, prompt.length - PROMPT_TOKENS_DECODED); i < prompt.length; i++) {
            decoder.accept(prompt[i]); // what it returns is the prompt's, not the answer's
        }
        splitter = new ReasoningSplitter(reasoning, this);
        stops = new StopStrings(request.stop());
        openId = reasoning.splits() ? vocabulary.id(reasoning.open()) : OptionalInt.empty();
        closeId = reasoning.splits() ? vocabulary.id(reasoning.close()) : OptionalInt.empty();
    }

    /** Whether the next token is thought. */
    boolean thinking() {
        return splitter.thinking();
    }

    /** The stop string that has ended the answer. */
    Optional<String> stop() {
        return stops.met();
    }

    /** One more token. */
    void accept(TokenInfo token) {
        read(textOf(token.id()), Optional.of(token));
    }

    /** The answer has ended: gives out what was held back. */
    void finish() {
        read(decoder.finish(), Optional.empty());
        splitter.finish();
        give(stops.finish());
    }

    /** The answer has ended with this token, which shows no text. */
    void finish(TokenInfo last) {
        finish();
        pending.add(new Pending(last, decoded));
    }

    /** The tokens that no event has had. */
    List<TokenInfo> rest() {
        return take(Long.MAX_VALUE);
    }

    private void read(String text, Optional<TokenInfo> token) {
        decoded += text.length();
        token.ifPresent(info -> pending.add(new Pending(info, decoded)));
        splitter.accept(text);
    }

    /** Tags may be control tokens, which the decoder leaves out; where they count the splitter has to see them. */
    private String textOf(int id) {
        if (splitter.beginning() && openId.isPresent() && openId.getAsInt() == id) {
            return decoder.finish() + reasoning.open();
        }
        if (splitter.thinking() && closeId.isPresent() && closeId.getAsInt() == id) {
            return decoder.finish() + reasoning.close();
        }
        return decoder.accept(id);
    }

    @Override
    public void reasoning(String text, long end) {
        stream.append(true, text, take(end));
    }

    @Override
    public void answer(String text, long end) {
        if (stops.met().isEmpty()) {
            answerEnd = end - text.length() - stops.waiting();
            give(stops.accept(text));
        }
    }

    private void give(String text) {
        if (!text.isEmpty()) {
            answerEnd += text.length();
            stream.append(false, text, take(answerEnd));
        }
    }

    private List<TokenInfo> take(long end) {
        List<TokenInfo> taken = new ArrayList<>();
        while (!pending.isEmpty() && pending.peekFirst().end() <= end) {
            taken.add(pending.removeFirst().token());
        }
        return taken;
    }
}
